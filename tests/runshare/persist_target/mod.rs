//! `--persist` and `--unpersist`: the files are the program's own namespaces, by their inodes, and when they are let go
//! nothing is left of them.

mod refused;
mod trust;
mod unpersist;

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, mount, umount2};

use crate::fixture::{RUNSHARE, ordinary, runshare};
use testkit::{Scratch, Tool, in_mount_namespace, require};

const NONE: Option<&str> = None;

/// What the files are called.
const NAMES: [&str; 8] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

/// The options that make all of them.
const ALL: [&str; 2] = ["-muinpUCT", "-f"];

/// Runs `test` in a mount namespace of its own, all of whose mounts are shared, as systemd has them.
fn in_shared_mounts(test: impl FnOnce(&Scratch) + Send) {
    let scratch = Scratch::new();
    in_mount_namespace(MsFlags::MS_SHARED, || test(&scratch));
}

fn mountinfo() -> String {
    fs::read_to_string("/proc/thread-self/mountinfo").unwrap()
}

fn inode(path: impl AsRef<Path>) -> u64 {
    fs::metadata(path).unwrap().ino()
}

/// The names in a directory, in alphabetical order.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn persist(directory: &Path) -> Tool {
    runshare().arg("--persist").arg(directory)
}

#[track_caller]
fn unpersist(directory: &Path) {
    let outcome = runshare().arg("--unpersist").arg(directory).run().ok();
    assert_eq!(outcome.out() + &outcome.err(), "");
}

/// Everything below a directory, and every mount.
fn state(directory: &Path) -> (Vec<(PathBuf, u64)>, String) {
    let mut found = vec![];
    let mut left = vec![directory.to_owned()];
    while let Some(path) = left.pop() {
        let metadata = path.symlink_metadata().unwrap();
        if metadata.is_dir() {
            left.extend(names(&path).iter().map(|name| path.join(name)));
        }
        found.push((path, metadata.ino()));
    }
    (found, mountinfo())
}

/// A directory of namespaces that are kept, made by the tool itself.
fn persist_types(scratch: &Scratch, types: &str) -> PathBuf {
    let directory = scratch.path().join("kept");
    let _ = persist(&directory).args([types, "true"]).run().ok();
    directory
}

#[test]
fn every_namespace_persists_under_its_name_in_proc_and_is_removed_again() {
    if !require::root() {
        return;
    }
    in_shared_mounts(|scratch| {
        let before = mountinfo();
        let directory = scratch.path().join("kept");
        let show = "cd /proc/self/ns; for name in *; do readlink $name; done";
        for options in [
            &["-r"][..],
            &["-r", "--mount-proc"],
            &["-c", "--propagation", "unchanged"],
        ] {
            let tool = persist(&directory).args(ALL).args(options);
            let outcome = tool.args(["sh", "-c", show]).run().ok();
            assert_eq!(names(&directory), NAMES);
            for name in NAMES {
                let line = format!("{name}:[{}]", inode(directory.join(name)));
                assert!(
                    outcome.out().lines().any(|shown| shown == line),
                    "{line} {outcome}"
                );
            }
            unpersist(&directory);
            assert!(!directory.exists());
            assert_eq!(mountinfo(), before);
        }
    });
}

#[test]
fn a_namespace_with_a_file_persists_there() {
    if !require::root() {
        return;
    }
    in_shared_mounts(|scratch| {
        let (directory, file) = (scratch.path().join("kept"), scratch.file("uts", ""));
        let tool = persist(&directory).arg(format!("--uts={}", file.display()));
        let show = ["readlink", "/proc/self/ns/uts", "/proc/self/ns/net"];
        let outcome = tool.args(["-n"]).args(show).run().ok();
        let net = inode(directory.join("net"));
        assert_eq!(
            outcome.out(),
            format!("uts:[{}]\nnet:[{net}]\n", inode(&file))
        );
        assert_eq!(names(&directory), ["net"]);
        unpersist(&directory);
        assert!(inode(&file) > 0xe000_0000);
        umount2(&file, MntFlags::MNT_DETACH).unwrap();
    });
}

#[test]
fn a_pid_namespace_is_held_by_its_first_process() {
    if !require::root() {
        return;
    }
    in_shared_mounts(|scratch| {
        let directory = scratch.path().join("kept");
        for options in [&["-p"][..], &["--kill-child=TERM", "-p", "-m"]] {
            let tool = persist(&directory).args(options);
            assert_eq!(tool.args(["sh", "-c", "echo $$"]).run().ok().out(), "1\n");
            unpersist(&directory);
        }
        // One with a file of its own is nobody's concern here.
        let file = scratch.file("pid", "");
        let tool = persist(&directory)
            .arg("-n")
            .arg(format!("--pid={}", file.display()));
        let outcome = tool.arg("true").run();
        assert_eq!(outcome.code(), 1, "{outcome}");
        assert!(!directory.exists());
    });
}

#[test]
fn an_empty_directory_serves_as_well_and_goes_too() {
    if !require::root() {
        return;
    }
    in_shared_mounts(|scratch| {
        let directory = scratch.dir("empty");
        let link = scratch.path().join("link");
        symlink("empty", &link).unwrap();
        for (to_keep, to_let_go) in [
            (&directory, &directory),
            (&link, &directory),
            (&directory, &link),
        ] {
            scratch.dir("empty");
            let _ = persist(to_keep).args(["-n", "-m", "true"]).run().ok();
            assert_eq!(names(&directory), ["mnt", "net"]);
            unpersist(to_let_go);
            assert_eq!(names(scratch.path()), ["link"]);
        }
        scratch.dir("empty");
        let tool = runshare().current_dir(scratch.path());
        let _ = tool.args(["--persist", "empty", "-u", "true"]).run().ok();
        let tool = runshare().current_dir(scratch.path());
        let _ = tool.args(["--unpersist", "empty/"]).run().ok();
        assert_eq!(names(scratch.path()), ["link"]);
    });
}

#[test]
fn in_a_user_namespace_of_their_own_anybody_can() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::shared();
    let script = "cd \"$1\"; \"$0\" --persist kept -un --hostname box readlink /proc/self/ns/uts /proc/self/ns/net; \
                  echo \"uts:[$(stat -c %i kept/uts)]\"; echo \"net:[$(stat -c %i kept/net)]\"; \
                  \"$0\" --unpersist kept; echo $? *; grep -c kept /proc/self/mountinfo";
    let tool = ordinary(runshare()).args(["-rm", "sh", "-c", script, &RUNSHARE]);
    let outcome = tool.arg(scratch.path()).run();
    let (shown, rest) = (outcome.out(), "0 *\n0\n");
    let lines: Vec<&str> = shown.lines().collect();
    assert!(shown.ends_with(rest) && lines.len() == 6, "{outcome}");
    assert_eq!(lines[..2], lines[2..4], "{outcome}");
}

#[test]
fn they_persist_and_are_removed_with_standard_descriptors_closed() {
    if !require::root() {
        return;
    }
    in_shared_mounts(|scratch| {
        let directory = scratch.path().join("kept");
        let closed = |tool: Tool| tool.close_fd(0).close_fd(1).close_fd(2);
        let _ = closed(persist(&directory))
            .args(ALL)
            .args(["-r", "true"])
            .run()
            .ok();
        assert_eq!(names(&directory), NAMES);
        let _ = closed(runshare())
            .arg("--unpersist")
            .arg(&directory)
            .run()
            .ok();
        assert!(!directory.exists());
    });
}
