//! `--publish`: a port of the machine that leads into the new network.

use std::fs::{self, Permissions};
use std::io::Read;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::fixture::runshare;
use crate::network::fixture::in_outside_network;
use crate::network::{CALLERS, called_by};
use testkit::{eventually, require};

/// Servers inside: one of TCP on port 80 and one of UDP on port 53, each of which says where it is.
const SERVE: &str = "
    use Socket;
    socket(my $tcp, PF_INET, SOCK_STREAM, 0);
    bind($tcp, sockaddr_in(80, INADDR_ANY)) && listen($tcp, 9) or die $!;
    socket(my $udp, PF_INET, SOCK_DGRAM, 0);
    bind($udp, sockaddr_in(53, INADDR_ANY)) or die $!;
    $| = 1; print qq(up\\n);
    if (fork == 0) { while (my $peer = recv($udp, my $text, 99, 0)) { send($udp, qq(inside $text), 0, $peer) } }
    while (accept(my $peer, $tcp)) { syswrite($peer, qq(inside\\n)); close $peer }";

fn asks_tcp(port: u16) -> String {
    let mut answer = String::new();
    let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let _ = connection.read_to_string(&mut answer);
    answer
}

/// A datagram may be lost before the other side is known.
fn asks_udp() -> bool {
    let socket = UdpSocket::bind("198.51.100.1:0").unwrap();
    let patience = Duration::from_millis(500);
    socket.set_read_timeout(Some(patience)).unwrap();
    socket.send_to(b"hello", "198.51.100.1:5353").unwrap();
    let mut answer = [0; 99];
    matches!(socket.recv(&mut answer), Ok(length) if &answer[..length] == b"inside hello")
}

fn publishes(helper: &str) {
    in_outside_network(helper, |scratch| {
        let temporary = scratch.dir("tmp");
        fs::set_permissions(&temporary, Permissions::from_mode(0o1777)).unwrap();
        // A port of its own for each: of an older pasta's, a connection that was closed holds one for a minute.
        for ((is_ordinary, options), port) in CALLERS.into_iter().zip(8080..) {
            // Only a root of its own may bind a port below 1024.
            if options.contains(&"-c") {
                continue;
            }
            let tool = called_by(is_ordinary, options).arg(format!("--network={helper}"));
            let tcp = format!("{port}:80");
            let tool = tool.args(["--publish", &tcp, "--publish=198.51.100.1:5353:53/udp"]);
            let tool = tool.env("TMPDIR", &temporary);
            let mut tool = tool.args(["perl", "-e", SERVE]).spawn();
            tool.read_until("up\n");
            eventually("the answer over TCP", || asks_tcp(port) == "inside\n");
            eventually("the answer over UDP", asks_udp);
            // It is bound to one address alone.
            assert!(
                TcpListener::bind(("192.0.2.10", port)).is_ok(),
                "{options:?}"
            );
            let left = fs::read_dir(&temporary).unwrap();
            assert_eq!(left.count(), 0, "{options:?}");
            // The tool is killed, so nobody waits for the end of the helper.
            drop(tool);
            let is_free = || UdpSocket::bind("198.51.100.1:5353").is_ok();
            eventually("the helper has ended", is_free);
        }
    });
}

#[test]
fn slirp4netns_publishes_ports() {
    publishes("slirp4netns");
}

#[test]
fn pasta_publishes_ports() {
    publishes("pasta");
}

#[test]
fn a_port_in_use_is_an_error() {
    if !require::installed("slirp4netns") {
        return;
    }
    in_outside_network("pasta", |_| {
        let _used = TcpListener::bind("127.0.0.1:8080").unwrap();
        for helper in ["slirp4netns", "pasta"] {
            let network = format!("--network={helper}");
            let tool = runshare().args(["-r", &network, "--publish=8080:80", "echo", "ran"]);
            let outcome = tool.run();
            let why = "cannot publish 127.0.0.1:8080/tcp: Address already in use";
            outcome.fails(1, &format!("runshare: {why}\n"));
            assert_eq!(outcome.out(), "");
        }
    });
}

#[test]
fn a_bad_value_is_an_error() {
    for (options, why) in [
        (
            &["--network=pasta", "--publish=80"][..],
            "invalid --publish argument '80': expected [ADDRESS:]HOST:INSIDE[/udp]",
        ),
        (
            &["--network=pasta", "--publish=0:80"],
            "invalid --publish argument '0:80': a port is a number from 1 to 65535",
        ),
        (
            &["--network=slirp4netns", "--publish=53:53/udp"],
            "slirp4netns cannot publish 127.0.0.1:53/udp: give another address, or use pasta",
        ),
        (&["--publish=80:80"], "option --publish requires --network"),
    ] {
        let outcome = runshare().args(options).arg("true").run();
        outcome.fails(1, &format!("runshare: {why}\n"));
    }
}
