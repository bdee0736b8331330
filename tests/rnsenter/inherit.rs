//! What the program inherits: everything, and nothing of the tool's own.

use std::fs::File;

use crate::fixture::{Caller, SampleTargets, differential_test, rnsenter};
use testkit::{Signal, require};

/// Lines that take the tool through each of its descriptors, for anybody.
const LINES: [&str; 8] = [
    "-t {Q} -U --preserve-credentials",
    "-t {Q} -U --preserve-credentials -p -m -n -u -i -C",
    "-t {Q} -U --preserve-credentials -r -w -e",
    "-t {Q} -U --preserve-credentials -r/ -w/tmp",
    "-t {Q} -U --preserve-credentials -W/tmp -p",
    "-t {Q} -U --preserve-credentials -S follow -G follow",
    "-U/proc/{Q}/ns/user --preserve-credentials -n/proc/{Q}/ns/net -p/proc/{Q}/ns/pid",
    "-t {Q} -U --preserve-credentials --keep-caps -u -p -F -Z",
];

/// Those that take root: a socket's network, a parent namespace, everything.
const LINES_OF_ROOT: [&str; 6] = [
    "-U/proc/{Q}/ns/user --preserve-credentials -n/proc/{Q}/ns/net -t {Q} -p",
    "-t {S} -N 5",
    "-t {S}:{INODE} -N 5 -p",
    "-t {P} -a -r -w -e",
    "-n{NS} -t {P} -m",
    "-t {Q} -a",
];

/// Prints the numbers of the open descriptors below 20, without opening one. In a container /proc may be another's: the
/// shell asks the kernel instead.
const SHOW: [&str; 3] = [
    "sh",
    "-c",
    "n=0; while [ $n -lt 10 ]; do (eval \": >&$n\") 2>/dev/null && echo $n; n=$((n + 1)); done; :",
];

/// Has `check` look at the words of every line.
fn for_each_line(check: impl Fn(&[String])) {
    if !require::user_namespaces() {
        return;
    }
    let caller = Caller::Whoever;
    let Some(samples) = SampleTargets::new(caller) else {
        return;
    };
    let mut lines = LINES.to_vec();
    if caller.is_root() {
        lines.extend(LINES_OF_ROOT);
    }
    for line in lines {
        let words = line.split(' ').map(|word| samples.substitute(word));
        check(&words.collect::<Vec<_>>());
    }
}

#[test]
fn every_open_descriptor_and_no_other() {
    for_each_line(|line| {
        let null = File::options().write(true).open("/dev/null").unwrap();
        let tool = rnsenter().fd(7, null).args(line).args(SHOW);
        assert_eq!(shown(tool), "0\n1\n2\n7\n", "{line:?}");
        let seven = File::open("/dev/null").unwrap();
        let tool = rnsenter().close_fd(0).fd(7, seven).args(line).args(SHOW);
        assert_eq!(shown(tool), "1\n2\n7\n", "{line:?}");
    });
}

/// What the program prints, if it runs at all.
fn shown(tool: testkit::Tool) -> String {
    tool.run().ok().out()
}

#[test]
fn dispositions_and_the_mask_are_the_callers() {
    let Some(diff) = differential_test() else {
        return;
    };
    let status = [
        "grep",
        "-E",
        "^(SigBlk|SigIgn|SigCgt|ShdPnd|NoNewPrivs|Seccomp:)",
        "/proc/self/status",
    ];
    for_each_line(|line| {
        diff.assert_same_with(|tool| tool.args(line).args(status));
        for signal in [Signal::SIGPIPE, Signal::SIGTERM, Signal::SIGCHLD] {
            diff.assert_same_with(|tool| tool.ignoring(signal).args(line).args(status));
            diff.assert_same_with(|tool| tool.blocking(signal).args(line).args(status));
        }
    });
}

#[test]
fn the_environment_is_passed_on_byte_for_byte_and_in_order() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let Some(diff) = differential_test() else {
        return;
    };
    let odd = OsStr::from_bytes(b"\xff\n=x");
    for_each_line(|line| {
        diff.assert_same_with(|tool| {
            let tool = tool.env("B", odd).env("A", "").env("", "nameless");
            tool.args(line).args(["env", "-0"])
        });
        diff.assert_same_with(|tool| tool.no_env().args(line).args(["/usr/bin/env", "-0"]));
    });
}

#[test]
fn umask_limits_and_niceness_are_the_callers() {
    let Some(diff) = differential_test() else {
        return;
    };
    for_each_line(|line| {
        diff.assert_same_with(|tool| {
            tool.args(line).args([
                "sh",
                "-c",
                "umask; ulimit -a; cut -d' ' -f19 /proc/self/stat",
            ])
        });
    });
}
