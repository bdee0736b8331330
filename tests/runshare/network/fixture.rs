//! A network namespace that represents the machine's network.

use std::io::Write;
use std::net::{TcpListener, UdpSocket};
use std::thread;

use nix::unistd::{AccessFlags, access, geteuid};
use testkit::{Scratch, Tool, require, rerun};

/// Fetches the greeting of the server, in bash.
pub(crate) const FETCH: &str = "exec 3<>/dev/tcp/198.51.100.1/8000 && cat <&3";
/// What the server says to everyone.
pub(crate) const GREETING: &str = "hello from outside\n";

/// Makes the rest of the machine; root also makes a device that every user may open, as udev does.
const SET_UP: &str = "set -e
    mount --make-rprivate /
    echo nameserver 127.0.0.53 >$0/resolv.conf
    chmod 644 $0/resolv.conf
    mount --bind $0/resolv.conf /etc/resolv.conf
    if [ $1 = 0 ]; then
        mount -t tmpfs none /dev/net
        mknod -m 666 /dev/net/tun c 10 200
    fi
    ip link set lo up
";

/// Makes the network that leads to the server.
const ROUTE: &str = "
    ip address add 198.51.100.1/32 dev lo
    ip link add here type veth peer name there
    ip address add 192.0.2.10/24 dev here
    ip link set here up
    ip link set there up
    ip route add default via 192.0.2.1 dev here";

/// Runs the test again in such a network, where it finds the helper `program`.
#[track_caller]
pub(crate) fn in_outside_network(program: &str, test: impl FnOnce(&Scratch)) {
    in_network(program, ROUTE, |scratch| {
        greet();
        answer_names();
        test(scratch);
    });
}

/// The same in a network that leads nowhere.
#[track_caller]
pub(crate) fn without_route(program: &str, test: impl FnOnce(&Scratch)) {
    in_network(program, "", test);
}

#[track_caller]
fn in_network(program: &str, commands: &str, test: impl FnOnce(&Scratch)) {
    let is_root = geteuid().is_root();
    if rerun::reason().is_some() {
        let scratch = Scratch::shared();
        // What the caller of the first run was decides who makes the device.
        let caller = rerun::reason().unwrap();
        let outcome = Tool::new("/bin/sh")
            .args(["-c", &format!("{SET_UP}{commands}")])
            .arg(scratch.path())
            .arg(caller)
            .run();
        let _ = outcome.ok();
        return test(&scratch);
    }
    let tun = access("/dev/net/tun", AccessFlags::R_OK | AccessFlags::W_OK);
    if !require::user_namespaces()
        || !["ip", "bash", program].into_iter().all(require::installed)
        || !require::machine_feature(
            is_root || tun.is_ok(),
            "/dev/net/tun is closed to this user",
        )
    {
        return;
    }
    let unshare = Tool::new("/usr/bin/unshare").args(["--mount", "--net"]);
    let (unshare, caller) = match is_root {
        true => (unshare, "0"),
        false => (unshare.arg("--map-root-user"), "1"),
    };
    rerun::assert_passed(&rerun::this_test(unshare, caller).run());
}

/// Says hello to everyone who connects.
fn greet() {
    let listener = TcpListener::bind("198.51.100.1:8000").unwrap();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let _ = connection.unwrap().write_all(GREETING.as_bytes());
        }
    });
}

/// Answers every question for an address of IPv4 with that of the server.
fn answer_names() {
    const TYPE_A: [u8; 4] = [0, 1, 0, 1];
    let socket = UdpSocket::bind("127.0.0.53:53").unwrap();
    thread::spawn(move || {
        let mut question = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut question) {
            let question = &question[..length];
            let name = question[12..].iter().position(|byte| *byte == 0).unwrap();
            let end = 12 + name + 5;
            let is_a = question[end - 4..end] == TYPE_A;
            let mut answer = question[..2].to_vec();
            answer.extend([0x81, 0x80, 0, 1, 0, u8::from(is_a), 0, 0, 0, 0]);
            answer.extend(&question[12..end]);
            if is_a {
                answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, 1]);
            }
            socket.send_to(&answer, from).unwrap();
        }
    });
}
