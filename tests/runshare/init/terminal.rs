//! What a person at a terminal sees: keys reach the program once, a shell inside has job control, and the shell outside
//! stops the job and brings it back.

use std::fs;

use nix::sys::signal::{kill, killpg};
use nix::unistd::{geteuid, getpgid, getsid};

use super::{each, program_of, status};
use crate::fixture::{RUNSHARE, ordinary};
use testkit::{
    Pid, Running, Scratch, Signal, Status, Tool, children_of, eventually, is_stopped, require,
};

/// A shell's prompt. What is typed before it is there may be lost.
pub(super) const PROMPT: &str = "ready>";

/// An interactive shell without anybody's settings.
pub(super) const BASH: [&str; 4] = ["bash", "--norc", "--noediting", "-i"];

/// What the shell prints for a line.
pub(super) fn shell_does(shell: &mut Running, line: &str) -> String {
    shell.type_in(&format!("{line}\n"));
    shell.read_until(PROMPT)
}

/// Runs a test with a shell at a terminal and the command that is `--init` there: as root, if root runs the tests, and
/// as an ordinary user.
pub(super) fn each_shell(test: impl Fn(&mut Running, &str)) {
    if !require::installed("bash") {
        return;
    }
    let shell = || {
        let shell = Tool::new("/usr/bin/env").args(BASH);
        shell.env("PS1", PROMPT).terminal(80, 24)
    };
    let run = |shell: Tool, options: &str| {
        let mut shell = shell.spawn();
        shell.read_until(PROMPT);
        test(&mut shell, &format!("{RUNSHARE} {options}"));
    };
    if geteuid().is_root() {
        run(shell(), "--init");
    }
    if require::user_namespaces() {
        run(ordinary(shell()), "-r --init");
    }
}

/// Waits until this process has a child of this name, and returns it.
pub(crate) fn child_named(parent: Pid, name: &str) -> Pid {
    let find = || {
        children_of(parent)
            .into_iter()
            .find(|pid| status(*pid, "Name") == name)
    };
    eventually(&format!("there is a {name}"), || find().is_some());
    find().unwrap()
}

#[test]
fn a_shell_inside_starts_stops_resumes_and_interrupts_jobs() {
    if !require::installed("bash") {
        return;
    }
    each(|tool| {
        let tool = tool().args(BASH).env("PS1", PROMPT).terminal(80, 24);
        let mut tool = tool.spawn();
        // No word of "no job control in this shell".
        assert_eq!(tool.read_until(PROMPT), PROMPT);
        let shell = program_of(&tool);
        tool.type_in("sleep 1000\n");
        let job = child_named(shell, "sleep");
        tool.type_in("\u{1a}");
        tool.read_until("Stopped");
        tool.read_until(PROMPT);
        assert!(is_stopped(job) && !is_stopped(tool.pid()));
        assert!(shell_does(&mut tool, "jobs").contains("Stopped"));
        tool.type_in("fg\n");
        tool.read_until("sleep 1000\n");
        eventually("it goes on", || !is_stopped(job));
        tool.type_in("\u{3}");
        tool.read_until(PROMPT);
        assert_eq!(shell_does(&mut tool, "echo $?"), format!("130\n{PROMPT}"));
        shell_does(&mut tool, "sleep 1000 &");
        assert!(shell_does(&mut tool, "jobs").contains("Running"));
        tool.type_in("exit 3\n");
        assert_eq!(tool.wait().code(), 3);
    });
}

#[test]
fn a_shell_inside_can_give_the_terminal_back() {
    if !require::installed("dash") {
        return;
    }
    let complaint = "Cannot set tty process group";
    let leave = |tool: Tool| {
        let tool = tool.args(["dash", "-i"]).env("PS1", PROMPT);
        let mut tool = tool.terminal(80, 24).spawn();
        tool.read_until(PROMPT);
        tool.type_in("exit 3\n");
        tool.wait().out()
    };
    each(|tool| {
        let out = leave(tool());
        assert!(!out.contains(complaint), "{out}");
    });
    if let Some(original) = require::original("unshare").filter(|_| require::user_namespaces()) {
        let out = leave(ordinary(Tool::new(original)).arg("-rpf"));
        assert!(out.contains(complaint), "{out}");
    }
    // To the program, when the shell is its child.
    each(|tool| {
        let script = format!("{}; read line; echo \"<$line>\"", BASH.join(" "));
        let tool = tool().args(["sh", "-c", &script]).env("PS1", PROMPT);
        let mut tool = tool.terminal(80, 24).spawn();
        tool.read_until(PROMPT);
        tool.type_in("exit\n");
        tool.read_until("exit\n");
        tool.type_in("word\n");
        tool.read_until("<word>\n");
        assert_eq!(tool.wait().code(), 0);
    });
}

#[test]
fn a_shell_outside_stops_it_and_brings_it_back() {
    each_shell(|shell, command| {
        let script = r#"while read line; do echo "<$line>"; done; echo end; exit 7"#;
        shell.type_in(&format!("{command} sh -c '{script}'\n"));
        shell.type_in("one\n");
        shell.read_until("<one>\n");
        let tool = children_of(shell.pid())[0];
        let program = children_of(children_of(tool)[0])[0];
        // Alone in the foreground, it has a group of its own.
        assert_eq!(getpgid(Some(program)), Ok(program));
        assert_eq!(getsid(Some(children_of(tool)[0])), Ok(shell.pid()));
        for turn in 1..=20 {
            shell.type_in("\u{1a}");
            shell.read_until("Stopped");
            shell.read_until(PROMPT);
            // Until then it may still take what is typed.
            eventually("both are stopped", || {
                is_stopped(program) && is_stopped(tool)
            });
            let jobs = shell_does(shell, "jobs");
            assert!(jobs.contains("Stopped"), "turn {turn}: {jobs}");
            shell.type_in("fg\n");
            shell.read_until("exit 7'\n");
            shell.type_in(&format!("{turn}\n"));
            shell.read_until(&format!("<{turn}>\n"));
        }
        shell.type_in("\u{4}");
        shell.read_until("end\n");
        shell.read_until(PROMPT);
        assert_eq!(shell_does(shell, "echo $?"), format!("7\n{PROMPT}"));
    });
}

/// The process group that has the terminal of this process.
fn foreground(of: Pid) -> Pid {
    let stat = fs::read_to_string(format!("/proc/{of}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let group = fields.split(' ').nth(5).unwrap();
    Pid::from_raw(group.parse().unwrap())
}

#[test]
fn children_of_the_program_stop_and_continue_with_it() {
    each_shell(|shell, command| {
        shell.type_in(&format!("{command} sh -c 'sleep 1000; echo end'\n"));
        let tool = child_named(shell.pid(), "runshare");
        let init = child_named(tool, "runshare-init");
        let program = child_named(init, "sh");
        let child = child_named(program, "sleep");
        let all_stopped = || [tool, program, child].into_iter().all(is_stopped);
        for _ in 0..3 {
            shell.type_in("\u{1a}");
            shell.read_until("Stopped");
            eventually("all are stopped", all_stopped);
            shell.read_until(PROMPT);
            shell.type_in("fg\n");
            eventually("all go on", || {
                ![tool, program, child].into_iter().any(is_stopped)
            });
            eventually("they have the terminal", || foreground(program) == program);
        }
        shell.type_in("\u{1a}");
        shell.read_until("Stopped");
        eventually("all are stopped", all_stopped);
        kill(init, Signal::SIGCONT).unwrap();
        eventually("both go on, in the background", || {
            ![program, child].into_iter().any(is_stopped)
        });
        kill(child, Signal::SIGTERM).unwrap();
        shell.read_until("end\n");
    });
}

/// A program that reports the signals of keys and of the terminal, and how often.
const SIGNAL_REPORTER: &str = r#"use POSIX; $| = 1;
for my $n (2, 3, 20, 28) { sigaction($n, POSIX::SigAction->new(sub { syswrite STDOUT, "<$n>" })) }
print "up\n"; sleep 1000 while 1;"#;

/// Presses keys and changes the terminal's size, and asserts that each is reported once.
fn press(shell: &mut Running, terminal: &str) {
    let keys = [("\u{3}", "<2>"), ("\u{1c}", "<3>"), ("\u{1a}", "<20>")];
    for (key, expected) in keys.into_iter().cycle().take(9) {
        shell.type_in(key);
        assert_eq!(shell.read_until(">"), expected);
    }
    for rows in ["30", "40"] {
        Tool::new("/bin/stty")
            .args(["-F", terminal, "rows", rows])
            .run()
            .ok();
        assert_eq!(shell.read_until(">"), "<28>");
    }
    // The next key arrives after whatever was reported twice.
    shell.type_in("\u{3}");
    assert_eq!(shell.read_until(">"), "<2>");
}

#[test]
fn keys_and_a_new_size_reach_the_program_once() {
    if !require::installed("perl") {
        return;
    }
    let scratch = Scratch::new();
    let script = scratch.file("reporter", SIGNAL_REPORTER);
    let script = script.display();
    // Alone, with a terminal of its own; and in the group of a pipeline, whose other end these signals do not end.
    for (rest, own_group) in [("", true), ("| (trap '' INT QUIT TSTP; cat)", false)] {
        each_shell(|shell, command| {
            let terminal = shell_does(shell, "tty");
            let terminal = terminal.lines().next().unwrap();
            shell.type_in(&format!("{command} perl {script} {rest}\n"));
            shell.read_until("up\n");
            let tool = *children_of(shell.pid())
                .iter()
                .find(|pid| status(**pid, "Name") == "runshare")
                .unwrap();
            let program = children_of(children_of(tool)[0])[0];
            assert_eq!(getpgid(Some(program)) == Ok(program), own_group);
            press(shell, terminal);
            if own_group {
                // Of the group that the shell knows, the tool is the only one.
                killpg(tool, Signal::SIGINT).unwrap();
                assert_eq!(shell.read_until(">"), "<2>");
            }
            kill(program, Signal::SIGKILL).unwrap();
            let rest = shell.read_until(PROMPT);
            assert!(!rest.contains('<'), "{rest}");
        });
    }
}

#[test]
fn ctrl_c_ends_program_and_tool() {
    each(|tool| {
        let tool = tool().args(["sh", "-c", "echo up; exec sleep 1000"]);
        let mut tool = tool.terminal(80, 24).spawn();
        tool.read_until("up\n");
        tool.type_in("\u{3}");
        assert_eq!(tool.wait().status, Status::Killed(2));
    });
}

#[test]
fn ctrl_z_stops_nothing_that_no_shell_could_continue() {
    each(|tool| {
        let script = r#"echo up; read line; echo "<$line>"; kill -TSTP $$; echo on; exit 4"#;
        let tool = tool().args(["sh", "-c", script]).terminal(80, 24);
        let mut tool = tool.spawn();
        tool.read_until("up\n");
        tool.type_in("\u{1a}");
        tool.type_in("word\n");
        tool.read_until("<word>\n");
        tool.read_until("on\n");
        assert_eq!(tool.wait().code(), 4);
    });
}

#[test]
fn a_program_in_a_session_of_its_own_still_gets_ctrl_c() {
    if !require::installed("setsid") {
        return;
    }
    each(|tool| {
        // It begins in the group of a script and leaves it.
        let line = ["sh", "-c", "echo up; exec sleep 1000"];
        let tool = tool().args(["setsid", "--wait"]).args(line);
        let mut tool = tool.terminal(80, 24).spawn();
        tool.read_until("up\n");
        tool.type_in("\u{3}");
        assert_eq!(tool.wait().status, Status::Killed(2));
    });
}
