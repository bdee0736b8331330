//! Namespaces that outlive their processes: the file is the namespace, by its inode.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::mount::{MsFlags, mount};

use crate::fixture::{differential_test, runshare};
use testkit::{Scratch, Tool, require};

/// A directory on a private mount, where a mount namespace may be kept too.
fn private_directory(scratch: &Scratch) -> PathBuf {
    let path = scratch.dir("kept");
    mount(
        Some("none"),
        &path,
        Some("tmpfs"),
        MsFlags::empty(),
        None::<&str>,
    )
    .unwrap();
    mount(
        None::<&str>,
        &path,
        None::<&str>,
        MsFlags::MS_PRIVATE,
        None::<&str>,
    )
    .unwrap();
    path
}

fn touch(path: &Path) -> &Path {
    fs::write(path, "").unwrap();
    path
}

/// The option that keeps this namespace at `file`.
fn keep(option: &str, file: &Path) -> String {
    format!("--{option}={}", file.display())
}

#[test]
fn every_type_persists_and_is_the_programs_own() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let directory = private_directory(&scratch);
    let types = [
        ("user", "user"),
        ("cgroup", "cgroup"),
        ("ipc", "ipc"),
        ("uts", "uts"),
        ("net", "net"),
        ("pid", "pid"),
        ("mount", "mnt"),
        ("time", "time"),
    ];
    for (option, link) in types {
        let file = directory.join(option);
        let tool = runshare().arg(keep(option, touch(&file))).arg("--fork");
        let outcome = tool
            .arg("readlink")
            .arg(format!("/proc/self/ns/{link}"))
            .run()
            .ok();
        let inode = fs::metadata(&file).unwrap().ino();
        assert_eq!(outcome.out(), format!("{link}:[{inode}]\n"), "{option}");
    }
}

#[test]
fn all_types_persist_at_once() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let directory = private_directory(&scratch);
    let names = [
        "user", "cgroup", "ipc", "uts", "net", "pid", "mount", "time",
    ];
    let options = names
        .iter()
        .map(|name| keep(name, touch(&directory.join(name))));
    runshare()
        .args(options)
        .args(["-r", "--fork", "true"])
        .run()
        .ok();
    for name in names {
        let inode = fs::metadata(directory.join(name)).unwrap().ino();
        assert!(inode > 0xe000_0000, "{name} is a plain file still: {inode}");
    }
}

#[test]
fn a_namespace_persists_without_fork_except_for_pid_and_time_children() {
    if !require::root() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    for option in ["uts", "net", "ipc", "cgroup", "user", "mount"] {
        let scratch = Scratch::new();
        let file = private_directory(&scratch).join("file");
        touch(&file);
        let line = |tool: Tool| tool.arg(keep(option, &file)).args(["sh", "-c", "exit 3"]);
        diff.assert_same_with(line);
    }
    let scratch = Scratch::new();
    let file = private_directory(&scratch).join("file");
    touch(&file);
    diff.assert_same_with(|tool| tool.arg(keep("pid", &file)).arg("true"));
}

#[test]
fn a_mount_namespace_cannot_persist_on_a_shared_mount() {
    if !require::root() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let scratch = Scratch::new();
    let directory = private_directory(&scratch);
    mount(
        None::<&str>,
        &directory,
        None::<&str>,
        MsFlags::MS_SHARED,
        None::<&str>,
    )
    .unwrap();
    let file = directory.join("file");
    touch(&file);
    diff.assert_same_with(|tool| tool.arg(keep("mount", &file)).arg("true"));
}

#[test]
fn the_last_file_of_a_type_wins_and_an_option_without_one_keeps_it() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let directory = private_directory(&scratch);
    let (first, last) = (directory.join("first"), directory.join("last"));
    let options = [
        keep("uts", touch(&first)),
        keep("uts", touch(&last)),
        "--uts".to_owned(),
    ];
    runshare().args(options).arg("true").run().ok();
    let inode = |path| fs::metadata(path).unwrap().ino();
    assert!(inode(first) < 0xe000_0000);
    assert!(inode(last) > 0xe000_0000);
}
