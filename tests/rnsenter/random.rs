//! Command lines that nobody would write: words cut, joined and garbled, beside the original.

use std::path::Path;

use nix::sys::statfs::{NSFS_MAGIC, statfs};

use crate::fixture::{Caller, SampleTargets, differential_test, original_is_denied_groups, seen};
use testkit::{
    DifferentialTest, Outcome, Tool, assert_no_differences, draw_cluster, draw_mistyped, require,
    seeded_numbers,
};

const LONG: &str = "all help version target mount uts ipc net net-socket pid user cgroup time setuid setgid root wd \
    wdns env no-fork join-cgroup preserve-credentials keep-caps user-parent follow-context";
const SHORT: &str = "ahVtmuinNpUCTSGrwWeFcZ";
const ODD: &str = "ahVtmuinNpUCTSGrwWeFcZxZ=%";
const TYPES: &str = "muinpUCTa";
const VALUES: [&str; 36] = [
    "{P}",
    "{Q}",
    "{P}",
    "{Q}",
    "{S}",
    "{Z}",
    "{T}",
    "{GONE}",
    "0",
    "5",
    "6",
    "abc",
    "",
    "-5",
    "+5",
    " 7",
    "follow",
    "{S}:{INODE}",
    "{P}:5",
    ":5",
    ":x",
    ":",
    "/",
    "/tmp",
    "/nosuch",
    "/etc/passwd",
    "{NS}",
    "/proc/{P}/ns/net",
    "/proc/{P}/ns/uts",
    "/proc/{Q}/ns/user",
    "/proc/{Q}/ns/mnt",
    "=/proc/{P}/ns/net",
    "--",
    "-",
    "=",
    "-1",
];
const PROGRAMS: [&[&str]; 12] = [
    &[
        "sh",
        "-c",
        "readlink /proc/self/ns/net /proc/self/ns/uts /proc/self/ns/mnt; grep -E ^Cap \
         /proc/self/status",
    ],
    &["sh", "-c", "cd -P .; pwd -P"],
    &["true"],
    &["sh", "-c", "exit 3"],
    &["sh", "-c", "kill -TERM $$"],
    &["nosuch"],
    &["/etc"],
    &[
        "cat",
        "/proc/self/uid_map",
        "/proc/self/gid_map",
        "/proc/self/setgroups",
    ],
    &["id"],
    &["pwd"],
    &["env"],
    &[],
];

/// One line: mostly a target, mostly some types, up to four things that look like options, then a program.
fn line(random: &mut impl FnMut(usize) -> usize) -> Vec<String> {
    let mut words = Vec::new();
    if random(4) < 3 {
        words.extend(["-t", ["{P}", "{Q}"][random(2)]].map(str::to_owned));
    }
    // Apart: what follows one of these letters is the name of a file.
    for _ in 0..random(4) {
        let letters: Vec<char> = TYPES.chars().collect();
        words.push(format!("-{}", letters[random(letters.len())]));
    }
    for _ in 0..random(5) {
        if random(5) < 2 {
            let long = pick(random);
            words.extend(with_value(random, &long));
        } else {
            words.push(word(random));
        }
    }
    let program = PROGRAMS[random(PROGRAMS.len())];
    words.extend(program.iter().map(|word| (*word).to_owned()));
    words
}

fn pick(random: &mut impl FnMut(usize) -> usize) -> String {
    let names: Vec<&str> = LONG.split_whitespace().collect();
    format!("--{}", names[random(names.len())])
}

fn value(random: &mut impl FnMut(usize) -> usize) -> String {
    VALUES[random(VALUES.len())].to_owned()
}

/// A long option with a value, attached or behind it.
fn with_value(random: &mut impl FnMut(usize) -> usize, long: &str) -> Vec<String> {
    match random(2) {
        0 => vec![format!("{long}={}", value(random))],
        _ => vec![long.to_owned(), value(random)],
    }
}

fn word(random: &mut impl FnMut(usize) -> usize) -> String {
    match random(20) {
        0..9 => {
            let long = pick(random);
            let mut long = draw_mistyped(random, long);
            if random(3) == 0 {
                long = format!("{long}={}", value(random));
            }
            long
        }
        9..16 => {
            let letters = if random(10) == 0 { ODD } else { SHORT };
            let mut cluster = draw_cluster(random, letters);
            if random(5) == 0 {
                cluster += &value(random);
            }
            cluster
        }
        16..19 => value(random),
        _ => ["--", "-", "true", "---"][random(4)].to_owned(),
    }
}

/// What came of a line.
enum Verdict {
    Alike,
    /// The original fails where ours is meant to continue, or the text is our own.
    Meant,
    Different(String),
}

/// Whether a path may be the target, which the original takes for no process, and ours for persistent namespaces or for
/// a namespace file.
fn may_name_a_target(words: &[String], original: &Outcome) -> bool {
    let is_namespace = |path: &Path| {
        let found = statfs(path);
        found.is_ok_and(|found| found.filesystem_type() == NSFS_MAGIC)
    };
    let names = |word: &String| {
        let path = word.find('/').map(|at| Path::new(&word[at..]));
        path.is_some_and(|path| path.is_dir() || is_namespace(path))
    };
    original.stderr == b"nsenter: invalid PID argument\n" && words.iter().any(names)
}

fn judge(diff: &DifferentialTest, words: &[String], setup: impl Fn(Tool) -> Tool) -> Verdict {
    let (ours, original) = diff.run_both(setup);
    let text_of_our_own = ours.out().starts_with("\nUsage:") || ours.out().contains(" of nsutils ");
    if seen(&ours) == seen(&original) {
        Verdict::Alike
    } else if original_is_denied_groups(&original)
        || may_name_a_target(words, &original)
        || forgets_capabilities(&ours.out(), &original.out())
        || (text_of_our_own && ours.status == original.status)
    {
        Verdict::Meant
    } else {
        Verdict::Different(format!("ours\n{ours}original\n{original}"))
    }
}

/// Whether the original has forgotten --keep-caps, see `differences`: the capabilities alone differ, and only ours
/// stay.
fn forgets_capabilities(ours: &str, original: &str) -> bool {
    let others = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with("Cap"));
        lines.map(str::to_owned).collect()
    };
    let none = |text: &str| text.contains("CapAmb:\t0000000000000000\n");
    others(ours) == others(original) && none(original) && !none(ours)
}

fn compare(count: usize, seed: u64, caller: Caller) {
    let Some(diff) = differential_test() else {
        return;
    };
    let Some(samples) = SampleTargets::new(caller) else {
        return;
    };
    let mut random = seeded_numbers(seed);
    let (mut meant, mut differences) = (0, Vec::new());
    for _ in 0..count {
        let words = line(&mut random);
        let words: Vec<String> = words.iter().map(|word| samples.substitute(word)).collect();
        let setup = |tool: Tool| caller.runs(tool).env("SHELL", "/bin/true").args(&words);
        match judge(&diff, &words, setup) {
            Verdict::Alike => {}
            Verdict::Meant => meant += 1,
            Verdict::Different(how) => differences.push(how),
        }
    }
    assert_no_differences(seed, &differences);
    assert!(meant * 5 < count, "{meant} of {count} lines say nothing");
}

#[test]
fn five_thousand_random_lines_as_root() {
    if require::root() {
        compare(5000, 20_261_123, Caller::Whoever);
    }
}

#[test]
fn a_thousand_random_lines_as_an_ordinary_user() {
    if require::user_namespaces() {
        compare(1000, 20_261_124, Caller::ordinary());
    }
}
