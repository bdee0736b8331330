//! The mistakes that another rewrite of chroot(8) made, one test against each.

use crate::fixture::{Fixture, RCHROOT, ids};
use testkit::{Outcome, Signal, Tool, require};

fn run(fixture: &Fixture, line: &[&str]) -> Outcome {
    let tool = Tool::new(RCHROOT).argv0("chroot");
    fixture.root(tool).args(line).run()
}

/// The ids of the command, after a line that ends before it.
fn shown(fixture: &Fixture, line: &[&str]) -> String {
    ids(&run(fixture, &[line, &["show"]].concat()).ok().out())
}

#[test]
fn names_are_looked_up_inside_and_not_outside_only() {
    if require::root() {
        let fixture = Fixture::new();
        assert_eq!(
            shown(&fixture, &["--userspec=jailon:jailgrp", "jail"]),
            "u=5101 g=5301 G=5301,5302"
        );
        assert_eq!(
            shown(&fixture, &["--groups=jailgrp", "jail"]),
            "u=0 g=0 G=5301"
        );
    }
}

#[test]
fn options_behind_newroot_are_the_commands() {
    if require::root() {
        let fixture = Fixture::new();
        let outcome = run(
            &fixture,
            &["jail", "show", "--groups=5", "--help", "-x", "--"],
        )
        .ok();
        assert!(
            outcome
                .out()
                .contains("[--groups=5]\n[--help]\n[-x]\n[--]\n"),
            "{outcome}"
        );
        assert_eq!(ids(&outcome.out()), "u=0 g=0 G=77,88");
        assert_eq!(run(&fixture, &["jail", "--help"]).code(), 127);
    }
}

#[test]
fn a_named_group_replaces_the_login_group() {
    if require::root() {
        let fixture = Fixture::new();
        assert_eq!(
            shown(&fixture, &["--userspec=nogrps:9", "jail"]),
            "u=5106 g=9 G=9"
        );
    }
}

#[test]
fn a_repeated_userspec_is_not_an_error() {
    if require::root() {
        let fixture = Fixture::new();
        let line = [
            "--userspec=bad",
            "--userspec=5:6",
            "--groups=bad",
            "--groups=7",
            "jail",
        ];
        assert_eq!(shown(&fixture, &line), "u=5 g=6 G=7");
    }
}

#[test]
fn a_dot_and_a_trailing_colon_are_understood() {
    if require::root() {
        let fixture = Fixture::new();
        assert_eq!(
            shown(&fixture, &["--userspec=jailon.9", "jail"]),
            "u=5101 g=9 G=9,5301,5302"
        );
        assert_eq!(
            shown(&fixture, &["--userspec=jailon:9:", "jail"]),
            "u=5101 g=9 G=9,5301,5302"
        );
        assert_eq!(
            shown(&fixture, &["--userspec=jailon:", "jail"]),
            "u=5101 g=5201 G=5201,5301,5302"
        );
        assert_eq!(
            shown(&fixture, &["--userspec=:9", "jail"]),
            "u=0 g=9 G=77,88"
        );
    }
}

#[test]
fn arguments_need_not_be_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    if require::root() {
        let fixture = Fixture::new();
        let odd = std::ffi::OsStr::from_bytes(b"\xff\n\xfe");
        let tool = fixture
            .root(Tool::new(RCHROOT))
            .args(["jail", "show"])
            .arg(odd);
        let outcome = tool.run().ok();
        let shown = b"[\xff\n\xfe]\n";
        assert!(
            outcome
                .stdout
                .windows(shown.len())
                .any(|part| part == shown),
            "{outcome}"
        );
    }
}

#[test]
fn items_of_a_list_are_not_trimmed() {
    if require::root() {
        let fixture = Fixture::new();
        for item in [" jailgrp", "jailgrp ", "5 ", " "] {
            let outcome = run(&fixture, &["--groups", item, "jail", "show"]);
            outcome.fails(125, &format!("chroot: invalid group '{item}'\n"));
        }
    }
}

#[test]
fn what_is_wrong_with_newroot_comes_before_what_is_wrong_with_a_name() {
    let fixture = Fixture::new();
    let tool = fixture.ordinary(Tool::new(RCHROOT).argv0("chroot"));
    let outcome = tool
        .args(["--userspec=bad", "--groups=bad", "nosuch"])
        .run();
    let sentence = "chroot: cannot change root directory to 'nosuch': No such file or directory\n";
    outcome.fails(125, sentence);
}

#[test]
fn a_reason_is_the_c_librarys_text_alone() {
    let fixture = Fixture::new();
    for root in ["nosuch", "file", "loop", "/", &"x".repeat(300)] {
        let tool = fixture.ordinary(Tool::new(RCHROOT));
        let said = tool.args([root, "true"]).run().err();
        assert!(!said.is_empty() && !said.contains("os error"), "{said}");
    }
}

#[test]
fn every_bad_group_is_reported() {
    if require::root() {
        let outcome = run(&Fixture::new(), &["--groups=a,5,b,,c", "jail", "show"]);
        let lines = ["a", "b", "c"].map(|item| format!("chroot: invalid group '{item}'\n"));
        outcome.fails(125, &lines.concat());
    }
}

#[test]
fn the_number_for_no_change_is_no_user_and_no_group() {
    if require::root() {
        let fixture = Fixture::new();
        for (line, sentence) in [
            ("--userspec=4294967295", "invalid user"),
            ("--userspec=4294967295:5", "invalid user"),
            ("--userspec=5:4294967295", "invalid group"),
            ("--userspec=:4294967295", "invalid group"),
            (
                "--groups=4294967295",
                "failed to set supplemental groups: Invalid argument",
            ),
        ] {
            let outcome = run(&fixture, &[line, "jail", "show"]);
            outcome.fails(125, &format!("chroot: {sentence}\n"));
        }
    }
}

#[test]
fn a_help_that_cannot_be_written_is_125() {
    let full = testkit::full_device();
    let outcome = Tool::new(RCHROOT).arg("--help").fd(1, full).run();
    assert_eq!(outcome.code(), 125, "{outcome}");
}

#[test]
fn a_broken_pipe_is_the_commands_to_notice() {
    if require::root() {
        let fixture = Fixture::new();
        let line = ["jail", "sh", "-c", "trap '' PIPE; trap"];
        let ignoring = fixture.root(Tool::new(RCHROOT)).ignoring(Signal::SIGPIPE);
        let outcome = ignoring
            .args(["/", "grep", "SigIgn", "/proc/self/status"])
            .run()
            .ok();
        assert_eq!(outcome.out(), "SigIgn:\t0000000000001000\n");
        let outcome = run(&fixture, &["/", "grep", "SigIgn", "/proc/self/status"]).ok();
        assert_eq!(outcome.out(), "SigIgn:\t0000000000000000\n");
        run(&fixture, &line).ok();
    }
}

#[test]
fn a_closed_standard_input_does_not_become_dev_null() {
    if require::root() {
        let fixture = Fixture::new();
        let tool = fixture.root(Tool::new(RCHROOT)).close_fd(0);
        let outcome = tool.args(["jail", "sh", "-c", "[ -e /proc/self/fd/0 ] || echo closed"]);
        assert_eq!(outcome.run().ok().out(), "closed\n");
    }
}
