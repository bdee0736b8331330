//! Sockets that were passed from one network to processes in others: each belongs to the network that it was made in,
//! whoever has it, and however many of another network its process has as well.

use std::collections::VecDeque;
use std::net::UdpSocket;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::thread;

use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use testkit::{Running, Tool};

use super::{Held, held, holders_of};
use crate::fixture::Fixture;
use crate::processes::{asleep, inode, namespace, sleep, unshared};
use crate::scenario::Scenario;

/// How many of each kind a network has.
const EACH: usize = 4;

/// A network namespace that nothing but sockets keeps.
struct Network {
    inode: u64,
    sockets: VecDeque<OwnedFd>,
}

impl Network {
    fn new() -> Network {
        let make = || {
            unshare(CloneFlags::CLONE_NEWNET).unwrap();
            Network::own()
        };
        thread::spawn(make).join().unwrap()
    }

    /// The one that the caller is in, with sockets of every kind: those between processes, of the kernel, of the
    /// network.
    fn own() -> Network {
        let netlink = || {
            let (family, kind) = (AddressFamily::Netlink, SockType::Raw);
            socket(family, kind, SockFlag::SOCK_CLOEXEC, None).unwrap()
        };
        let all = (0..EACH).flat_map(|_| {
            let local = UnixDatagram::unbound().unwrap().into();
            let of_network = UdpSocket::bind("0.0.0.0:0").unwrap().into();
            [local, netlink(), of_network]
        });
        Network {
            inode: inode("/proc/thread-self/ns/net"),
            sockets: all.collect(),
        }
    }
}

/// What each process has at 10, 11 and so on, a number being the network that the next socket of is passed.
const PASSED: [[usize; 16]; 3] = [
    [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3],
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3],
    [3, 2, 1, 0, 3, 3, 2, 2, 1, 1, 0, 0, 3, 2, 1, 0],
];

/// Starts a process with sockets of these networks, and adds what it holds to what is expected of each.
fn pass(
    tool: Tool,
    passed: &[usize],
    networks: &mut [Network],
    expected: &mut [Vec<Held>],
) -> Running {
    let mut tool = tool;
    for (number, network) in (10..).zip(passed) {
        let socket = networks[*network].sockets.pop_front().unwrap();
        tool = tool.fd(number, socket);
    }
    let running = asleep(tool);
    for (number, network) in (10..).zip(passed) {
        expected[*network].push(held(running.pid(), format!("socket {number}")));
    }
    running
}

#[test]
fn each_is_of_the_network_that_it_was_made_in() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root, Scenario::User]) else {
        return;
    };
    let mut networks = vec![Network::own()];
    networks.extend([(); 3].map(|()| Network::new()));
    let mut expected = vec![Vec::new(); networks.len()];
    // The last one is in a network of its own, of which it has no socket.
    let tools = [sleep(), sleep(), unshared(&["-n", "sleep", "1000"])];
    let holders: Vec<Running> = tools
        .into_iter()
        .zip(PASSED)
        .map(|(tool, passed)| pass(tool, &passed, &mut networks, &mut expected))
        .collect();
    let left = networks.iter().map(|network| network.sockets.len());
    assert_eq!(left.sum::<usize>(), 0);
    let this = std::process::id().to_string();
    for (network, expected) in networks.iter().zip(expected) {
        let mut holders = holders_of(fixture.ours(), network.inode);
        // Those in it, and what this process has of its own network.
        holders.retain(|(pid, how)| how != "process" && *pid != this);
        assert_eq!(holders, expected);
    }
    let list = ["--hidden", "-rnlt", "net", "-o", "NS,NPROCS,HELD"];
    let list = fixture.ours().args(list).run().ok().out();
    for network in &networks[1..] {
        assert!(
            list.contains(&format!("{} 0 socket\n", network.inode)),
            "{list}"
        );
    }
    let last = namespace(&holders[2], "net");
    assert!(list.contains(&format!("{last} 1 proc\n")), "{list}");
}
