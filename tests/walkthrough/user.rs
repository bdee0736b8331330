//! `--user`: users of its own; inside one is root, outside one is who one was.

use std::fs;
use std::os::unix::fs::MetadataExt;

use nix::unistd::{getegid, geteuid};
use testkit::{Scratch, require};

use crate::fixture::bare_runshare;

#[test]
fn without_a_map_the_caller_is_nobody() {
    if !require::user_namespaces() {
        return;
    }
    let nobody = fs::read_to_string("/proc/sys/kernel/overflowuid").expect("proc is mounted");
    assert_eq!(
        bare_runshare(["--user", "id", "-u"]).run().ok().out(),
        nobody
    );
}

#[test]
fn with_map_root_user_the_caller_is_root_and_the_map_has_the_outer_id() {
    if !require::user_namespaces() {
        return;
    }
    let commands = "id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map";
    let outcome = bare_runshare(["--user", "--map-root-user", "sh", "-c", commands])
        .run()
        .ok();
    let words: Vec<_> = outcome
        .out()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let (uid, gid) = (geteuid().to_string(), getegid().to_string());
    assert_eq!(words, ["0", "0", "0", &uid, "1", "0", &gid, "1"]);
}

#[test]
fn what_root_makes_inside_belongs_to_the_caller_outside() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let tool = bare_runshare([
        "--user",
        "--map-root-user",
        "sh",
        "-c",
        "echo >made && stat -c %u made",
    ]);
    assert_eq!(tool.current_dir(scratch.path()).run().ok().out(), "0\n");
    let made = fs::metadata(scratch.path().join("made")).expect("it was made");
    assert_eq!(made.uid(), geteuid().as_raw());
}
