//! `--as-target` side by side with what real engines run in the same container: `docker exec`, `podman exec`; and in
//! those of bubblewrap, which has nothing like it, beside the target itself.
//!
//! Everything that /proc shows of a process is compared, and the differences are in a table, each with its reason.

mod bubblewrap;
mod docker;
mod podman;

use testkit::{Outcome, Tool};

/// Why `--as-target` gives something else than the engine.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reason {
    /// A seccomp filter cannot be copied: a warning says so.
    Filter,
    /// The engine gives what the container was configured with, `--as-target` what its first process has become.
    Changed,
    /// The first process of the container has it, `podman exec` (4.3) leaves it out: HOSTNAME, a HOME of a user whom
    /// /etc/passwd of the image does not have, the value of `--umask`, the user's group among the supplementary ones.
    LeftOut,
}

/// How the lines begin that differ, and why they do.
type Difference = (&'static str, Reason);
type Differences = &'static [Difference];

/// What an engine gives with its own filter.
const FILTERED: Differences = &[
    ("Seccomp:", Reason::Filter),
    ("Seccomp_filters:", Reason::Filter),
];

/// The lines of status that no two processes share.
const OWN: [&str; 8] = [
    "Tgid:",
    "Pid:",
    "PPid:",
    "FDSize:",
    "NS",
    "SigQ:",
    "voluntary_",
    "nonvoluntary_",
];

/// Prints what it is. Nothing is there but these programs.
const SHOW: [&str; 3] = [
    "/sh",
    "-c",
    "/cat /proc/self/status /proc/self/limits /proc/self/cgroup; echo oom $(/cat /proc/self/oom_score_adj); \
     for link in cwd root ns/user ns/mnt ns/uts ns/ipc ns/net ns/pid ns/cgroup ns/time; do \
     echo $link $(/readlink /proc/self/$link); done; \
     /cat /proc/self/mountinfo; echo umask $(umask); ulimit -a; pwd",
];

/// The environment, as nothing in between has changed it.
const ENVIRONMENT: [&str; 1] = ["/env"];

/// What a program is: the lines that it prints, without those that no two processes share.
fn lines_of(outcome: &Outcome) -> Vec<String> {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = outcome.out();
    let lines = lines.lines().map(words);
    let is_shared = |line: &String| {
        !OWN.iter().any(|start| line.starts_with(start))
            // How much memory, of which kind.
            && !line.ends_with(" kB")
    };
    lines.filter(is_shared).collect()
}

/// Asserts that the program of `ours` is what that of `engine` is, but for these differences; both are given the words.
#[track_caller]
fn assert_alike(
    what: &str,
    engine: &dyn Fn() -> Tool,
    ours: &dyn Fn() -> Tool,
    differences: Differences,
) {
    let run = |tool: &dyn Fn() -> Tool| {
        let mut lines = lines_of(&tool().args(SHOW).run().ok());
        lines.extend(lines_of(&tool().args(ENVIRONMENT).run().ok()));
        lines
    };
    let (theirs, mine) = (run(engine), run(ours));
    let missing = theirs.iter().filter(|line| !mine.contains(line));
    let added = mine.iter().filter(|line| !theirs.contains(line));
    let (missing, added): (Vec<_>, Vec<_>) = (missing.collect(), added.collect());
    let is_known = |line: &&&String| differences.iter().any(|(start, _)| line.starts_with(start));
    let differing = missing.iter().chain(&added);
    assert!(
        differing.clone().all(|line| is_known(&line)),
        "{what}\nthe engine's: {missing:#?}\nours: {added:#?}"
    );
    for (start, reason) in differences {
        let is_there = differing.clone().any(|line| line.starts_with(start));
        assert!(is_there, "{what}: {start} does not differ: {reason:?}");
    }
    assert!(theirs.len() > 80, "{what}: it shows little: {theirs:#?}");
}

/// Asserts that nothing but a filter, where there is one, makes a warning.
#[track_caller]
fn assert_warns_only_of_filter(outcome: &Outcome, differences: Differences) {
    let warning = "rnsenter: warning: the target has a seccomp filter, which cannot be copied: the program is confined \
                   less\n";
    let has_filter = differences
        .iter()
        .any(|(_, reason)| *reason == Reason::Filter);
    assert_eq!(outcome.err(), if has_filter { warning } else { "" });
}
