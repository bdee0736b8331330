//! `--loopback`: a new network can talk to itself, and to nobody else.

use std::fs::File;
use std::net::UdpSocket;
use std::thread;

use crate::fixture::{ordinary, runshare};
use testkit::{CloneFlags, require};

/// The local addresses of the network that it runs in, as its routing table has them.
const SHOW: [&str; 3] = [
    "sh",
    "-c",
    "grep -o '127.0.0.1$' /proc/self/net/fib_trie | uniq",
];

#[test]
fn the_loopback_device_has_its_address_and_without_the_option_it_has_none() {
    if !require::user_namespaces() {
        return;
    }
    for (options, addresses) in [
        (&["-r", "--loopback"][..], "127.0.0.1\n"),
        (&["-rn", "--loopback"], "127.0.0.1\n"),
        (&["-rpf", "--loopback", "--mount-proc"], "127.0.0.1\n"),
        (&["-c", "--loopback"], "127.0.0.1\n"),
        (&["-rn"], ""),
    ] {
        let outcome = ordinary(runshare()).args(options).args(SHOW).run().ok();
        assert_eq!(outcome.out(), addresses, "{options:?}");
    }
}

#[test]
fn a_packet_to_loopback_arrives_for_every_user() {
    if !require::root() {
        return;
    }
    let tool = runshare().args(["--loopback", "-S", "1001", "-G", "1001"]);
    let mut tool = tool.args(["sh", "-c", "echo up; exec sleep 1000"]).spawn();
    tool.read_until("up\n");
    let net = File::open(format!("/proc/{}/ns/net", tool.pid())).unwrap();
    let arrived = thread::spawn(move || {
        nix::sched::setns(net, CloneFlags::CLONE_NEWNET).unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket
            .send_to(b"hello", socket.local_addr().unwrap())
            .unwrap();
        let outside = socket.send_to(b"hello", "192.0.2.1:9");
        let mut buffer = [0; 9];
        let length = socket.recv(&mut buffer).unwrap();
        (buffer[..length].to_vec(), outside.is_err())
    });
    assert_eq!(arrived.join().unwrap(), (b"hello".to_vec(), true));
}
