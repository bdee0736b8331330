//! What the command inherits: everything, and nothing of the tool's own.

use std::fs::File;

use crate::fixture::{Fixture, RCHROOT, differential_test};
use testkit::{Signal, Tool, require};

/// Lines that take the tool through each of its files.
const LINES: [&[&str]; 6] = [
    &["/"],
    &["jail"],
    &["--userspec=jailon", "jail"],
    &["--userspec=hoston", "jail"],
    &["--groups=hostgrp", "jail"],
    &["--userspec=5:6", "--groups=7", "nodb"],
];

/// Prints the numbers of the open descriptors below 20, without opening one.
const SHOW: &str =
    "n=0; while [ $n -lt 20 ]; do [ -e /proc/self/fd/$n ] && echo $n; n=$((n + 1)); done; :";

fn rchroot() -> Tool {
    Tool::new(RCHROOT).argv0("chroot")
}

#[test]
fn every_open_descriptor_and_no_other() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    for line in LINES {
        for locale in ["C", "C.UTF-8"] {
            let null = File::open("/dev/null").unwrap();
            let tool = fixture.root(rchroot()).env("LC_ALL", locale).fd(7, null);
            let outcome = tool.args(line).args(["sh", "-c", SHOW]).run().ok();
            assert_eq!(outcome.out(), "0\n1\n2\n7\n", "{line:?}");
        }
    }
}

#[test]
fn closed_descriptors_stay_closed() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    for line in LINES {
        let show = |tool: Tool| tool.args(line).args(["sh", "-c", SHOW]).run().ok().out();
        assert_eq!(
            show(fixture.root(rchroot()).close_fd(0)),
            "1\n2\n",
            "{line:?}"
        );
        let tool = fixture.root(rchroot()).close_fd(0).close_fd(2);
        assert_eq!(show(tool), "1\n", "{line:?}");
    }
}

#[test]
fn dispositions_and_the_mask_are_the_callers() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let status = [
        "grep",
        "-E",
        "^(SigBlk|SigIgn|SigCgt|Shd|NoNewPrivs)",
        "/proc/self/status",
    ];
    for signal in [
        Signal::SIGPIPE,
        Signal::SIGINT,
        Signal::SIGCHLD,
        Signal::SIGUSR1,
    ] {
        let line = |tool: Tool| fixture.root(tool).arg("/").args(status);
        diff.assert_same_with(|tool| line(tool).ignoring(signal));
        diff.assert_same_with(|tool| line(tool).blocking(signal));
        let (ours, _) = diff.run_both(|tool| line(tool).ignoring(signal));
        let bit = 1_u64 << (signal as u32 - 1);
        let mask = format!("SigIgn:\t{bit:016x}");
        assert!(ours.out().contains(&mask), "{ours}");
    }
    diff.assert_same_with(|tool| fixture.root(tool).arg("/").args(status));
}

#[test]
fn the_environment_is_the_callers() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    for line in LINES {
        // The user whom the original does not find, and names that it mixes.
        if line[0].contains("hoston") {
            continue;
        }
        let env = |tool: Tool| {
            let tool = fixture.root(tool).env("USER", "caller").env("LOGNAME", "x");
            tool.env("MAIL", "y").env("PWD", "/z").args(line).arg("env")
        };
        diff.assert_same_with(env);
    }
    // Its order too, and what is no assignment of text.
    let odd = "env -i Z=1 A=2 M=$(printf '\\377') \"$@\"";
    for program in [
        RCHROOT.to_string(),
        require::original("chroot")
            .unwrap()
            .to_str()
            .unwrap()
            .into(),
    ] {
        let words = ["-c", odd, "sh", &program, "/", "/usr/bin/env"];
        let outcome = Tool::new("/bin/sh").args(words).run().ok();
        assert_eq!(outcome.stdout, b"Z=1\nA=2\nM=\xff\n");
    }
}

#[test]
fn the_process_is_the_callers_with_its_limits_and_its_umask() {
    if !require::root() {
        return;
    }
    let Some(original) = require::original("chroot") else {
        return;
    };
    let fixture = Fixture::new();
    let nice = Tool::new("/usr/bin/nice").run().ok().out();
    let nicer = nice.trim().parse::<i32>().unwrap() + 3;
    let limits = "umask 027; ulimit -n 123; ulimit -c 7; exec \"$@\"";
    let ask = "umask; ulimit -n; ulimit -c; nice; echo $$";
    for program in [&RCHROOT, original.to_str().unwrap()] {
        let tool = fixture.root(Tool::new("/usr/bin/nice"));
        let tool = tool.args(["-n", "3", "sh", "-c", limits, "sh", program]);
        let mut running = tool.args(["--groups=5", "/", "sh", "-c", ask]).spawn();
        let pid = running.pid();
        let expected = format!("0027\n123\n7\n{nicer}\n{pid}\n");
        assert_eq!(running.wait().ok().out(), expected);
    }
}
