//! `--fork` and signals: what reaches whom, and who dies with whom.

use std::fs;

use crate::fixture::{ordinary, runshare};
use nix::sys::signal::kill;
use testkit::{Pid, Running, Signal, children_of, eventually, lives, require};

/// The child of a running tool that runs the program, as the host counts it.
pub(crate) fn child_of(tool: &Running) -> Pid {
    // A watchdog is made before the child, and sits in a session of its own.
    let children = children_of(tool.pid());
    *children.last().expect("the tool has a child")
}

#[test]
fn kill_child_kills_the_child_when_the_tool_dies() {
    if !require::user_namespaces() {
        return;
    }
    for options in [
        &["-rf", "--kill-child"][..],
        &["-rpf", "--kill-child"],
        &["--kill-child=INT"],
    ] {
        let mut tool = ordinary(runshare())
            .args(options)
            .args(["sh", "-c", "echo up; exec sleep 1000"])
            .spawn();
        tool.read_until("up\n");
        let child = child_of(&tool);
        tool.signal(Signal::SIGKILL);
        tool.wait();
        eventually("the child is gone", || !lives(child));
    }
}

#[test]
fn a_pid_1_with_a_handler_is_left_to_its_handler() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = testkit::Scratch::new();
    let script = "trap 'sleep 0.3; echo handled > \"$0\"; exit 0' TERM; echo up; while :; do sleep 0.05; done";
    let note = scratch.path().join("note");
    fs::set_permissions(
        scratch.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o777),
    )
    .unwrap();
    let tool = ordinary(runshare())
        .args(["-rpf", "--kill-child=TERM", "sh", "-c", script])
        .arg(&note);
    let mut tool = tool.spawn();
    tool.read_until("up\n");
    let child = child_of(&tool);
    tool.signal(Signal::SIGKILL);
    tool.wait();
    eventually("the child is gone", || !lives(child));
    assert_eq!(fs::read_to_string(note).unwrap_or_default(), "handled\n");
}

#[test]
fn a_pid_1_that_waits_for_the_signal_is_left_to_that() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = testkit::Scratch::new();
    let note = scratch.path().join("note");
    fs::set_permissions(
        scratch.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o777),
    )
    .unwrap();
    let script = "trap 'sleep 0.3; echo handled > \"$0\"; exit 0' TERM; echo up; while :; do sleep 0.05; done";
    // PID 1 is the tool once more, which blocks what it forwards and sits in sigwaitinfo(2).
    let inner = [&crate::fixture::RUNSHARE, "--forward-signals", "sh", "-c"];
    let tool = ordinary(runshare()).args(["-rpf", "--kill-child=TERM"]);
    let mut tool = tool.args(inner).arg(script).arg(&note).spawn();
    tool.read_until("up\n");
    let first = child_of(&tool);
    tool.signal(Signal::SIGKILL);
    tool.wait();
    eventually("PID 1 is gone", || !lives(first));
    assert_eq!(fs::read_to_string(note).unwrap_or_default(), "handled\n");
}

#[test]
fn a_pid_1_that_has_the_signal_blocked_is_left_to_itself() {
    if !require::user_namespaces() {
        return;
    }
    let tool = ordinary(runshare()).blocking(Signal::SIGTERM);
    let tool = tool.args(["-rpf", "--kill-child=TERM"]);
    let mut tool = tool.args(["sh", "-c", "echo up; exec sleep 1000"]).spawn();
    tool.read_until("up\n");
    let child = child_of(&tool);
    let watchdog = children_of(tool.pid())[0];
    tool.signal(Signal::SIGKILL);
    tool.wait();
    eventually("the watchdog has seen it", || !lives(watchdog));
    let spared = lives(child);
    kill(child, Signal::SIGKILL).unwrap();
    assert!(
        spared,
        "the watchdog killed a child that has TERM to end by"
    );
}

#[test]
fn a_child_that_ends_takes_its_watchdog_along() {
    if !require::user_namespaces() {
        return;
    }
    let mut tool = ordinary(runshare())
        .args(["-rpf", "--kill-child=TERM", "cat"])
        .terminal(80, 24)
        .spawn();
    tool.type_in("x\n");
    tool.read_until("x");
    let children = children_of(tool.pid());
    assert_eq!(children.len(), 2);
    tool.type_in("\u{4}");
    assert_eq!(tool.wait().code(), 0);
    eventually("both are gone", || children.iter().all(|pid| !lives(*pid)));
}

#[test]
fn int_and_term_do_not_end_the_tool_before_its_child() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut tool = runshare()
            .args(["--fork", "sh", "-c", "echo up; sleep 0.3; exit 5"])
            .spawn();
        tool.read_until("up\n");
        tool.signal(signal);
        assert_eq!(tool.wait().code(), 5, "{signal}");
    }
}

#[test]
fn forwarded_signals_reach_the_child_every_time() {
    let script =
        "trap 'echo int' INT; trap 'echo term; exit 6' TERM; echo up; while :; do sleep 0.05; done";
    let mut tool = runshare()
        .args(["--forward-signals", "sh", "-c", script])
        .spawn();
    tool.read_until("up\n");
    for _ in 0..3 {
        tool.signal(Signal::SIGINT);
        tool.read_until("int\n");
    }
    tool.signal(Signal::SIGTERM);
    tool.read_until("term\n");
    assert_eq!(tool.wait().code(), 6);
}

#[test]
fn a_forwarded_signal_ends_the_tool_as_it_ends_the_child() {
    let mut tool = runshare()
        .args(["--forward-signals", "sh", "-c", "echo up; exec sleep 1000"])
        .spawn();
    tool.read_until("up\n");
    tool.signal(Signal::SIGTERM);
    assert_eq!(tool.wait().status, testkit::Status::Killed(15));
}

#[test]
fn a_caller_that_ignores_sigchld_still_learns_the_status() {
    for options in [&["--fork"][..], &["--forward-signals"]] {
        let outcome = runshare()
            .ignoring(Signal::SIGCHLD)
            .args(options)
            .args(["sh", "-c", "exit 9"])
            .run();
        assert_eq!(outcome.code(), 9, "{outcome}");
    }
}

#[test]
fn a_stopped_child_does_not_end_the_tool() {
    for options in [&["--fork"][..], &["--forward-signals"]] {
        let mut tool = runshare()
            .args(options)
            .args(["sh", "-c", "echo up; kill -STOP $$; exit 4"])
            .spawn();
        tool.read_until("up\n");
        let child = child_of(&tool);
        let stopped = || {
            fs::read_to_string(format!("/proc/{child}/stat"))
                .unwrap()
                .contains(") T ")
        };
        eventually("the child is stopped", stopped);
        kill(child, Signal::SIGCONT).unwrap();
        assert_eq!(tool.wait().code(), 4);
    }
}
