//! The tool that waits beside its program: what it holds, what it shows, and that it leaves no core file.

use std::fs;
use std::path::Path;

use crate::fixture::{RUNSHARE, ordinary, runshare};
use crate::pivot::{bare_root, ordinary_in};
use nix::errno::Errno;
use nix::libc::SYS_keyctl;
use testkit::{Outcome, Scratch, Status, Tool, require};

/// Prints the working directory of the tool, as the program finds it in a /proc of the host, what is two levels above,
/// and what is in the root.
const LOOK_OUT: &str = "while read -r key value; do case $key in PPid:) up=$value; esac; done </proc/self/status\n\
     while read -r name </proc/$up/comm && [ $name != runshare ]; do \
     while read -r key value; do case $key in PPid:) next=$value; esac; done </proc/$up/status; up=$next; done\n\
     readlink /proc/$up/cwd; ls /proc/$up/cwd/../..; echo =; ls /; echo =; ls /proc/$up/fd";

#[test]
fn the_tool_holds_no_directory_of_the_old_root() {
    if !require::user_namespaces() {
        return;
    }
    let root = bare_root();
    let root = root.path().to_str().unwrap();
    for options in [
        &["--fork"][..],
        &["--pid", "--init"],
        &["--fork", "--pid", "--kill-child=TERM"],
        &["--new-session"],
    ] {
        let fill = "for dir in bin lib lib64 usr proc; do [ ! -e /$dir ] || mount --rbind /$dir $0/$dir; done; exec \"$@\"";
        let options = [&["--pivot-root", "--root", root], options].concat();
        let tool = ordinary_in(fill, root, &options, &["sh", "-c", LOOK_OUT]);
        let outcome = tool.run().ok();
        let text = outcome.out();
        let (above, rest) = text.split_once("=\n").expect(&text);
        let (inside, descriptors) = rest.split_once("=\n").expect(&text);
        assert_eq!(above, format!("/\n{inside}"), "{options:?}: {outcome}");
        assert!(inside.contains("only here"), "{options:?}: {outcome}");
        // At most what it waits with: neither its terminal nor its output.
        let standard = descriptors
            .lines()
            .filter(|fd| ["0", "1", "2"].contains(fd));
        assert_eq!(standard.count(), 0, "{options:?}: {outcome}");
    }
}

#[test]
fn a_plain_tool_is_as_open_as_the_original() {
    if !require::user_namespaces() {
        return;
    }
    for options in [
        &["-r", "--fork"][..],
        &["-r", "--fork", "--kill-child"],
        &["-r", "--fork", "--kill-child=TERM", "--pid"],
        &["-r", "-u", "--fork", "--forward-signals"],
    ] {
        let script = "echo up; read line";
        let tool = ordinary(runshare()).args(options).terminal(80, 24);
        let mut tool = tool.args(["sh", "-c", script]).spawn();
        tool.read_until("up");
        // By the kernel's rule it shows them to its user alone, and that is who runs it.
        let namespaces = format!("/proc/{}/ns/uts", tool.pid());
        let pid = tool.pid().to_string();
        let read = ordinary(Tool::new("/bin/readlink")).arg(&namespaces).run();
        assert!(read.ok().out().starts_with("uts:["), "{options:?}");
        let enter = ["-t", &pid, "-U", "--preserve-credentials", "true"];
        let entered = ordinary(Tool::new("/usr/bin/nsenter")).args(enter).run();
        let _ = entered.ok();
        tool.type_in("\n");
        let _ = tool.wait().ok();
    }
}

/// A program that dies by SEGV without a core file, and whose tool could leave one, if it tried; what the shell that
/// runs the tool in `directory` reports.
fn dies(program: &str, options: &str, directory: &Path) -> Outcome {
    let dying = "'ulimit -S -c 0; kill -SEGV $$'";
    let script = format!("ulimit -S -c unlimited; {program} {options} sh -c {dying}; echo $?");
    let shell = Tool::new("/bin/sh").current_dir(directory);
    shell.args(["-c", &script]).run()
}

/// Whether a process of the user's that dies in a directory leaves a file there.
fn core_files_are_left() -> bool {
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    let named = pattern.starts_with(|first| first != '|' && first != '/');
    let scratch = Scratch::new();
    let script = "ulimit -S -c unlimited; kill -SEGV $$";
    let shell = Tool::new("/bin/sh").current_dir(scratch.path());
    let _ = shell.args(["-c", script]).run();
    let left = fs::read_dir(scratch.path()).unwrap().count() == 1;
    require::condition(named && left, "core files are not left in the directory")
}

#[test]
fn the_tool_leaves_no_core_file_and_ends_as_the_program() {
    if !core_files_are_left() || !require::user_namespaces() {
        return;
    }
    for options in [
        "--fork",
        "-r --fork",
        "--kill-child",
        "--forward-signals",
        "-r --pid --init",
        "--new-session",
    ] {
        let scratch = Scratch::new();
        let outcome = dies(&RUNSHARE, options, scratch.path());
        assert_eq!(outcome.out(), "139\n", "{options}: {outcome}");
        let left = fs::read_dir(scratch.path()).unwrap().count();
        assert_eq!(left, 0, "{options}");
    }
    // Of the program, which may leave one, there is one.
    let scratch = Scratch::new();
    let script = format!("ulimit -S -c unlimited; {RUNSHARE} --fork sh -c 'kill -SEGV $$'; :");
    let shell = Tool::new("/bin/sh").current_dir(scratch.path());
    let _ = shell.args(["-c", &script]).run().ok();
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
}

#[test]
fn the_original_leaves_a_core_file_of_its_own() {
    let Some(original) = require::original("unshare") else {
        return;
    };
    if !core_files_are_left() {
        return;
    }
    let scratch = Scratch::new();
    let outcome = dies(original.to_str().unwrap(), "--fork", scratch.path());
    assert_eq!(outcome.out(), "139\n", "{outcome}");
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
}

#[test]
fn a_key_that_dumps_core_ends_a_waiting_tool_without_one() {
    if !core_files_are_left() {
        return;
    }
    let scratch = Scratch::new();
    let script = "ulimit -S -c unlimited; exec \"$0\" --fork sh -c 'ulimit -S -c 0; echo up; exec sleep 1000'";
    let shell = Tool::new("/bin/sh").current_dir(scratch.path());
    let mut tool = shell.args(["-c", script, &RUNSHARE]).spawn();
    tool.read_until("up\n");
    tool.signal(testkit::Signal::SIGQUIT);
    assert_eq!(tool.wait().status, Status::Killed(3));
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
}

#[test]
fn the_program_has_the_callers_limit_of_core_files() {
    for options in ["--fork", "--new-session", "--kill-child"] {
        let script = format!(
            "ulimit -S -c 5; {RUNSHARE} {options} sh -c 'ulimit -S -c; ulimit -H -c'; ulimit -H -c"
        );
        let outcome = Tool::new("/bin/sh").args(["-c", &script]).run().ok();
        let text = outcome.out();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "5", "{options}: {outcome}");
        assert_eq!(lines[1], lines[2], "{options}: {outcome}");
    }
}

/// The number of the session keyring of a program that this tool runs.
#[track_caller]
fn keyring_of(fixture: &Path, tool: Tool) -> Outcome {
    tool.arg(fixture).arg("session-keyring").run().ok()
}

#[test]
fn a_new_session_has_a_keyring_of_its_own() {
    let keyrings = testkit::session_keyring();
    if !require::condition(keyrings.is_ok(), "there are no keyrings here") {
        return;
    }
    let Some(fixture) = require::fixture_program() else {
        return;
    };
    let own = format!("{}\n", keyrings.unwrap());
    let kept = keyring_of(&fixture, runshare().arg("--fork"));
    assert_eq!(
        kept.out(),
        own,
        "with --fork alone the keyring is the caller's"
    );
    let new = keyring_of(&fixture, runshare().arg("--new-session"));
    assert_ne!(new.out(), own, "--new-session makes a new keyring");
    assert_eq!(new.err(), "");
    if require::user_namespaces() {
        let inside = ordinary(runshare()).args(["-r", "--pid", "--init", "--new-session"]);
        assert_ne!(keyring_of(&fixture, inside).out(), own);
    }
}

#[test]
fn without_keyrings_none_is_left_and_a_refusal_is_reported() {
    let run = |errno| {
        let tool = runshare().refusing(SYS_keyctl, errno);
        tool.args(["--new-session", "echo", "it ran"]).run()
    };
    let outcome = run(Errno::ENOSYS).ok();
    assert_eq!(
        (outcome.out().as_str(), outcome.err().as_str()),
        ("it ran\n", "")
    );
    let outcome = run(Errno::EPERM);
    let warning = "runshare: warning: the session keyring of the caller stays: keyctl failed: Operation not permitted\n";
    assert_eq!((outcome.code(), outcome.err().as_str()), (0, warning));
    run(Errno::EDQUOT).fails(1, "runshare: keyctl failed: Disk quota exceeded\n");
}
