//! The system calls that a command line makes once its program is past the loader, as strace(1) shows them.

use std::collections::BTreeMap;
use std::fs;

use testkit::{Scratch, Tool};

use crate::built;
use crate::case::Case;

/// A call: its name, and its number on this machine.
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) number: nix::libc::c_long,
}

/// Calls that are not refused: those without which no program starts, ends or has memory.
const SPARED: [&str; 15] = [
    "execve",
    "exit",
    "exit_group",
    "mmap",
    "mprotect",
    "brk",
    "rt_sigreturn",
    // The C library of a program without a loader starts with these, and crashes otherwise.
    "arch_prctl",
    "set_thread_area",
    "set_tid_address",
    // What cannot be closed is open for ever, so that nobody sees the end of a pipe.
    "close",
    // These have no error to return: no program looks for one.
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
];

/// The calls of this case.
pub(crate) fn calls_for(case: &Case, scratch: &Scratch) -> Vec<Call> {
    let log = scratch.path().join("calls");
    let strace = Tool::new("/usr/bin/strace").args(["-f", "-n", "-qq", "-b", "execve", "-o"]);
    let strace = strace.arg(&log).arg(built(case.program));
    let outcome = strace.args(&case.words).args(&case.runs).run();
    case.clean_up();
    assert_eq!(outcome.code(), 0, "{outcome}");
    let text = fs::read_to_string(log).expect("what strace wrote");
    let has_loader = text.contains("ld.so");
    let mut calls = BTreeMap::new();
    let mut is_past_loader = !has_loader;
    for line in text.lines() {
        let Some((number, name)) = call(line) else {
            continue;
        };
        if is_past_loader && !SPARED.contains(&name) {
            calls.insert(name.to_owned(), number);
        }
        // Its last act is to let go of its cache.
        is_past_loader |= name == "munmap";
    }
    let call = |(name, number)| Call { name, number };
    calls.into_iter().map(call).collect()
}

/// The number and the name in a line as `26422 [ 257] openat(AT_FDCWD, …`.
fn call(line: &str) -> Option<(nix::libc::c_long, &str)> {
    let (_, rest) = line.split_once('[')?;
    let (number, rest) = rest.split_once("] ")?;
    let (name, _) = rest.split_once('(')?;
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some((number.trim().parse().ok()?, name))
}
