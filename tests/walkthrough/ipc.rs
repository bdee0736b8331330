//! `--ipc`: message queues and shared memory of its own.
//!
//! What the tutorial makes on the host is made in an IPC namespace that represents it: all of it goes when that ends,
//! and the machine's own is left alone.

use testkit::Outcome;

use crate::fixture::{Debian, assert_ipc_is_another, runshare};

/// Runs shell commands on the host's stand-in, which is in the Debian root's directory.
fn on_the_host(debian: &Debian, commands: &str) -> Outcome {
    assert_ipc_is_another();
    runshare(["--ipc", "sh", "-e", "-c", commands])
        .current_dir(&debian.root)
        .run()
        .ok()
}

/// How many queues and segments `ipcs` shows: they are the lines that begin with a key.
fn objects(ipcs: &str) -> usize {
    ipcs.lines().filter(|line| line.starts_with("0x")).count()
}

#[test]
fn a_queue_and_a_segment_of_the_host_are_not_seen_inside() {
    let Some(debian) = Debian::find() else { return };
    let make = "rchroot ./ ipcmk -Q >&2; rchroot ./ ipcmk -M 64 >&2";
    let outside = on_the_host(&debian, &format!("{make}; rchroot ./ ipcs")).out();
    let inside = on_the_host(&debian, &format!("{make}; runshare --ipc rchroot ./ ipcs")).out();
    assert_eq!(objects(&outside), 2, "{outside}");
    assert_eq!(objects(&inside), 0, "{inside}");
}

#[test]
fn a_queue_and_a_segment_made_inside_are_not_seen_on_the_host() {
    let Some(debian) = Debian::find() else { return };
    let commands = "runshare --ipc rchroot ./ bash -e -c 'ipcmk -Q >&2; ipcmk -M 64 >&2; ipcs'; echo after; rchroot ./ ipcs";
    let out = on_the_host(&debian, commands).out();
    let (inside, after) = out.split_once("after\n").expect("both have run");
    assert_eq!(objects(inside), 2, "{inside}");
    assert_eq!(objects(after), 0, "{after}");
}
