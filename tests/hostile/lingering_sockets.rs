//! Sockets that linger: a program that has copied one to ask it something may be the last to close it, and closing
//! waits until all is sent, or for minutes, `socket(7)`.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::time::Duration;

use nix::libc;
use nix::sys::socket::{setsockopt, sockopt::Linger};
use nix::unistd::geteuid;
use testkit::{Pid, Scratch, Tool, children_of, eventually, require, rerun};

use crate::fixture::{built, can_run};

/// For how long a close waits here, in seconds: longer than anybody has patience.
const LINGER: libc::c_int = 600;
const TIMEOUT: Duration = Duration::from_secs(30);

/// A socket that cannot send what it has been given, and the other end, which reads nothing.
fn full_socket() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound");
    let mut full = TcpStream::connect(address).expect("it listens");
    let (peer, _) = listener.accept().expect("it has connected");
    let lingers = libc::linger {
        l_onoff: 1,
        l_linger: LINGER,
    };
    setsockopt(&full, Linger, &lingers).expect("it is a socket");
    full.set_nonblocking(true).expect("it is ours");
    while full.write(&[0; 64 << 10]).is_ok() {}
    (full, peer)
}

/// Whether the process has a copy of the socket with this name, `socket:[5]`.
fn has(pid: Pid, socket: &Path) -> bool {
    let entries = fs::read_dir(format!("/proc/{pid}/fd"));
    let mut targets = entries.into_iter().flatten().flatten();
    targets.any(|entry| fs::read_link(entry.path()).is_ok_and(|target| target == socket))
}

/// Runs a program that rests whenever it has copied a socket, and closes the one that lingers once it has a copy of it.
/// NUMBER among the options is that one's.
fn closes_the_last_copy(name: &str, options: &[&str]) {
    let (full, peer) = full_socket();
    let number = full.as_raw_fd().to_string();
    let options = options.iter().map(|word| word.replace("NUMBER", &number));
    let link = format!("/proc/self/fd/{}", full.as_raw_fd());
    let socket = fs::read_link(link).expect("it is open");
    let rests = ["-qq", "-e", "inject=pidfd_getfd:delay_exit=1000000"];
    let tool = Tool::new("/usr/bin/strace")
        .args(["-f", "-o", "/dev/null"])
        .args(rests);
    let tool = tool.arg(built(name)).args(options).timeout(TIMEOUT);
    let mut running = tool.spawn();
    eventually("it has copied the socket", || {
        children_of(running.pid())
            .first()
            .is_some_and(|traced| has(*traced, &socket))
    });
    drop(full);
    let outcome = running.wait();
    assert!(matches!(outcome.code(), 0 | 1), "{outcome}");
    drop(peer);
}

#[test]
fn the_last_copy_of_a_lingering_socket_delays_no_program() {
    if rerun::reason().is_some() {
        closes_the_last_copy("rlsns", &["-t", "net"]);
        closes_the_last_copy("rlsns", &["--holders", "4026999999"]);
        closes_the_last_copy("rnsenter", &["-t", "4026999999", "true"]);
        let this = std::process::id().to_string();
        closes_the_last_copy("rnsenter", &["-t", &this, "-N", "NUMBER", "true"]);
        return;
    }
    if !can_run() || !require::installed("strace") {
        return;
    }
    // In namespaces of its own: the sockets of others would be copied as well, one a second.
    let options = [
        "-n",
        "-p",
        "-f",
        "--mount-proc",
        "--loopback",
        "--kill-child",
    ];
    let tool = Tool::new(built("runshare")).args(options);
    let tool = match geteuid().is_root() {
        true => tool,
        false => tool.arg("-r"),
    };
    let tool = rerun::this_test(tool, "in a network namespace");
    rerun::assert_passed(&tool.timeout(TIMEOUT * 4).run());
}

/// A file that somebody serves is asked before it is closed, whoever has a copy of it.
#[test]
fn only_sockets_are_copied() {
    if !can_run() || !require::installed("strace") {
        return;
    }
    let scratch = Scratch::new();
    let log = scratch.path().join("calls");
    let log = log.to_str().expect("a path of ours");
    let file = fs::File::open("/proc/self/stat").expect("/proc");
    let number = file.as_raw_fd().to_string();
    let this = std::process::id().to_string();
    let tool =
        Tool::new("/usr/bin/strace").args(["-f", "-o", log, "-e", "trace=pidfd_getfd,ioctl"]);
    let tool = tool.arg(built("rnsenter"));
    let outcome = tool.args(["-t", &this, "-N", &number, "true"]).run();
    assert_eq!(outcome.code(), 1, "{outcome}");
    let refused = ", SIOCGSKNS): Inappropriate ioctl for device\n";
    assert!(outcome.err().ends_with(refused), "{outcome}");
    let calls = fs::read_to_string(log).expect("what strace wrote");
    assert!(!calls.contains("pidfd_getfd("), "{calls}");
}
