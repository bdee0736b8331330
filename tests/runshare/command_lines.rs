//! The command lines of `command_lines.txt`, and the places where a message goes, beside the original.

use crate::fixture::{Machine, anybody, differential_test, ordinary};
use testkit::{Tool, command_lines, require};

/// Compares every line, run by `setup`, and says how many there were.
fn compare(setup: impl Fn(Tool) -> Tool) {
    let Some(diff) = differential_test() else {
        return;
    };
    let compared =
        diff.assert_all_same_with(&command_lines(include_str!("command_lines.txt")), setup);
    assert!(compared >= 250, "only {compared} command lines are left");
}

#[test]
fn every_command_line_of_the_file_as_root() {
    if require::root() {
        let machine = Machine::new();
        compare(|tool| machine.root(tool));
    }
}

#[test]
fn every_command_line_of_the_file_as_an_ordinary_user_with_subordinate_ids() {
    if require::root() && require::installed("newuidmap") {
        let machine = Machine::new();
        compare(|tool| machine.tester(tool));
    }
}

#[test]
fn every_command_line_of_the_file_as_whoever_runs_the_tests() {
    if require::installed("newuidmap") {
        compare(ordinary);
    }
}

#[test]
fn the_name_in_messages_is_the_base_name_but_in_a_getopt_line() {
    let Some(diff) = differential_test() else {
        return;
    };
    for name in ["unshare", "/x/unshare", "./a b/c", "x/", "", "\u{1b}[1m"] {
        diff.assert_same_with(|tool| tool.argv0(name).arg("--foo"));
        diff.assert_same_with(|tool| tool.argv0(name).arg("nosuch"));
        diff.assert_same_with(|tool| tool.argv0(name).args(["-S", "abc"]));
    }
}

#[test]
fn values_and_programs_may_be_any_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let Some(diff) = differential_test() else {
        return;
    };
    let odd = OsStr::from_bytes(b"/\xff\xfe no\tsuch\n");
    for option in [
        "--root",
        "--wd",
        "--map-users",
        "--setuid",
        "--propagation",
        "--kill-child=TERM",
    ] {
        diff.assert_same_with(|tool| tool.arg(option).arg(odd).arg("true"));
    }
    diff.assert_same_with(|tool| tool.arg(odd));
    diff.assert_same_with(|tool| tool.args(["-r", "printf", "%s|"]).arg(odd));
    diff.assert_same_with(|tool| tool.arg(OsStr::from_bytes(b"-\xff")));
    diff.assert_same_with(|tool| tool.arg(OsStr::from_bytes(b"--f\xff")));
}

#[test]
fn a_message_that_cannot_be_written_is_a_failure() {
    let Some(diff) = differential_test() else {
        return;
    };
    for line in [
        &["nosuch"][..],
        &["-f", "nosuch"],
        &["/etc"],
        &["--foo"],
        &["-S", "x"],
    ] {
        diff.assert_same_with(|tool| tool.args(line).fd(2, testkit::full_device()));
        diff.assert_same_with(|tool| tool.args(line).close_fd(2));
        diff.assert_same_with(|tool| tool.args(line).close_fd(0).close_fd(1).close_fd(2));
    }
    diff.assert_same_with(|tool| tool.args(["-r", "cat", "/proc/self/uid_map"]).close_fd(2));
    diff.assert_same_with(|tool| tool.args(["-f", "true"]).fd(1, testkit::full_device()));
}

#[test]
fn posixly_correct_changes_nothing() {
    let Some(diff) = differential_test() else {
        return;
    };
    for line in [&["true", "-f"][..], &["--foo"], &["-f", "true", "--foo"]] {
        diff.assert_same_with(|tool| tool.env("POSIXLY_CORRECT", "1").args(line));
    }
}

#[test]
fn every_prefix_of_every_option_means_what_it_means_to_the_original() {
    let Some(diff) = differential_test() else {
        return;
    };
    let anybody = anybody();
    let walked = diff.assert_same_prefixes(&anybody, &["true"]);
    assert!(walked > 150, "only {walked} prefixes");
}
