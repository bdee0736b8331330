//! The machine's network of the modes of `--network`: a device with a default route that leads nowhere.

use std::process::Command;

use nix::sched::{CloneFlags, unshare};
use testkit::require;

/// The helpers open /dev/net/tun, as an ordinary user too; pasta(1) requires a default route.
const SET_UP: &str = "set -e
    mount -t tmpfs none /dev/net
    mknod -m 666 /dev/net/tun c 10 200
    ip link set lo up
    ip link add outer type veth peer name wire
    ip link set wire up
    ip address add 203.0.113.2/24 dev outer
    ip link set outer up
    ip route add default via 203.0.113.1";

/// Whether the helpers are there.
#[track_caller]
pub(crate) fn is_possible() -> bool {
    ["ip", "pasta", "slirp4netns"]
        .into_iter()
        .all(require::installed)
}

/// Has this thread, and what it starts, be in such a network. Its mounts are its own.
pub(crate) fn set_up() {
    unshare(CloneFlags::CLONE_NEWNET).expect("root may");
    let shell = Command::new("/bin/sh").args(["-c", SET_UP]).status();
    assert!(shell.expect("there is a shell").success(), "{SET_UP}");
}
