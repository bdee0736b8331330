//! What is left where the tool is killed while it mounts, and where mounts are shared: nothing.

use std::fs;
use std::path::PathBuf;

use crate::fixture::{RCHROOT, files, mounts_below, whole};
use testkit::{Status, Tool, require};

/// Shell code: has `$1` become a shared mount with a peer, and compares the caller's mounts while the command runs.
const SHARED: &str = r#"
mount -t tmpfs none "$1" && mount --make-shared "$1" && mkdir "$1/root" "$1/peer" && cd "$1"
mount --rbind "$2" root && mount --make-rshared root && mount --bind root peer
mkfifo up down; before=$(cat /proc/self/mountinfo)
shift 2
"$@" sh -c 'echo up; read -r line' <>down >up &
read -r line <up
[ "$before" = "$(cat /proc/self/mountinfo)" ] && echo same
echo >down; wait $! && [ "$before" = "$(cat /proc/self/mountinfo)" ] && echo same"#;

#[test]
fn nothing_travels_where_the_root_and_its_parent_are_shared() {
    let Some(runshare) = require::workspace_program("runshare").filter(|_| require::root()) else {
        return;
    };
    let fixture = whole();
    let (place, jail) = (fixture.scratch.dir("place"), fixture.path("jail"));
    let (place, kept) = (place.to_str().unwrap(), fixture.path("kept"));
    for (root, options) in [
        ("root", &["--mount-api", "--tmpfs", "/mnt"][..]),
        ("peer", &["--mount-api", "--tmpfs", "/mnt"]),
        ("root/../root/.", &["--mount-api", "--bind", "/etc:/mnt"]),
        ("root", &["--ephemeral", "--mount-api"]),
        ("peer", &["--overlay", &kept, "--mount-api"]),
        ("/", &["--ephemeral", "--mount-api"]),
    ] {
        let tool = fixture
            .root(Tool::new(&runshare))
            .args(["-m", "--propagation", "shared"]);
        let tool = tool.args([
            "sh",
            "-c",
            "unset x; exec \"$@\"",
            "sh",
            "sh",
            "-c",
            SHARED,
            "sh",
        ]);
        let tool = tool
            .args([place, &jail, &*RCHROOT.to_string()])
            .args(options);
        // The mounts of the shell are its own.
        let outcome = tool.arg(root).run().ok();
        assert_eq!(outcome.out(), "same\nsame\n", "{root} {options:?}");
    }
}

/// The system calls of the tool and its child from unshare(2) on, each with how many of its name came before it.
fn calls(log: &str) -> Vec<(String, usize)> {
    let mut calls = Vec::new();
    let mut counts = std::collections::BTreeMap::new();
    let mut has_begun = false;
    for line in log.lines() {
        let (pid, call) = line.split_once(' ').unwrap();
        let Some((name, _)) = call.trim_start().split_once('(') else {
            continue;
        };
        let plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !plain {
            continue;
        }
        let count = counts.entry((pid, name)).or_insert(0);
        *count += 1;
        has_begun |= name == "unshare";
        if has_begun && name != "execve" && !calls.contains(&(name.to_owned(), *count)) {
            calls.push((name.to_owned(), *count));
        }
    }
    calls
}

#[test]
fn nothing_is_left_if_the_tool_or_its_child_is_killed_at_any_system_call() {
    if !require::root() || !require::installed("strace") {
        return;
    }
    let fixture = whole();
    let jail = fixture.scratch.path().join("jail");
    let machine = fs::read("/proc/self/mountinfo").unwrap();
    for options in [
        &["--mount-api=private", "--tmpfs", "/mnt"][..],
        &["--ephemeral", "--bind", "/etc:/mnt"],
        &["--overlay", "kept", "--resolv-conf=auto"],
    ] {
        let traced = |more: &[&str]| {
            let strace = Tool::new("/usr/bin/strace");
            let tool = fixture.root(strace).args(["-qq", "-f", "-b", "execve"]);
            let tool = tool.args(more).arg(&*RCHROOT).args(options);
            tool.args(["jail", "cat", "/etc/resolv.conf"]).run()
        };
        let log = fixture.path("log");
        let _ = traced(&["-o", &log]).ok();
        let calls = calls(&fs::read_to_string(log).unwrap());
        let before = files(&jail);
        let mut killed = 0;
        for (name, count) in &calls {
            let inject = format!("inject={name}:signal=KILL:when={count}");
            let outcome = traced(&["-o", "/dev/null", "-e", &inject]);
            killed += usize::from(outcome.status == Status::Killed(9));
            assert_eq!(files(&jail), before, "{options:?} {inject}");
            assert_eq!(mounts_below(&jail), [] as [PathBuf; 0], "{inject}");
        }
        assert!(killed > 40, "{options:?}: {killed} of {calls:?}");
        assert_eq!(fs::read("/proc/self/mountinfo").unwrap(), machine);
        // Whatever was left in the directory is not in the way.
        let tool = fixture.root(Tool::new(RCHROOT)).args(options);
        let _ = tool.args(["jail", "cat", "/etc/resolv.conf"]).run().ok();
        assert!(!fixture.scratch.path().join("kept/work").exists());
    }
}
