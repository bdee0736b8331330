//! What is said when something is wrong, by which name, and where it goes, beside the original.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use testkit::{Signal, Tool};

use crate::fixture::{Fixture, seen};
use crate::scenario::Scenario;

/// Asserts that both do the same when set up so.
#[track_caller]
fn same(fixture: &Fixture, setup: impl Fn(Tool) -> Tool) {
    let (ours, original) = fixture.run_both(setup);
    assert!(
        seen(&ours) == seen(&original),
        "ours\n{ours}original\n{original}"
    );
}

/// Lines that fail in every way that there is, then some that do not.
const LINES: [&[&str]; 14] = [
    &["--foo"],
    &["-x"],
    &["--t"],
    &["--task"],
    &["-o"],
    &["-t", "foo"],
    &["-o", "FOO"],
    &["-p", "abc"],
    &["foo"],
    &["5"],
    &["-J", "-r"],
    &["-Tfoo"],
    &["-Q", "FOO"],
    &["-o", "COMMAND"],
];

#[test]
fn the_name_in_messages_is_the_base_name_but_in_a_getopt_line() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    for name in ["lsns", "/x/lsns", "./a b/c", "x/", "", "\u{1b}[1m", "漢字"] {
        for line in LINES {
            same(&fixture, |tool| tool.argv0(name).args(line));
        }
    }
}

#[test]
fn values_may_be_any_bytes() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    for odd in [
        &b"/\xff\xfe no\tsuch\n"[..],
        b"\xff",
        b"\xe6\xbc",
        "漢".as_bytes(),
        b"\x1b[1m",
    ] {
        let odd = OsStr::from_bytes(odd);
        for option in ["-o", "-t", "-p", "--output", "--type", "--task", "-n", "--"] {
            same(&fixture, |tool| tool.arg(option).arg(odd));
        }
        for option in [
            "-o",
            "-t",
            "-T",
            "-x",
            "--tree=",
            "--foo",
            "-",
            "--output-all=",
        ] {
            let mut word = option.to_owned().into_bytes();
            word.extend(odd.as_bytes());
            same(&fixture, |tool| tool.arg(OsStr::from_bytes(&word)));
        }
    }
}

#[test]
fn a_table_that_cannot_be_written_is_a_failure() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    for line in LINES.iter().chain(&[
        &[][..],
        &["-J"],
        &["-H"],
        &["-H", "-J"],
        &["-Q", "NS == 0"],
        &["-p", "99"],
    ]) {
        same(&fixture, |tool| {
            tool.args(*line).fd(1, testkit::full_device())
        });
        same(&fixture, |tool| {
            tool.args(*line).fd(2, testkit::full_device())
        });
        same(&fixture, |tool| tool.args(*line).close_fd(1));
        same(&fixture, |tool| tool.args(*line).close_fd(2));
        same(&fixture, |tool| {
            tool.args(*line).close_fd(0).close_fd(1).close_fd(2)
        });
        same(&fixture, |tool| tool.args(*line).fd(1, unread()));
        same(&fixture, |tool| {
            tool.args(*line).fd(1, unread()).ignoring(Signal::SIGPIPE)
        });
    }
    for option in ["--help", "--version"] {
        let (ours, original) =
            fixture.run_both(|tool| tool.arg(option).fd(1, testkit::full_device()));
        assert_eq!(seen(&ours), seen(&original), "{ours}{original}");
    }
}

/// A pipe that nobody reads.
fn unread() -> std::os::fd::OwnedFd {
    let (_, writer) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
    writer
}

#[test]
fn an_environment_that_is_empty_is_enough() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    for line in LINES.iter().chain(&[&[][..], &["-T"], &["-J"]]) {
        same(&fixture, |tool| tool.no_env().args(*line));
    }
}
