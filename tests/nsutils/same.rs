//! Each program of the file beside the single program, under its own name and its original's.

use testkit::{Tool, require};

use crate::fixture::{PROGRAMS, assert_same};

/// Calls each program by both of its names.
#[track_caller]
fn assert_all_same(setup: impl Fn(Tool) -> Tool) {
    for (name, original) in PROGRAMS {
        for called in [name, original] {
            assert_same(name, called, &setup);
        }
    }
}

#[test]
fn the_help_is_the_same() {
    assert_all_same(|tool| tool.arg("--help"));
}

#[test]
fn the_version_is_the_same() {
    assert_all_same(|tool| tool.arg("--version"));
}

#[test]
fn an_error_in_the_command_line_is_the_same() {
    assert_all_same(|tool| tool.arg("--no-such-option"));
    assert_all_same(|tool| tool.args(["--no-such-option=nsutils", "--help"]));
    assert_same("rchroot", "chroot", |tool| tool);
}

#[test]
fn a_name_with_a_directory_is_the_same() {
    for (name, original) in PROGRAMS {
        let single = require::workspace_program(name);
        let Some(single) = single else { return };
        let called = format!("/opt/bin/{original}");
        let run = |program: &std::path::Path| {
            let outcome = Tool::new(program)
                .argv0(&called)
                .arg("--no-such-option")
                .run();
            (outcome.status, outcome.out(), outcome.err())
        };
        assert_eq!(
            run(crate::fixture::NSUTILS.path()),
            run(&single),
            "nsutils called {called} differs from {name}"
        );
    }
}

/// Runs a script by a program with these options, and checks that it ran.
#[track_caller]
fn assert_runs_the_same(name: &str, called: &str, options: &[&str]) {
    let script = "echo \"$0 $*\"; echo error >&2; exit 3";
    let words = [options, &["sh", "-c", script, "a", "--help", "runshare"]].concat();
    if let Some(single) = assert_same(name, called, |tool| tool.args(&words)) {
        let ran = (single.code(), single.out(), single.err());
        let expected = (3, "a --help runshare\n".to_owned(), "error\n".to_owned());
        assert_eq!(ran, expected, "{name} did not run the script");
    }
}

#[test]
fn runshare_runs_a_program_the_same() {
    for called in ["runshare", "unshare"] {
        assert_runs_the_same("runshare", called, &[]);
    }
}

#[test]
fn rnsenter_runs_a_program_the_same() {
    if !require::root() {
        return;
    }
    for called in ["rnsenter", "nsenter"] {
        assert_runs_the_same("rnsenter", called, &["--uts=/proc/self/ns/uts"]);
    }
}

#[test]
fn rlsns_lists_the_same() {
    let pid = std::process::id().to_string();
    for called in ["rlsns", "lsns"] {
        let words = ["--task", &pid, "--noheadings", "--output", "NS,TYPE"];
        let single = assert_same("rlsns", called, |tool| tool.args(words));
        let lists = single.is_none_or(|single| single.ok().out().contains(" uts"));
        assert!(lists, "no UTS namespace is listed");
    }
}

#[test]
fn rchroot_runs_a_program_the_same() {
    if !require::root() {
        return;
    }
    for called in ["rchroot", "chroot"] {
        assert_runs_the_same("rchroot", called, &["/"]);
    }
}

#[test]
fn a_program_that_a_signal_ends_is_the_same() {
    let words = ["--fork", "sh", "-c", "kill -KILL $$"];
    let single = assert_same("runshare", "runshare", |tool| tool.args(words));
    assert!(
        single.is_none_or(|single| single.code() == 137),
        "the shell was not killed"
    );
}

#[test]
fn a_new_user_namespace_is_the_same() {
    if !require::user_namespaces() {
        return;
    }
    let words = ["--user", "--map-root-user", "cat", "/proc/self/uid_map"];
    if let Some(single) = assert_same("runshare", "unshare", |tool| tool.args(words)) {
        let map: Vec<_> = single
            .ok()
            .out()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        assert_eq!(
            map.first().map(String::as_str),
            Some("0"),
            "no map from 0: {map:?}"
        );
    }
}
