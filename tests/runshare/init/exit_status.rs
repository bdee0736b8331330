//! How the program, init and the tool end: all as the program does, and nobody is left.

use std::fs;

use nix::sys::signal::kill;

use super::{each, each_by, program_of, settled_init};
use crate::fixture::{RUNSHARE, ordinary, runshare};
use crate::signals::child_of;
use testkit::{
    Pid, Running, Scratch, Signal, Status, Tool, children_of, eventually, lives, require,
};

#[test]
fn the_tool_ends_with_the_programs_status() {
    each(|tool| {
        for status in [0, 1, 42, 127, 128, 143, 255] {
            let script = format!("exit {status}");
            let outcome = tool().args(["sh", "-c", &script]).run();
            assert_eq!(outcome.status, Status::Exited(status));
        }
    });
}

/// The signals that end a process, without those that cannot be sent by a shell.
fn deadly() -> impl Iterator<Item = i32> {
    // CHLD, CONT, STOP, TSTP, TTIN, TTOU, URG and WINCH do not.
    (1..=64).filter(|signal| ![17, 18, 19, 20, 21, 22, 23, 28].contains(signal))
}

#[test]
fn the_tool_dies_by_the_signal_that_the_program_dies_by() {
    // No core dump of anybody.
    let script = r#"ulimit -c 0; exec "$0" "$@""#;
    let shell = || Tool::new("/bin/sh").args(["-c", script, &RUNSHARE]);
    each_by(&shell, |tool| {
        for signal in deadly() {
            let death = format!("kill -{signal} $$; exit 3");
            let tool = tool().args(["sh", "-c", &death]);
            assert_eq!(tool.run().status, Status::Killed(signal), "{signal}");
        }
    });
}

#[test]
fn it_dies_by_a_signal_that_its_caller_ignores_and_blocks() {
    if !require::installed("perl") {
        return;
    }
    let death = r#"use POSIX; $SIG{TERM} = "DEFAULT";
        sigprocmask(SIG_UNBLOCK, POSIX::SigSet->new(SIGTERM)); kill TERM => $$; sleep 1000"#;
    each(|tool| {
        let tool = tool().ignoring(Signal::SIGTERM).blocking(Signal::SIGTERM);
        let tool = tool.args(["perl", "-e", death]);
        assert_eq!(tool.run().status, Status::Killed(15));
    });
}

#[test]
fn a_program_that_counts_on_dying_dies_only_below_init() {
    let script = ["sh", "-c", "kill -TERM $$; exit 5"];
    each(|tool| assert_eq!(tool().args(script).run().status, Status::Killed(15)));
    let Some(original) = require::original("unshare") else {
        return;
    };
    if !require::user_namespaces() {
        return;
    }
    let tool = ordinary(Tool::new(original)).args(["-rpf"]);
    assert_eq!(tool.args(script).run().status, Status::Exited(5));
}

#[test]
fn what_fails_before_the_program_runs_is_reported_once() {
    each(|tool| {
        let fails = |tool: Tool, code: i32, sentence: &str| {
            tool.run().fails(code, &format!("runshare: {sentence}\n"));
        };
        let line = |arguments: &[&str]| tool().args(arguments.iter().copied());
        fails(
            line(&["nosuch"]),
            127,
            "failed to execute nosuch: No such file or directory",
        );
        fails(
            line(&["/etc"]),
            126,
            "failed to execute /etc: Permission denied",
        );
        fails(
            line(&["--root", "/nosuch", "true"]),
            1,
            "cannot change root directory to '/nosuch': No such file or directory",
        );
        fails(
            line(&["--wd", "/nosuch", "true"]),
            1,
            "cannot change directory to /nosuch: No such file or directory",
        );
    });
    if require::user_namespaces() {
        let tool = ordinary(runshare()).args(["-r", "--init", "--setuid", "7", "true"]);
        tool.run()
            .fails(1, "runshare: setuid() failed: Invalid argument\n");
    }
}

/// A program that has left a process in another session behind, which ignores all that it can.
const LEAVES: &str =
    "trap '' HUP INT TERM; setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo up; ";

/// Waits until the process that [`LEAVES`] leaves is the child of init or the program, and returns it.
fn left_behind(tool: &Running) -> Pid {
    let (init, program) = (child_of(tool), program_of(tool));
    let all = || [children_of(init), children_of(program)].concat();
    let sleeps = |pid: &Pid| {
        fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "sleep\n")
    };
    eventually("it sleeps", || all().iter().any(sleeps));
    all().into_iter().find(sleeps).unwrap()
}

#[test]
fn no_process_is_left_when_the_tool_has_ended() {
    if !require::installed("setsid") {
        return;
    }
    each(|tool| {
        let script = format!("{LEAVES} read line; exit 6");
        let tool = tool().args(["sh", "-c", &script]).terminal(80, 24);
        let mut tool = tool.spawn();
        tool.read_until("up\n");
        let left = left_behind(&tool);
        tool.type_in("\n");
        assert_eq!(tool.wait().code(), 6);
        // At once: the tool waits for it.
        assert!(!lives(left));
    });
}

#[test]
fn no_process_is_left_when_the_tool_is_killed() {
    if !require::installed("setsid") {
        return;
    }
    each(|tool| {
        let script = format!("{LEAVES} exec sleep 1000");
        let mut tool = tool().args(["sh", "-c", &script]).spawn();
        tool.read_until("up\n");
        let all = [child_of(&tool), program_of(&tool), left_behind(&tool)];
        tool.signal(Signal::SIGKILL);
        tool.wait();
        eventually("all are gone", || all.iter().all(|pid| !lives(*pid)));
    });
}

#[test]
fn the_tool_dies_as_init_dies() {
    each(|tool| {
        let tool = tool().args(["sh", "-c", "echo up; exec sleep 1000"]);
        let mut tool = tool.spawn();
        tool.read_until("up\n");
        let (init, program) = (settled_init(&tool), program_of(&tool));
        kill(init, Signal::SIGKILL).unwrap();
        assert_eq!(tool.wait().status, Status::Killed(9));
        assert!(!lives(program));
    });
}

#[test]
fn another_signal_at_the_tools_death_is_the_programs() {
    let scratch = Scratch::new();
    let note = scratch.file("note", "");
    fs::set_permissions(&note, std::os::unix::fs::PermissionsExt::from_mode(0o666)).unwrap();
    let script = "trap 'echo handled >\"$0\"; exit' TERM; echo up; while :; do sleep 0.05; done";
    each(|tool| {
        fs::write(&note, "").unwrap();
        let tool = tool().args(["--kill-child=TERM", "sh", "-c", script]);
        let mut tool = tool.arg(&note).spawn();
        tool.read_until("up\n");
        let init = child_of(&tool);
        tool.signal(Signal::SIGKILL);
        tool.wait();
        eventually("init is gone", || !lives(init));
        assert_eq!(fs::read_to_string(&note).unwrap(), "handled\n");
    });
}
