//! Waiting for the program: how it ends, and that it stops and continues with the tool.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::fixture::{Caller, Container, RNSENTER, each, rnsenter};
use nix::sys::signal::kill;
use testkit::{
    Running, Scratch, Signal, Status, Tool, children_of, eventually, is_stopped, lives, require,
};

/// What has the tool wait for its program, in a container that anybody may enter.
fn waiting(container: &Container) -> Vec<String> {
    let pid = container.pid().to_string();
    let words = ["-t", &pid, "-U", "-p", "--preserve-credentials"];
    words.map(str::to_owned).to_vec()
}

/// The container of an ordinary user, and who that is.
fn container() -> Option<(Caller, Container)> {
    let caller = Caller::ordinary();
    let container = require::user_namespaces().then(|| Container::owned_by(caller));
    Some((caller, container.flatten()?))
}

#[test]
fn the_tool_stops_and_continues_with_its_program() {
    let Some((caller, container)) = container() else {
        return;
    };
    each(|tool, _| {
        for signal in ["STOP", "TSTP", "TTIN", "TTOU"] {
            // Of these only STOP stops a process of an orphaned process group, as this one is.
            let script = format!("echo up; kill -{signal} $$; echo on; exit 4");
            let tool = caller.runs(tool()).args(waiting(&container));
            let mut tool = tool.args(["sh", "-c", &script]).spawn();
            tool.read_until("up\n");
            if signal == "STOP" {
                eventually("the tool is stopped", || is_stopped(tool.pid()));
                let program = children_of(tool.pid())[0];
                assert!(is_stopped(program));
                tool.signal(Signal::SIGCONT);
            }
            tool.read_until("on\n");
            assert_eq!(tool.wait().code(), 4, "{signal}");
        }
    });
}

#[test]
fn it_stops_as_often_as_the_program_does() {
    let Some((caller, container)) = container() else {
        return;
    };
    let script = "for i in 1 2 3 4 5; do echo $i; kill -STOP $$; done; kill -KILL $$";
    let tool = caller.runs(rnsenter()).args(waiting(&container));
    let mut tool = tool.args(["sh", "-c", script]).spawn();
    for turn in 1..=5 {
        tool.read_until(&format!("{turn}\n"));
        eventually("the tool is stopped", || is_stopped(tool.pid()));
        tool.signal(Signal::SIGCONT);
    }
    assert_eq!(tool.wait().status, Status::Killed(9));
}

#[test]
fn a_program_that_is_continued_by_another_leaves_the_tool_stopped_until_it_is_too() {
    let Some((caller, container)) = container() else {
        return;
    };
    each(|tool, _| {
        let tool = caller.runs(tool()).args(waiting(&container));
        let script = "echo up; kill -STOP $$; echo on; exit 6";
        let mut tool = tool.args(["sh", "-c", script]).spawn();
        tool.read_until("up\n");
        eventually("the tool is stopped", || is_stopped(tool.pid()));
        let program = children_of(tool.pid())[0];
        kill(program, Signal::SIGCONT).unwrap();
        tool.read_until("on\n");
        eventually("the program has ended", || !lives(program));
        assert!(is_stopped(tool.pid()));
        tool.signal(Signal::SIGCONT);
        assert_eq!(tool.wait().code(), 6);
    });
}

/// Has the tool wait for this script, and holds it up for a second when it learns that the script has stopped.
fn held_up(tool: PathBuf, container: &Container, script: &str, log: &Path) -> Tool {
    let everybody = Permissions::from_mode(0o666);
    fs::set_permissions(log, everybody).unwrap();
    let delay = "inject=wait4:delay_exit=1000000:when=1";
    let strace = Tool::new("/usr/bin/strace").arg("-o").arg(log);
    let strace = strace.args(["-qq", "-e", "trace=wait4", "-e", delay]);
    let strace = strace.arg(tool).args(waiting(container));
    strace.args(["sh", "-c", script])
}

#[test]
fn a_program_that_goes_on_before_the_tool_could_stop_is_waited_for() {
    let (Some(original), true) = (require::original("nsenter"), require::installed("strace"))
    else {
        return;
    };
    let Some((caller, container)) = container() else {
        return;
    };
    for (rest, ours) in [
        ("exit 4", true),
        ("sleep 2; exit 4", true),
        ("exit 4", false),
        ("sleep 2; exit 4", false),
    ] {
        let scratch = Scratch::new();
        let log = scratch.file("log", "");
        let logged = |text: &str| fs::read_to_string(&log).unwrap().contains(text);
        let program = if ours {
            RNSENTER.into()
        } else {
            original.clone()
        };
        let script = format!("kill -STOP $$; {rest}");
        let mut strace = caller
            .runs(held_up(program, &container, &script, &log))
            .spawn();
        eventually("the tool knows of the stop", || logged("WSTOPPED"));
        let tool = children_of(strace.pid())[0];
        kill(children_of(tool)[0], Signal::SIGCONT).unwrap();
        if !ours {
            eventually("the original stops", || logged("stopped by SIGSTOP"));
            kill(tool, Signal::SIGCONT).unwrap();
        }
        assert_eq!(strace.wait().code(), 4, "{rest}");
        assert_eq!(logged("stopped by"), !ours, "{rest}");
    }
}

/// The shell's prompt. What is typed before it is there may be lost.
const PROMPT: &str = "ready>";

/// What the shell prints for a line.
fn shell_does(shell: &mut Running, line: &str) -> String {
    shell.type_in(&format!("{line}\n"));
    shell.read_until(PROMPT)
}

#[test]
fn a_shell_on_a_terminal_stops_it_and_brings_it_back() {
    if !require::installed("bash") {
        return;
    }
    let Some((caller, container)) = container() else {
        return;
    };
    let shell = Tool::new("/usr/bin/env").args(["bash", "--norc", "--noediting", "-i"]);
    let shell = shell.env("PS1", PROMPT).terminal(80, 24);
    let mut shell = caller.runs(shell).spawn();
    shell.read_until(PROMPT);
    let words = waiting(&container).join(" ");
    let script = r#"while read line; do echo "<$line>"; done; echo end; exit 7"#;
    shell.type_in(&format!("{RNSENTER} {words} sh -c '{script}'\n"));
    shell.type_in("one\n");
    shell.read_until("<one>\n");
    let tool = children_of(shell.pid())[0];
    let program = children_of(tool)[0];
    // The original is stopped a second time now and then: the key stops it before it stops itself.
    for turn in 1..=20 {
        shell.type_in("\u{1a}");
        shell.read_until("Stopped");
        shell.read_until(PROMPT);
        // Until then it may still take what is typed.
        eventually("the program is stopped", || is_stopped(program));
        let jobs = shell_does(&mut shell, "jobs");
        assert!(jobs.contains("Stopped"), "turn {turn}: {jobs}");
        shell.type_in("fg\n");
        shell.type_in(&format!("{turn}\n"));
        shell.read_until(&format!("<{turn}>\n"));
    }
    shell.type_in("\u{4}");
    shell.read_until("end\n");
    shell.read_until(PROMPT);
    assert_eq!(shell_does(&mut shell, "echo $?"), format!("7\n{PROMPT}"));
    shell.type_in("exit\n");
    shell.wait();
}

#[test]
fn ctrl_c_ends_both() {
    let Some((caller, container)) = container() else {
        return;
    };
    each(|tool, _| {
        let tool = caller.runs(tool()).args(waiting(&container));
        let mut tool = tool
            .args(["sh", "-c", "echo up; exec sleep 1000"])
            .terminal(80, 24)
            .spawn();
        tool.read_until("up\n");
        let program = children_of(tool.pid())[0];
        tool.type_in("\u{3}");
        assert_eq!(tool.wait().status, Status::Killed(2));
        eventually("the program has ended", || !lives(program));
    });
}

#[test]
fn a_caller_that_ignores_sigchld_still_learns_how_it_ended() {
    let Some((caller, container)) = container() else {
        return;
    };
    each(|tool, _| {
        for (script, status) in [
            ("exit 9", Status::Exited(9)),
            ("kill -TERM $$", Status::Killed(15)),
            ("kill -HUP $$", Status::Killed(1)),
        ] {
            let tool = caller.runs(tool()).ignoring(Signal::SIGCHLD);
            let tool = tool.args(waiting(&container)).args(["sh", "-c", script]);
            assert_eq!(tool.run().status, status, "{script}");
        }
    });
}

#[test]
fn a_caller_that_blocks_a_signal_still_sees_the_program_die_by_it() {
    let Some((caller, container)) = container() else {
        return;
    };
    each(|tool, _| {
        for signal in [Signal::SIGTERM, Signal::SIGCHLD, Signal::SIGINT] {
            let tool = caller.runs(tool()).blocking(signal).ignoring(signal);
            let tool = tool.args(waiting(&container));
            let outcome = tool.args(["sh", "-c", "kill -KILL $$"]).run();
            assert_eq!(outcome.status, Status::Killed(9), "{signal}");
        }
    });
}

#[test]
fn a_signal_for_the_tool_is_the_tools_alone() {
    let Some((caller, container)) = container() else {
        return;
    };
    each(|tool, _| {
        for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
            let tool = caller.runs(tool()).args(waiting(&container));
            let mut tool = tool.args(["sh", "-c", "echo up; exec sleep 1000"]).spawn();
            tool.read_until("up\n");
            let program = children_of(tool.pid())[0];
            tool.signal(signal);
            assert_eq!(tool.wait().status, Status::Killed(signal as i32));
            assert!(lives(program), "{signal}");
        }
    });
}
