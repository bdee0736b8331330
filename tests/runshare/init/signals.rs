//! Where signals go: to the program, whoever they were sent to, each as often as it was sent.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use nix::sys::signal::kill;

use super::{each, program_of, settled_init};
use crate::fixture::{RUNSHARE, ordinary, runshare};
use crate::signals::child_of;
use testkit::{
    Pid, Running, Scratch, Signal, Status, Tool, children_of, eventually, is_stopped, require,
};

/// Prints the number of every signal that it gets. The two that the C library keeps to itself it cannot handle.
const SIGNAL_PRINTER: &str = r#"use POSIX; $| = 1;
for my $n (grep { !/^(9|19|32|33)$/ } 1 .. 64) {
    sigaction($n, POSIX::SigAction->new(sub { syswrite STDOUT, "<$n>" })) or die "$n: $!";
}
print "up\n";
sleep 1000 while 1;"#;

/// All but KILL and STOP, which nobody can handle.
fn catchable() -> impl Iterator<Item = i32> {
    (1..=64).filter(|signal| ![9, 19, 32, 33].contains(signal))
}

/// Sends a signal by its number, which may be above 31.
fn send(signal: i32, to: Pid) {
    let line = format!("kill -{signal} {to}");
    Tool::new("/bin/sh").args(["-c", &line]).run().ok();
}

/// Starts a program that prints the signals that it gets.
fn spawn_signal_printer(tool: Tool) -> Running {
    let mut tool = tool.args(["perl", "-e", SIGNAL_PRINTER]).spawn();
    tool.read_until("up\n");
    tool
}

/// Ends it, and returns what it has printed since.
fn received_signals(mut tool: Running) -> String {
    send(9, program_of(&tool));
    let outcome = tool.wait();
    assert_eq!(outcome.status, Status::Killed(9));
    outcome.out().replace("up\n", "")
}

#[test]
fn every_signal_to_the_tool_reaches_the_program_once() {
    if !require::installed("perl") {
        return;
    }
    each(|tool| {
        let mut tool = spawn_signal_printer(tool());
        let mut expected = String::new();
        for signal in catchable() {
            send(signal, tool.pid());
            let word = format!("<{signal}>");
            // One after the other: a second one of a kind would be one with the first.
            tool.read_until(&word);
            expected += &word;
        }
        assert_eq!(received_signals(tool), expected);
    });
}

#[test]
fn every_signal_to_init_reaches_the_program_once() {
    if !require::installed("perl") {
        return;
    }
    each(|tool| {
        let mut tool = spawn_signal_printer(tool());
        let init = settled_init(&tool);
        let mut expected = String::new();
        for signal in catchable() {
            send(signal, init);
            let word = format!("<{signal}>");
            tool.read_until(&word);
            expected += &word;
        }
        assert_eq!(received_signals(tool), expected);
    });
}

#[test]
fn a_signal_from_inside_to_pid_1_reaches_the_program() {
    each(|tool| {
        let script = "trap 'echo usr1; exit 4' USR1; kill -USR1 1; while :; do sleep 0.05; done";
        let outcome = tool().args(["sh", "-c", script]).run();
        assert_eq!((outcome.code(), outcome.out().as_str()), (4, "usr1\n"));
    });
}

#[test]
fn a_program_without_a_handler_dies_and_the_tool_with_it() {
    for signal in [1, 2, 10, 14, 15, 32, 33, 34, 64] {
        each(|tool| {
            let script = "echo up; exec sleep 1000";
            let mut tool = tool().args(["sh", "-c", script]).spawn();
            tool.read_until("up\n");
            send(signal, tool.pid());
            assert_eq!(tool.wait().status, Status::Killed(signal));
        });
    }
}

#[test]
fn every_real_time_signal_that_was_queued_arrives() {
    if !require::installed("perl") {
        return;
    }
    each(|tool| {
        let mut tool = spawn_signal_printer(tool());
        let line = format!("for i in $(seq 50); do kill -40 {}; done", tool.pid());
        Tool::new("/bin/sh").args(["-c", &line]).run().ok();
        tool.read_until(&"<40>".repeat(50));
        assert_eq!(received_signals(tool), "<40>".repeat(50));
    });
}

#[test]
fn the_value_of_a_queued_signal_arrives_with_it() {
    if !["perl", "strace", "kill"]
        .into_iter()
        .all(require::installed)
    {
        return;
    }
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let log = scratch.file("log", "");
    fs::set_permissions(&log, Permissions::from_mode(0o666)).unwrap();
    let strace = Tool::new("/usr/bin/strace").args(["-f", "-qq", "-e", "trace=none", "-o"]);
    let strace = strace.arg(&log).args([&RUNSHARE, "-r", "--init"]);
    let mut strace = ordinary(strace)
        .args(["perl", "-e", SIGNAL_PRINTER])
        .spawn();
    strace.read_until("up\n");
    let tool = children_of(strace.pid())[0];
    let send = |signal: &str, value: &str, to: Pid| {
        let kill = Tool::new("/bin/kill").args(["-s", signal, "-q", value]);
        kill.arg(to.to_string()).run().ok();
    };
    send("40", "12345", tool);
    strace.read_until("<40>");
    send("41", "54321", children_of(tool)[0]);
    strace.read_until("<41>");
    kill(tool, Signal::SIGKILL).unwrap();
    strace.wait();
    let log = fs::read_to_string(&log).unwrap();
    assert_eq!(log.matches("SI_QUEUE").count(), 2, "{log}");
    assert!(
        log.contains("si_int=12345") && log.contains("si_int=54321"),
        "{log}"
    );
}

#[test]
fn a_signal_that_the_caller_blocks_waits_for_the_program_to_unblock_it() {
    if !require::user_namespaces() {
        return;
    }
    let tool = ordinary(runshare()).blocking(Signal::SIGTERM);
    let mut tool = tool
        .args(["-r", "--init", "sh", "-c", "echo up; exec sleep 1000"])
        .spawn();
    tool.read_until("up\n");
    tool.signal(Signal::SIGTERM);
    let pending = || super::status(program_of(&tool), "ShdPnd");
    eventually("it is pending", || pending() == format!("{:016x}", 1 << 14));
}

#[test]
fn forward_signals_beside_it_forwards_nothing_twice() {
    if !require::installed("perl") {
        return;
    }
    each(|tool| {
        let mut tool = spawn_signal_printer(tool().arg("--forward-signals"));
        for signal in [2, 15, 2, 15] {
            send(signal, tool.pid());
            tool.read_until(&format!("<{signal}>"));
        }
        assert_eq!(received_signals(tool), "<2><15><2><15>");
    });
}

#[test]
fn a_stopped_program_stops_the_tool_and_cont_brings_both_back() {
    each(|tool| {
        let script = "echo up; kill -STOP $$; echo on; kill -STOP $$; echo off; exit 4";
        let mut tool = tool().args(["sh", "-c", script]).spawn();
        tool.read_until("up\n");
        for word in ["on\n", "off\n"] {
            eventually("the tool is stopped", || is_stopped(tool.pid()));
            assert!(is_stopped(program_of(&tool)));
            assert!(!is_stopped(child_of(&tool)));
            tool.signal(Signal::SIGCONT);
            tool.read_until(word);
        }
        assert_eq!(tool.wait().code(), 4);
    });
}

/// Whether this process waits, and has dealt with all signals that it got.
fn is_idle(pid: Pid) -> bool {
    let none = "0000000000000000";
    let idle =
        |pid| super::status(pid, "ShdPnd") == none && super::status(pid, "State").starts_with('S');
    idle(pid) && idle(pid)
}

#[test]
fn a_whole_group_that_is_stopped_and_continued_runs_again() {
    use nix::sys::signal::killpg;
    if !require::installed("perl") {
        return;
    }
    // It must not fork: a child that is stopped before it has become another program holds its parent up.
    let script = r#"$| = 1; for (0 .. 100000) { print "$_\n"; select undef, undef, undef, 0.01 }"#;
    each(|tool| {
        let mut tool = tool().args(["perl", "-e", script]).spawn();
        tool.read_until("0\n");
        let program = program_of(&tool);
        for turn in 0..20 {
            killpg(tool.pid(), Signal::SIGSTOP).unwrap();
            eventually("both are stopped", || {
                is_stopped(tool.pid()) && is_stopped(program)
            });
            killpg(tool.pid(), Signal::SIGCONT).unwrap();
            // CONT is sent on as well; on its way still, it would undo the next STOP.
            let going = || is_idle(tool.pid()) && is_idle(child_of(&tool)) && !is_stopped(program);
            eventually(&format!("all go on, turn {turn}"), going);
            tool.read_until("\n");
        }
        // Neither stops once more, because of news that are old.
        let line = tool.read_until("\n");
        tool.read_until(&format!("{}\n", line.trim().parse::<u32>().unwrap() + 20));
        tool.signal(Signal::SIGTERM);
        assert_eq!(tool.wait().status, Status::Killed(15));
    });
}
