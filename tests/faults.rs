//! Every system call of the programs' main paths is made to fail, one at a time, by strace's fault injection.
//!
//! Whatever fails: the program ends, within seconds and with nothing of it left running; it says what has failed, in
//! its own name and with a status that is not 0; and what it was to keep is there as a whole or not at all. A call
//! whose failure does not matter may fail in silence: then the program runs as if nothing had been.
//!
//! strace lets go of a process when it becomes another program, so that no fault is the other program's.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(clippy::print_stdout, reason = "how many there were is worth knowing")]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use testkit::{CloneFlags, NamespaceFixture, Outcome, Scratch, Signal, Status, Tool, require};

/// What a program is run for.
const PROGRAM: [&str; 2] = ["/bin/echo", "it ran"];

/// Calls that no fault is injected into: those for memory, whose failure ends a Rust program by abort(3); those that
/// cannot fail; and the start of a program, which strace lets go.
const SPARED: [&str; 24] = [
    // The C library of a program without a loader starts with these, and crashes otherwise.
    "arch_prctl",
    "set_thread_area",
    "set_tid_address",
    "mmap",
    "munmap",
    "mprotect",
    "brk",
    "madvise",
    "mremap",
    "exit",
    "exit_group",
    "execve",
    "rt_sigreturn",
    "restart_syscall",
    "getpid",
    "getppid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "gettid",
    "futex",
    "sched_yield",
    "set_robust_list",
];

/// A program with its options, and the files that it is to keep something in.
struct Case {
    program: &'static str,
    words: Vec<String>,
    kept: Vec<PathBuf>,
    runs_program: bool,
}

/// A call to be made to fail: its name, and how often a process makes it before.
type Fault = (String, usize);

/// The program of this name, for which `can_inject` has asked.
fn built(name: &str) -> PathBuf {
    require::workspace_program(name).expect("it was asked for")
}

/// Runs a case under strace with these options; what lists processes, where there are few.
fn traced(case: &Case, options: &[&str]) -> Outcome {
    let strace = match case.program {
        "rlsns" => {
            let few = ["-r", "-pf", "--mount-proc", "/usr/bin/strace"];
            Tool::new(built("runshare")).args(few)
        }
        _ => Tool::new("/usr/bin/strace"),
    };
    let strace = strace.args(["-f", "-qq", "-b", "execve"]).args(options);
    let tool = strace.arg(built(case.program)).args(&case.words);
    let program = if case.runs_program { &PROGRAM[..] } else { &[] };
    tool.args(program).timeout(Duration::from_secs(20)).run()
}

/// Every call that the case makes once it is past the loader, and how often one process makes it.
fn faults(case: &Case, scratch: &Scratch) -> Vec<Fault> {
    let log = scratch.path().join("calls");
    let log = log.to_str().expect("a path of ours");
    let outcome = traced(case, &["-o", log]);
    assert_eq!(outcome.code(), 0, "{outcome}");
    let text = fs::read_to_string(log).expect("what strace wrote");
    // How often each process made each call, and how often the first one did before it was past the loader: strace
    // counts for each process by itself, so a fault that comes early in a child would come to the loader first.
    let mut calls: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut loader: Option<BTreeMap<&str, usize>> = None;
    for line in text.lines() {
        let Some((process, rest)) = line.split_once(' ') else {
            continue;
        };
        let Some((name, _)) = rest.trim_start().split_once('(') else {
            continue;
        };
        if !name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            continue;
        }
        let own = calls.entry(process).or_default();
        *own.entry(name).or_default() += 1;
        // Its last act is to let go of its cache.
        if name == "munmap" && loader.is_none() {
            loader = Some(own.clone());
        }
    }
    let loader = loader.unwrap_or_default();
    let mut most: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, times) in calls.into_values().flatten() {
        let all = most.entry(name).or_default();
        *all = times.max(*all);
    }
    // A call that strace has no name for yet it cannot make fail either.
    let known = |name: &str| !SPARED.contains(&name) && !name.starts_with("syscall_");
    let each = most.into_iter().filter(|(name, _)| known(name));
    each.flat_map(|(name, times)| {
        let before = loader.get(name).copied().unwrap_or(0);
        (before + 1..=times).map(move |at| (name.to_owned(), at))
    })
    .collect()
}

/// Whether a namespace is mounted on this file.
fn is_kept(file: &Path) -> bool {
    let mounts = fs::read_to_string("/proc/self/mountinfo").expect("the mounts");
    let path = file.to_str().expect("a path of ours");
    mounts
        .lines()
        .any(|line| line.split(' ').nth(4) == Some(path))
}

fn unmount(files: &[PathBuf]) {
    for file in files {
        while is_kept(file) {
            let umount = Tool::new("/usr/bin/umount").arg("-l").arg(file).run();
            assert_eq!(umount.code(), 0, "{umount}");
        }
    }
}

/// Injects one fault and looks at what becomes of it.
fn inject(case: &Case, (name, at): &Fault, error: &str) {
    let fault = format!("inject={name}:error={error}:when={at}");
    let outcome = traced(case, &["-o", "/dev/null", "-e", &fault]);
    let message = outcome.err();
    let kept = case.kept.iter().filter(|file| is_kept(file)).count();
    unmount(&case.kept);
    let what = format!("{} {:?}: {fault}", case.program, case.words);
    assert!(!message.contains("panicked"), "{what}\n{outcome}");
    match outcome.status {
        Status::Exited(0) => {
            assert_eq!(kept, case.kept.len(), "{what}\n{outcome}");
            // A list leaves out what cannot be read.
            let did = !outcome.stdout.is_empty() || !case.runs_program;
            assert!(did, "{what}\n{outcome}");
        }
        Status::Exited(status) => {
            let without_proc = case.program == "rlsns" && status == 32;
            // A request of nsfs that is refused for the tool itself too, which the injected fault makes believe.
            let without_owners = case.program == "rlsns" && status == 2;
            let clear = without_proc || without_owners || matches!(status, 1 | 125 | 126 | 127);
            assert!(clear, "{what}\n{outcome}");
            // A message that cannot be written cannot be read either.
            let mute = matches!(name.as_str(), "write" | "writev");
            let named = message.starts_with(&format!("{}: ", case.program));
            assert!(named || mute && message.is_empty(), "{what}\n{outcome}");
            assert!(kept == 0 || kept == case.kept.len(), "{what}\n{outcome}");
        }
        // A child that the tool could not wait for, or be told of, it may end by itself; it says so by its status.
        Status::Killed(signal) => {
            // A module of the name service that ends its process, in C's words, is none of ours.
            if message.starts_with("Assertion '") && message.ends_with("Aborting.\n") {
                return;
            }
            assert_eq!(signal, Signal::SIGKILL as i32, "{what}\n{outcome}");
        }
    }
}

/// The errors that each fault is injected with.
const ERRORS: [&str; 2] = ["EPERM", "ENOMEM"];

/// How many faults at least every program has where few are enough.
const FEW: usize = 20;

/// Whether a part of the faults is enough, as `NSUTILS_FAULTS=few` says: in the emulated machines of tests/kernels one
/// takes a second.
fn is_few() -> bool {
    env::var_os("NSUTILS_FAULTS").is_some_and(|faults| faults == "few")
}

/// Which of a command line's faults are injected with which error: every one with each; or, where few are enough, of
/// each system call that no command line before it has made, the first time with one and the last time with the other.
///
/// Kernels differ by the calls that there are, all of which fail there so, and by what is used in their place; that a
/// later call of the same name is checked as the first is does not depend on the kernel.
fn plan(faults: Vec<Fault>, made: &mut BTreeSet<String>) -> Vec<(Fault, &'static str)> {
    if !is_few() {
        let both = |fault: Fault| ERRORS.map(|error| (fault.clone(), error));
        return faults.into_iter().flat_map(both).collect();
    }
    let mut planned = Vec::new();
    for times in faults.chunk_by(|one, other| one.0 == other.0) {
        let (Some(first), Some(last)) = (times.first(), times.last()) else {
            continue;
        };
        if made.insert(first.0.clone()) {
            planned.extend([(first.clone(), ERRORS[0]), (last.clone(), ERRORS[1])]);
        }
    }
    planned
}

/// Injects the faults of these cases, and asserts that there were as many as expected, where not a part is enough.
fn inject_all(cases: &[Case], scratch: &Scratch, expected: usize) {
    let (mut injected, mut made) = (0, BTreeSet::new());
    for case in cases {
        let faults = faults(case, scratch);
        unmount(&case.kept);
        for (fault, error) in plan(faults, &mut made) {
            inject(case, &fault, error);
            injected += 1;
        }
    }
    println!("{injected} faults injected and survived");
    let expected = if is_few() { FEW } else { expected };
    assert!(injected >= expected, "{injected}");
}

fn case(program: &'static str, words: &str) -> Case {
    Case {
        program,
        words: words.split_whitespace().map(str::to_owned).collect(),
        kept: Vec::new(),
        runs_program: program != "rlsns",
    }
}

/// What the tests cannot do without.
fn can_inject(programs: &[&str]) -> bool {
    require::installed("strace")
        && programs
            .iter()
            .all(|name| require::workspace_program(name).is_some())
}

#[test]
fn runshare_survives_every_fault() {
    if !require::root() || !can_inject(&["runshare"]) {
        return;
    }
    let scratch = Scratch::new();
    let files = ["uts", "net"].map(|name| scratch.file(name, ""));
    let keep = format!(
        "--uts={} --net={} --fork",
        files[0].display(),
        files[1].display()
    );
    let mut cases: Vec<Case> = [
        "--uts",
        "-r",
        "-pf --mount-proc --kill-child",
        "-pf --kill-child=TERM",
        "-m --propagation slave --mount-proc",
        "--map-users 0:0:5 --map-groups 0:0:5",
        "--time --boottime 5 --fork --forward-signals",
        "--root / --wd /tmp -S 0 -G 0",
        "-r --keep-caps",
    ]
    .into_iter()
    .map(|words| case("runshare", words))
    .collect();
    cases.push(Case {
        kept: files.to_vec(),
        ..case("runshare", &keep)
    });
    inject_all(&cases, &scratch, 100);
}

#[test]
fn rnsenter_survives_every_fault() {
    if !require::root() || !can_inject(&["rnsenter"]) {
        return;
    }
    let scratch = Scratch::new();
    let kinds = CloneFlags::CLONE_NEWUTS | CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET;
    let worlds = [
        kinds,
        kinds | CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWIPC,
    ];
    let worlds = worlds.map(NamespaceFixture::new);
    let [plain, user] = [worlds[0].pid(), worlds[1].pid()];
    let cases = [
        format!("-t {plain} -m -u -n"),
        format!("-t {plain} -a -r -w -e"),
        format!("-t {plain} -p"),
        format!("-t {user} -U -u -i -n -S follow -G follow"),
        format!("-t {user} -U --preserve-credentials --keep-caps -n/proc/{plain}/ns/net"),
    ];
    let cases = cases.map(|words| case("rnsenter", &words));
    inject_all(&cases, &scratch, 100);
}

#[test]
fn rlsns_survives_every_fault() {
    if !require::user_namespaces() || !can_inject(&["rlsns", "runshare"]) {
        return;
    }
    let scratch = Scratch::new();
    let words = ["-o +NSID,PNS,ONS,HELD,NETNSID,NSFS", "-T -J", "-p 1"];
    let cases = words.map(|words| case("rlsns", words));
    inject_all(&cases, &scratch, 100);
}

#[test]
fn rchroot_survives_every_fault() {
    if !require::root() || !can_inject(&["rchroot"]) {
        return;
    }
    let scratch = Scratch::new();
    let cases = [
        "/",
        "--userspec=5:6 --groups=7,8 /",
        "--userspec=root --groups=root /",
    ];
    let cases = cases.map(|words| case("rchroot", words));
    inject_all(&cases, &scratch, 20);
}
