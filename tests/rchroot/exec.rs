//! The command: where it is looked for, what it is called with, and what is told where it cannot be run.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::fixture::{Fixture, RCHROOT, differential_test};
use testkit::{DifferentialTest, Tool, require};

fn rchroot() -> Tool {
    Tool::new(RCHROOT).argv0("chroot")
}

/// Asserts that both do the same with this line, and that ours ends with this status.
fn same(diff: &DifferentialTest, setup: impl Fn(Tool) -> Tool, status: i32) {
    diff.assert_same_with(&setup);
    let (ours, _) = diff.run_both(setup);
    assert_eq!(ours.code(), status, "{ours}");
}

#[test]
fn the_status_is_the_commands_own() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    for (script, status) in [
        ("exit 0", 0),
        ("exit 1", 1),
        ("exit 125", 125),
        ("exit 127", 127),
        ("kill -TERM $$", 143),
        ("kill -KILL $$", 137),
        ("kill -SEGV $$", 139),
    ] {
        same(
            &diff,
            |tool| fixture.root(tool).args(["jail", "sh", "-c", script]),
            status,
        );
    }
}

#[test]
fn what_is_there_but_cannot_be_run_is_126_and_what_is_not_is_127() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    fixture.file("jail/plain", "no program\n");
    fixture.script("jail/without-interpreter", "#!/no/such/interpreter\n");
    fixture.script("jail/through-plain", "#!/plain\n");
    fixture.script("jail/garbage", "\x7fELF and no more\n");
    std::os::unix::fs::symlink("turn", fixture.path("jail/turn")).unwrap();
    let long = "x".repeat(256);
    for (command, status) in [
        ("/nosuch", 127),
        ("/etc/nosuch", 127),
        ("nosuch", 127),
        ("", 127),
        ("/without-interpreter", 127),
        ("/plain", 126),
        ("/plain/x", 126),
        ("/etc", 126),
        ("/", 126),
        (".", 126),
        ("/through-plain", 126),
        ("/turn", 126),
        (&long, 126),
    ] {
        same(
            &diff,
            |tool| fixture.root(tool).args(["jail", command]),
            status,
        );
    }
    // The C library hands what the kernel does not know to the shell.
    diff.assert_same_with(|tool| fixture.root(tool).args(["jail", "/garbage"]));
}

#[test]
fn a_program_that_is_being_written_is_126() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let busy = fixture.path("jail/busy");
    fs::copy(fixture.path("jail/bin/sh"), &busy).unwrap();
    let _writer = fs::File::options().append(true).open(&busy).unwrap();
    same(
        &diff,
        |tool| fixture.root(tool).args(["jail", "/busy"]),
        126,
    );
}

#[test]
fn a_script_without_an_interpreter_line_is_the_shells() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    fixture.script("jail/bare", "echo \"$0 $# $2\"; exit 9\n");
    same(
        &diff,
        |tool| fixture.root(tool).args(["jail", "/bare", "a b", "c d"]),
        9,
    );
    same(&diff, |tool| fixture.root(tool).args(["jail", "bare"]), 9);
    fs::remove_file(fixture.path("jail/bin/sh")).unwrap();
    same(
        &diff,
        |tool| fixture.root(tool).args(["jail", "/bare"]),
        127,
    );
}

#[test]
fn the_path_is_the_callers_and_searched_inside() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    fixture.scratch.dir("jail/closed");
    fixture.file("jail/closed/tool", "not to be run\n");
    fixture.script("jail/tmp/tool", "#!/bin/sh\necho tmp \"$0\"\n");
    fixture.script("jail/tool", "#!/bin/sh\necho root \"$0\"\n");
    for (path, status) in [
        ("/tmp", 0),
        ("/closed:/tmp", 0),
        ("/closed", 126),
        ("/closed:/nosuch", 126),
        ("/nosuch", 127),
        ("/bin:/usr/bin", 127),
        ("", 0),
        (":", 0),
        ("/nosuch:", 0),
        (".", 0),
        ("tmp", 0),
        ("/etc/passwd:/tmp", 0),
        ("/etc/passwd", 126),
    ] {
        let line = |tool| fixture.root(tool).args(["jail", "tool"]).env("PATH", path);
        diff.assert_same_with(line);
        let (ours, _) = diff.run_both(line);
        assert!(ours.code() == status, "{path:?}: {ours}");
    }
    for command in ["sh", "tool"] {
        diff.assert_same_with(|tool| {
            fixture
                .root(tool)
                .no_env()
                .args(["jail", command, "-c", "pwd"])
        });
    }
}

#[test]
fn without_a_command_the_shell_is_interactive() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    fixture.script(
        "jail/tmp/my shell",
        "#!/bin/sh\necho \"$0\" \"$#\" \"$@\"\n",
    );
    fixture.script("jail/bin/named", "#!/bin/sh\necho named \"$@\"\n");
    for (shell, status) in [
        ("/tmp/my shell", 0),
        ("named", 0),
        ("bin/named", 0),
        ("/nosuch", 127),
        ("", 127),
        ("/bin/sh -x", 127),
        ("/etc", 126),
        ("/etc/passwd", 126),
    ] {
        same(
            &diff,
            |tool| fixture.root(tool).env("SHELL", shell).arg("jail"),
            status,
        );
    }
    let outcome = fixture
        .root(rchroot())
        .env("SHELL", "/tmp/my shell")
        .arg("jail")
        .run()
        .ok();
    assert_eq!(outcome.out(), "/tmp/my shell 1 -i\n");
    // With a command there is no -i, and SHELL is nothing to it.
    let outcome = fixture
        .root(rchroot())
        .env("SHELL", "/nosuch")
        .args(["jail", "named"])
        .run()
        .ok();
    assert_eq!(outcome.out(), "named\n");
    diff.assert_same_with(|tool| fixture.root(tool).no_env().arg("jail"));
    fs::write(fixture.path("jail/bin/sh"), "").unwrap();
    fs::set_permissions(fixture.path("jail/bin/sh"), Permissions::from_mode(0o644)).unwrap();
    same(&diff, |tool| fixture.root(tool).no_env().arg("jail"), 126);
}

#[test]
fn the_command_is_called_by_the_word_that_was_typed() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let line = "tr '\\0' '|' </proc/self/cmdline";
    for shell in ["sh", "/bin/sh", "./bin/../bin/sh"] {
        let cmdline = [
            "-c",
            "while read -r x; do echo $x; done </proc/self/cmdline",
            "a b",
        ];
        diff.assert_same_with(|tool| fixture.root(tool).args(["jail", shell]).args(cmdline));
        diff.assert_same_with(|tool| fixture.root(tool).args(["/", shell, "-c", line, "a b", ""]));
    }
}
