//! The holders of a network: the one type that can be held in nearly every way at once.

use std::fs::File;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::sync::mpsc::channel;
use std::thread;

use nix::sched::{CloneFlags, unshare};
use nix::unistd::gettid;
use testkit::Tool;

use super::mounts::mount_at;
use super::{Held, held, holders_of};
use crate::fixture::Fixture;
use crate::processes::{asleep, inode, namespace, original, sleep, unshared};
use crate::scenario::Scenario;

/// A network namespace that the act has left a thread, a file and a socket in.
struct Network {
    inode: u64,
    thread: i32,
    file: File,
    socket: UdpSocket,
}

impl Network {
    fn new() -> Network {
        let (sender, receiver) = channel();
        // Its life is the act's.
        thread::spawn(move || {
            unshare(CloneFlags::CLONE_NEWNET).unwrap();
            let file = File::open("/proc/thread-self/ns/net").unwrap();
            let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
            sender.send((gettid().as_raw(), file, socket)).unwrap();
            loop {
                thread::park();
            }
        });
        let (thread, file, socket) = receiver.recv().unwrap();
        let inode = inode(format!("/proc/self/fd/{}", file.as_raw_fd()));
        Network {
            inode,
            thread,
            file,
            socket,
        }
    }

    /// What the act holds.
    fn own(&self) -> [Held; 3] {
        let act = std::process::id();
        [
            held(act, format!("fd {}", self.file.as_raw_fd())),
            held(act, format!("socket {}", self.socket.as_raw_fd())),
            held(act, format!("thread {}", self.thread)),
        ]
    }
}

#[test]
fn all_that_hold_a_network_are_named() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root, Scenario::User]) else {
        return;
    };
    let network = Network::new();
    let (file, socket) = (&network.file, &network.socket);
    let point = mount_at(
        &fixture,
        format!("/proc/self/fd/{}", file.as_raw_fd()),
        "a b",
    );
    let point = point.display();
    let enter = Tool::new(original("nsenter")).arg(format!("--net={point}"));
    let member = asleep(enter.args(["sleep", "1000"]));
    // Two with the same file and the same socket, one of them under two numbers.
    let copy = || socket.try_clone().unwrap();
    let one = asleep(sleep().fd(5, file.try_clone().unwrap()).fd(6, copy()));
    let other = asleep(sleep().fd(17, copy()).fd(9, copy()));
    let elsewhere = asleep(unshared(&["-m", "sleep", "1000"]));
    let mut expected = network.own().to_vec();
    expected.extend([
        held(member.pid(), "process"),
        held(one.pid(), "fd 5"),
        held(one.pid(), "socket 6"),
        held(other.pid(), "socket 9"),
        held(other.pid(), "socket 17"),
        held("", format!("mount {point}")),
    ]);
    let mnt = namespace(&elsewhere, "mnt");
    expected.push(held(elsewhere.pid(), format!("mount {point} in mnt {mnt}")));
    assert_eq!(holders_of(fixture.ours(), network.inode), expected);
    if fixture.scenario == Scenario::Root {
        // One who may not walk through the mount namespaces reads them in /proc.
        let less = fixture.ours().without_capability(21);
        assert_eq!(holders_of(less, network.inode), expected);
    }
}

#[test]
fn what_the_caller_hands_down_is_named_and_nothing_of_the_tools_own() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let network = Network::new();
    // Many processes, so that there are several workers, one of which looks at what the others have open.
    let script = "n=0; while [ $n -lt 400 ]; do sleep 1000 & n=$((n + 1)); done; exec sleep 1000";
    let _many = asleep(Tool::new("/bin/sh").args(["-c", script]));
    for _ in 0..20 {
        assert_eq!(holders_of(fixture.ours(), network.inode), network.own());
    }
    let file = network.file.try_clone().unwrap();
    let outcome = holders_of(fixture.ours().fd(5, file), network.inode);
    // This process keeps the copy until it has started the tool, which may look as early as that.
    let this = std::process::id().to_string();
    let of_the_tool = outcome.iter().filter(|(pid, _)| *pid != this);
    let how: Vec<&str> = of_the_tool.map(|(_, how)| how.as_str()).collect();
    assert_eq!(how, ["fd 5"], "{outcome:?}");
}

#[test]
fn a_thread_with_descriptors_of_its_own_is_named() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let network = Network::new();
    let (sender, receiver) = channel();
    let (file, socket) = (network.file.as_raw_fd(), network.socket.as_raw_fd());
    thread::spawn(move || {
        unshare(CloneFlags::CLONE_FILES).unwrap();
        sender.send(gettid().as_raw()).unwrap();
        loop {
            thread::park();
        }
    });
    let thread = receiver.recv().unwrap();
    let mut expected = network.own().to_vec();
    // Those are copies; the network's own thread shares the process's.
    let own = |how: String| held(std::process::id(), format!("{how} of thread {thread}"));
    expected.push(own(format!("fd {file}")));
    expected.push(own(format!("socket {socket}")));
    let mut seen = holders_of(fixture.ours(), network.inode);
    // A thread's are behind the process's, and it may be the elder one.
    expected.sort();
    seen.sort();
    assert_eq!(seen, expected);
}
