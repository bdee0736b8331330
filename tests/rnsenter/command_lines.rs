//! The command lines of `command_lines.txt`, and the places where a message goes, beside the original.

use crate::fixture::{Caller, SampleTargets, differential_test, original_is_denied_groups, seen};
use testkit::{Tool, command_lines, require};

/// The words of every command line of the file.
pub(crate) fn lines() -> Vec<Vec<String>> {
    command_lines(include_str!("command_lines.txt"))
}

/// Compares every line, called by `caller`.
fn compare(caller: Caller) {
    let Some(diff) = differential_test() else {
        return;
    };
    let Some(samples) = SampleTargets::new(caller) else {
        return;
    };
    let (mut compared, mut denied, mut differences) = (0, 0, Vec::new());
    for line in lines() {
        let line: Vec<String> = line.iter().map(|word| samples.substitute(word)).collect();
        let (ours, original) = diff.run_both(|tool| caller.runs(tool).args(&line));
        if original_is_denied_groups(&original) {
            denied += 1;
        } else {
            compared += 1;
            if seen(&ours) != seen(&original) {
                differences.push(format!("ours\n{ours}original\n{original}"));
            }
        }
    }
    assert!(
        differences.is_empty(),
        "ours and the original differ on {} of {compared} lines\n{}",
        differences.len(),
        differences.join("\n")
    );
    assert!(
        compared >= 250 && denied < 50,
        "only {compared} command lines are left, {denied} denied"
    );
}

#[test]
fn every_command_line_of_the_file_as_root() {
    if require::root() {
        compare(Caller::Whoever);
    }
}

#[test]
fn every_command_line_of_the_file_as_another_user_of_the_machine() {
    if require::root() {
        compare(Caller::Tester);
    }
}

#[test]
fn every_command_line_of_the_file_as_the_ordinary_user_who_runs_the_tests() {
    if !nix::unistd::geteuid().is_root() && require::user_namespaces() {
        compare(Caller::Whoever);
    }
}

#[test]
fn the_name_in_messages_is_the_base_name_but_in_a_getopt_line() {
    let Some(diff) = differential_test() else {
        return;
    };
    for name in ["nsenter", "/x/nsenter", "./a b/c", "x/", "", "\u{1b}[1m"] {
        for line in [&["--foo"][..], &["nosuch"], &["-t", "abc"], &["-S", "x"]] {
            diff.assert_same_with(|tool| tool.argv0(name).args(line));
        }
    }
}

#[test]
fn values_and_programs_may_be_any_bytes() {
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::OsStrExt;
    let Some(diff) = differential_test() else {
        return;
    };
    let odd = OsStr::from_bytes(b"/\xff\xfe no\tsuch\n");
    for option in [
        "--target",
        "--net-socket",
        "--setuid",
        "--setgid",
        "--net",
        "--root",
    ] {
        diff.assert_same_with(|tool| tool.arg(option).arg(odd).arg("true"));
    }
    for option in [
        "--mount=", "--net=:", "-n", "-n=", "-n:", "--root=", "-r", "--wd=", "-w=", "-W", "--wdns=",
    ] {
        let mut word = OsString::from(option);
        word.push(odd);
        diff.assert_same_with(|tool| tool.args(["-t", "1", "-u"]).arg(&word).arg("true"));
    }
    let own = std::process::id().to_string();
    diff.assert_same_with(|tool| tool.args(["-t", &own, "-u"]).arg(odd));
    diff.assert_same_with(|tool| tool.arg(odd));
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
        &["-t", "x"],
        &["-u"],
        &["--foo"],
        &["-t", "1", "-p", "/etc"],
        &["-n/nosuch", "true"],
    ] {
        diff.assert_same_with(|tool| tool.args(line).fd(2, testkit::full_device()));
        diff.assert_same_with(|tool| tool.args(line).close_fd(2));
        diff.assert_same_with(|tool| tool.args(line).close_fd(0).close_fd(1).close_fd(2));
    }
    for option in ["--help", "--version"] {
        let status = |tool: Tool| tool.arg(option).fd(1, testkit::full_device());
        let (ours, original) = diff.run_both(status);
        assert_eq!(ours.status, original.status, "{ours}{original}");
        assert_eq!(ours.stderr, original.stderr, "{ours}{original}");
    }
}

#[test]
fn posixly_correct_changes_nothing() {
    let Some(diff) = differential_test() else {
        return;
    };
    for line in [
        &["true", "-p"][..],
        &["--foo"],
        &["-n/proc/self/ns/net", "true", "--foo"],
        &["-w", "true", "-t", "1"],
    ] {
        diff.assert_same_with(|tool| tool.env("POSIXLY_CORRECT", "1").args(line));
    }
}

#[test]
fn an_attached_value_with_a_prefix_of_an_option_counts_for_the_option() {
    if !require::root() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let Some(samples) = SampleTargets::new(Caller::Whoever) else {
        return;
    };
    let show = ["readlink", "/proc/self/ns/net"];
    let first = diff.run_both(|tool| tool.arg(samples.substitute("-n{NS}")).args(show));
    for form in ["-n{NS}", "-n={NS}", "--net={NS}", "--net=={NS}"] {
        let (ours, original) = diff.run_both(|tool| tool.arg(samples.substitute(form)).args(show));
        assert_eq!(seen(&ours), seen(&original));
        assert_eq!(ours.ok().stdout, first.0.stdout, "{form}");
    }
}

#[test]
fn every_prefix_of_every_option_means_what_it_means_to_the_original() {
    let Some(diff) = differential_test() else {
        return;
    };
    let own = std::process::id().to_string();
    let walked = diff.assert_same_prefixes(|tool| tool.args(["-t", &own]), &["true"]);
    assert!(walked > 90, "only {walked} prefixes");
}
