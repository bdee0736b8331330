//! What the program inherits: everything, and nothing of the tool's own.

use std::fs::File;

use crate::fixture::{differential_test, ordinary, runshare};
use testkit::{Signal, require};

/// Lines that take the tool through each of its descriptors: maps, helpers, gates, pidfds, offsets.
const LINES: [&[&str]; 8] = [
    &[],
    &["-r"],
    &["-rpf", "--kill-child"],
    &["-rpf", "--kill-child=TERM"],
    &["-rTf", "--boottime", "5"],
    &["-rmf", "--forward-signals"],
    &["-rpfR", "/", "--mount-proc"],
    &["-rpf", "-l", ":nsx:M::NSX1::/bin/echo:"],
];

/// Prints the numbers of the open descriptors below 20, without opening one.
const SHOW: [&str; 3] = [
    "sh",
    "-c",
    "n=0; while [ $n -lt 20 ]; do [ -e /proc/self/fd/$n ] && echo $n; n=$((n + 1)); done; :",
];

#[test]
fn every_open_descriptor_and_no_other() {
    if !require::user_namespaces() {
        return;
    }
    for line in LINES {
        let null = File::open("/dev/null").unwrap();
        let outcome = ordinary(runshare())
            .fd(7, null)
            .args(line)
            .args(SHOW)
            .run()
            .ok();
        assert_eq!(outcome.out(), "0\n1\n2\n7\n", "{line:?}");
    }
}

#[test]
fn closed_descriptors_stay_closed() {
    if !require::user_namespaces() {
        return;
    }
    for line in LINES {
        let outcome = ordinary(runshare())
            .close_fd(0)
            .args(line)
            .args(SHOW)
            .run()
            .ok();
        assert_eq!(outcome.out(), "1\n2\n", "{line:?}");
        let outcome = ordinary(runshare())
            .close_fd(0)
            .close_fd(2)
            .args(line)
            .args(SHOW)
            .run()
            .ok();
        assert_eq!(outcome.out(), "1\n", "{line:?}");
    }
}

#[test]
fn dispositions_and_the_mask_are_the_callers() {
    let Some(diff) = differential_test() else {
        return;
    };
    let status = [
        "grep",
        "-E",
        "^(SigBlk|SigIgn|SigCgt|Shd)",
        "/proc/self/status",
    ];
    let signals = [
        Signal::SIGPIPE,
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGCHLD,
    ];
    for line in [&[][..], &["-f"], &["-r"], &["-rpf", "--kill-child"]] {
        diff.assert_same_with(|tool| tool.args(line).args(status));
        for signal in signals {
            diff.assert_same_with(|tool| tool.ignoring(signal).args(line).args(status));
            diff.assert_same_with(|tool| tool.blocking(signal).args(line).args(status));
        }
    }
}

#[test]
fn with_forwarded_signals_the_mask_is_the_callers_too() {
    let Some(diff) = differential_test() else {
        return;
    };
    let status = ["grep", "-E", "^SigBlk", "/proc/self/status"];
    for signal in [
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGCHLD,
        Signal::SIGUSR1,
    ] {
        let line =
            |tool: testkit::Tool| tool.blocking(signal).arg("--forward-signals").args(status);
        diff.assert_same_with(line);
    }
}

#[test]
fn the_environment_is_passed_on_byte_for_byte_and_in_order() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let Some(diff) = differential_test() else {
        return;
    };
    let odd = OsStr::from_bytes(b"\xff\n=x");
    for line in [&[][..], &["-f"], &["-r"]] {
        diff.assert_same_with(|tool| {
            tool.env("B", odd)
                .env("A", "")
                .args(line)
                .args(["env", "-0"])
        });
        diff.assert_same_with(|tool| tool.no_env().args(line).args(["/usr/bin/env", "-0"]));
    }
}
