//! `--pid --fork`: a PID 1 and its descendants, who see the host's processes until they mount a proc of their own, and
//! do not outlive their PID 1.

use std::fs;
use std::process;

use testkit::{Running, Status, Tool, eventually, require};

use crate::fixture::{Debian, processes_in, ready, runshare};

/// A container that has mounted its own proc and started a long sleep, then does `last`; and its PID namespace.
fn container_with_a_sleep(debian: &Debian, last: &str) -> (Running, String) {
    let commands =
        format!("mount -t proc proc proc; sleep 1000 & readlink /proc/self/ns/pid; {last}");
    let mut running = debian
        .script(&["--mount", "--pid", "--fork"], &commands)
        .spawn();
    let link = running.read_until("\n").trim_end().to_owned();
    (running, link)
}

/// The number outside of PID 1 of the PID namespace `link`.
fn first_process_in(link: &str) -> String {
    let is_first = |pid: &String| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let numbers = status.lines().find(|line| line.starts_with("NSpid:"));
        numbers.is_some_and(|numbers| numbers.ends_with("\t1"))
    };
    let first = processes_in(link).into_iter().find(is_first);
    first.unwrap_or_else(|| panic!("{link} has no PID 1"))
}

#[test]
fn bash_is_pid_1_yet_proc_is_still_the_hosts() {
    if !ready() || !require::installed("bash") {
        return;
    }
    let commands =
        "echo $$; read -r outside rest </proc/self/stat; echo $outside; echo /proc/[0-9]*";
    let outcome = runshare(["--pid", "--fork", "bash", "-c", commands])
        .run()
        .ok();
    let out = outcome.out();
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines[0], "1", "{outcome}");
    assert_ne!(
        lines[1], "1",
        "its number in the host's proc is another: {outcome}"
    );
    let this_test = format!("/proc/{}", process::id());
    assert!(
        lines[2].split(' ').any(|entry| entry == this_test),
        "{outcome}"
    );
}

#[test]
fn in_a_proc_of_its_own_it_sees_only_its_own_processes() {
    let Some(debian) = Debian::find() else { return };
    let commands = "mount -t proc proc proc; sleep 1000 & echo $$ $!; echo /proc/[0-9]*";
    let outcome = debian
        .script(&["--mount", "--pid", "--fork"], commands)
        .run()
        .ok();
    let out = outcome.out();
    let (pids, entries) = out.split_once('\n').expect("two lines");
    let (first, sleep) = pids.split_once(' ').expect("two numbers");
    assert_eq!(first, "1");
    assert_eq!(entries, format!("/proc/1 /proc/{sleep}\n"));
}

#[test]
fn when_pid_1_exits_all_the_others_end() {
    let Some(debian) = Debian::find() else { return };
    let (mut running, link) = container_with_a_sleep(&debian, "exit 7");
    assert_eq!(running.wait().status, Status::Exited(7));
    eventually("the sleep ends", || processes_in(&link).is_empty());
}

#[test]
fn when_pid_1_is_killed_all_the_others_end_and_runshare_dies_likewise() {
    let Some(debian) = Debian::find() else { return };
    let (mut running, link) = container_with_a_sleep(&debian, "wait");
    eventually("bash and its sleep are left", || {
        processes_in(&link).len() == 2
    });
    let kill = format!("kill -KILL {}", first_process_in(&link));
    Tool::new("/bin/sh").args(["-c", &kill]).run().ok();
    assert_eq!(running.wait().status, Status::Killed(9));
    eventually("the sleep ends", || processes_in(&link).is_empty());
}

#[test]
fn without_fork_bash_stays_outside_and_can_have_but_one_child() {
    if !ready() || !require::installed("bash") {
        return;
    }
    let commands = "[ $$ != 1 ] && echo outside; cat /dev/null; cat /dev/null; :";
    let outcome = runshare(["--pid", "bash", "-c", commands]).run();
    assert_eq!(outcome.out(), "outside\n", "{outcome}");
    assert!(
        outcome.err().contains("fork: Cannot allocate memory"),
        "{outcome}"
    );
}
