//! Namespaces that are held by what was made in them, or will be.

use std::fs;
use std::sync::mpsc::channel;
use std::thread;

use nix::sched::unshare;
use nix::unistd::gettid;
use testkit::{CLONE_NEWTIME, Running, Tool, children_of};

use super::{held, holders_of};
use crate::fixture::Fixture;
use crate::processes::{asleep, inode, namespace, original, sleeps, unshared};
use crate::scenario::Scenario;

#[test]
fn the_children_to_come_are_named() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root, Scenario::User]) else {
        return;
    };
    let holder = asleep(unshared(&["-p", "sh", "-c", "/bin/true; exec sleep 1000"]));
    let pid = namespace(&holder, "pid_for_children");
    let expected = [held(holder.pid(), "children")];
    assert_eq!(holders_of(fixture.ours(), pid), expected);
    if fixture.scenario == Scenario::Root {
        let (time, thread) = thread_with_other_times();
        let how = format!("children of thread {thread}");
        let expected = [held(std::process::id(), how)];
        assert_eq!(holders_of(fixture.ours(), time), expected);
    }
}

/// A thread whose children would be in a time namespace that nobody is in.
fn thread_with_other_times() -> (u64, i32) {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        unshare(CLONE_NEWTIME).unwrap();
        let inode = inode("/proc/thread-self/ns/time_for_children");
        sender.send((inode, gettid().as_raw())).unwrap();
        loop {
            thread::park();
        }
    });
    receiver.recv().unwrap()
}

#[test]
fn namespaces_made_in_it_are_named() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root, Scenario::User]) else {
        return;
    };
    // A user namespace without a process; one inside it that has one and owns another.
    let script = "stat -L -c %i /proc/self/ns/user; exec \"$0\" -r -u sleep 1000";
    let tool = unshared(&["-r", "sh", "-c", script]).arg(original("unshare"));
    let mut holder = tool.spawn();
    let outer = holder.read_until("\n").trim_end().parse().unwrap();
    sleeps(&holder);
    let (inner, uts) = (namespace(&holder, "user"), namespace(&holder, "uts"));
    let pid = holder.pid();
    let expected = [held(pid, format!("child user {inner}"))];
    assert_eq!(holders_of(fixture.ours(), outer), expected);
    let expected = [held(pid, "process"), held(pid, format!("child uts {uts}"))];
    assert_eq!(holders_of(fixture.ours(), inner), expected);
    let nested = asleep_inside(unshared(&["-p", "-f", "sleep", "1000"]));
    let child = nested.1;
    let seen = holders_of(fixture.ours(), inode("/proc/1/ns/pid"));
    let how = format!("child pid {}", inode(format!("/proc/{child}/ns/pid")));
    assert!(seen.contains(&held(child, how)), "{seen:?}");
}

/// Starts what has a child that becomes `sleep`, and waits for it.
fn asleep_inside(tool: Tool) -> (Running, i32) {
    let running = tool.spawn();
    let mut child = None;
    testkit::eventually("its child sleeps", || {
        child = children_of(running.pid()).first().copied();
        let name = child.map(|child| fs::read_to_string(format!("/proc/{child}/comm")));
        matches!(name, Some(Ok(name)) if name == "sleep\n")
    });
    (running, child.unwrap().as_raw())
}
