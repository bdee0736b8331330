//! What the checks on other kernels need and no shell can do: keep a namespace alive where few look for it, and tell
//! the inode of a pidfd.
//!
//! ```text
//! probe thread TYPE        a thread in a new namespace of this type, while its process stays where it is
//! probe children time      a process whose children will be in a new time namespace
//! probe socket FILE        a socket of the network FILE, held by a process in the caller's network
//! probe flight FILE        FILE, sent to a UNIX socket that nobody reads and closed by its sender
//! probe pidfd-inode PID    the inode of a pidfd of this process
//! ```
//!
//! Each says one line, and all but the last stay until they are killed.

#![allow(clippy::panic, reason = "a check fails by its probe's failure")]
#![allow(clippy::expect_used, reason = "likewise")]

use std::env::args;
use std::fs::File;
use std::io::{IoSlice, Write, stdout};
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::thread;

use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
use nix::unistd::{Pid, getpid, gettid, pause};
use testkit::CLONE_NEWTIME;

fn main() {
    let words: Vec<String> = args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["thread", kind] => hold_by_thread(kind),
        ["children", "time"] => hold_for_children(),
        ["socket", file] => hold_by_socket(file),
        ["flight", file] => hold_in_flight(file),
        ["pidfd-inode", pid] => {
            let pid = Pid::from_raw(pid.parse().expect("a number"));
            say(testkit::pidfd_inode(pid).expect("a process"));
        }
        _ => panic!("unknown words: {words:?}"),
    }
}

/// A namespace that only the second thread of a process is in; says that thread's number.
fn hold_by_thread(kind: &str) {
    let flag = match kind {
        "uts" => CloneFlags::CLONE_NEWUTS,
        "ipc" => CloneFlags::CLONE_NEWIPC,
        "net" => CloneFlags::CLONE_NEWNET,
        "cgroup" => CloneFlags::CLONE_NEWCGROUP,
        _ => panic!("no type for a thread: {kind}"),
    };
    let thread = thread::spawn(move || {
        unshare(flag).expect("root may");
        say(gettid());
        pause();
    });
    thread.join().expect("it does not panic");
}

/// A time namespace that no process is in yet, nor will this one be before it becomes another program; says its number.
fn hold_for_children() {
    unshare(CLONE_NEWTIME).expect("root may");
    say(getpid());
    pause();
}

/// A network that only a socket belongs to; says the socket's number.
fn hold_by_socket(file: &str) {
    let enter = |path: &str| {
        let network = File::open(path).expect("a file");
        move || setns(network, CloneFlags::CLONE_NEWNET).expect("root may")
    };
    let back = enter("/proc/self/ns/net");
    enter(file)();
    let socket = UdpSocket::bind("0.0.0.0:0").expect("any port will do");
    back();
    say(socket.as_raw_fd());
    pause();
}

/// A namespace that only a message belongs to, which waits in a socket to be read.
fn hold_in_flight(file: &str) {
    let (sender, _receiver) = UnixStream::pair().expect("two sockets");
    let namespace = File::open(file).expect("a file");
    let sent = sendmsg::<()>(
        sender.as_raw_fd(),
        &[IoSlice::new(b"x")],
        &[ControlMessage::ScmRights(&[namespace.as_raw_fd()])],
        MsgFlags::empty(),
        None,
    );
    sent.expect("there is room for it");
    drop(namespace);
    say("sent");
    pause();
}

fn say(what: impl std::fmt::Display) {
    writeln!(stdout(), "{what}").expect("somebody listens");
}
