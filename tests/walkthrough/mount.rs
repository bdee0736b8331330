//! `--mount`: what is mounted inside is seen by nobody else, and gone with the last process.

use std::path::Path;
use std::{fs, process};

use testkit::require;

use crate::fixture::{Debian, bare_runshare, own_mounts};

/// What this thread, which calls `runshare`, sees mounted at or below `dir`.
fn mounts_below(dir: &Path) -> Vec<String> {
    let table = fs::read_to_string("/proc/thread-self/mountinfo").expect("proc is mounted");
    let below = |line: &&str| {
        let point = line.split(' ').nth(4).unwrap_or_default();
        Path::new(point).starts_with(dir)
    };
    table.lines().filter(below).map(str::to_owned).collect()
}

#[test]
fn rchroot_shows_the_system_of_the_new_root() {
    let Some(debian) = Debian::find() else { return };
    let outcome = debian
        .script(&["--mount"], "cat /etc/os-release; pwd")
        .run()
        .ok();
    let release = fs::read_to_string(debian.root.join("etc/os-release")).expect("it is Debian");
    assert!(release.contains("\nID=debian\n"), "{release}");
    assert_eq!(outcome.out(), format!("{release}/\n"));
}

#[test]
fn findmnt_shows_the_proc_that_was_mounted_and_nothing_else() {
    let Some(debian) = Debian::find() else { return };
    let before = mounts_below(&debian.root);
    let commands = "mount -t proc proc proc && findmnt --noheadings --output TARGET,SOURCE,FSTYPE";
    let outcome = debian.script(own_mounts(), commands).run().ok();
    let words: Vec<_> = outcome
        .out()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    assert_eq!(words, ["/proc", "proc", "proc"], "{outcome}");
    assert_eq!(mounts_below(&debian.root), before);
}

#[test]
fn at_a_terminal_it_works_by_hand_and_is_invisible_outside() {
    let Some(debian) = Debian::find() else { return };
    let before = mounts_below(&debian.root);
    let bash = debian.bash(own_mounts()).env("HISTFILE", "");
    let mut bash = bash.terminal(80, 24).spawn();
    // bash may repeat what is typed, so the marks are not typed as they will be read.
    bash.type_in("mount -t proc proc proc\n");
    bash.type_in("echo 'b'egin; findmnt --noheadings --output TARGET,FSTYPE; echo 'e'nd\n");
    let greeting = bash.read_until("begin\n");
    let answer = bash.read_until("end\n");
    assert_eq!(answer, "/proc proc\nend\n");
    assert!(
        !greeting.contains("job control"),
        "the terminal is bash's own: {greeting}"
    );
    assert_eq!(
        mounts_below(&debian.root),
        before,
        "while it is mounted inside"
    );
    bash.type_in("exit\n");
    bash.wait().ok();
    assert_eq!(mounts_below(&debian.root), before, "after the end");
}

#[test]
fn without_a_pid_namespace_the_proc_that_root_mounts_is_the_hosts() {
    if !require::root() {
        return;
    }
    let Some(debian) = Debian::find() else { return };
    let commands = format!("mount -t proc proc proc && test -d /proc/{}", process::id());
    debian.script(&["--mount"], &commands).run().ok();
}

#[test]
fn without_a_pid_namespace_the_root_of_a_user_namespace_may_not_mount_proc() {
    let Some(debian) = Debian::find() else { return };
    if !require::user_namespaces() {
        return;
    }
    let words = ["--user", "--map-root-user", "--mount", "rchroot", "./"];
    let tool = bare_runshare(words).args(["mount", "-t", "proc", "proc", "proc"]);
    let outcome = tool.current_dir(&debian.root).run();
    assert_ne!(outcome.code(), 0, "{outcome}");
    assert!(outcome.err().contains("permission denied"), "{outcome}");
}
