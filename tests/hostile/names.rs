//! Names that are more than text: of processes, on command lines, of mount points.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::geteuid;
use testkit::{Running, Signal, Tool, eventually, require};

use crate::fixture::{built, can_run, is_text, script};

/// What a terminal would obey: its title, its colours, bells, in seven and in eight bits; and bytes that are no text.
const EVIL: &[u8] = b"\x1b]0;evil\x07\x1b[31m\r\n\x08\x7f\xc2\x9b31m\xe2\x80\xae\xff\xfe\\x41";

/// As much of a command line as the kernel takes: 128 KiB a word, 2 MiB in all.
const LONGEST_WORD: usize = (128 << 10) - 1;
const WORDS: usize = 15;

/// A process in namespaces of its own that is called EVIL, with a command line of nearly two MiB of it.
fn evil_process() -> Running {
    let word: Vec<u8> = EVIL.iter().copied().cycle().take(LONGEST_WORD).collect();
    let own: &[&str] = if geteuid().is_root() {
        &["-u"]
    } else {
        &["-r", "-u"]
    };
    let rename = r#"printf '\033[31m\377\a\n)' >/proc/$$/comm; echo; kill -STOP $$"#;
    let tool = Tool::new(built("runshare"))
        .args(own)
        .args(["sh", "-c", rename]);
    let tool = tool.args(vec![OsString::from_vec(word); WORDS]);
    let mut running = tool.spawn();
    running.read_until("\n");
    running
}

#[test]
fn no_command_line_reaches_the_terminal_as_more_than_text() {
    if !can_run() {
        return;
    }
    let running = evil_process();
    let pid = running.pid().to_string();
    let length = fs::read(format!("/proc/{pid}/cmdline"))
        .expect("it lives")
        .len();
    assert!(length > 1_900_000, "{length}");
    let inode = fs::metadata(format!("/proc/{pid}/ns/uts"))
        .expect("it lives")
        .ino();
    let inode = inode.to_string();
    for line in [
        &["-p", &pid][..],
        &["-t", "uts"],
        &["-J", "-t", "uts"],
        &["-r", "-t", "uts"],
        &["-l", "-W", "-t", "uts"],
        &["-T", "-u", "-p", &pid],
        &[&inode],
        &["-J", &inode],
        &["-t", "uts", "-Q", "COMMAND =~ 'evil' || NS == 0", "-n"],
    ] {
        for locale in ["C", "C.UTF-8"] {
            let rlsns = || Tool::new(built("rlsns")).env("LC_ALL", locale).args(line);
            let outcome = rlsns().run().ok();
            is_text(&outcome);
            assert!(
                outcome.out().contains("evil") || line[0] == "-p",
                "{line:?}"
            );
            is_text(&rlsns().output_terminal(80, 24).run().ok());
        }
    }
}

#[test]
fn a_target_may_call_itself_what_it_likes() {
    if !can_run() {
        return;
    }
    let running = evil_process();
    let pid = running.pid().to_string();
    let own: &[&str] = if geteuid().is_root() {
        &["-u", "-S", "follow"]
    } else {
        &["-U", "-u"]
    };
    let outcome = Tool::new(built("rnsenter"))
        .args(["-t", &pid])
        .args(own)
        .args(["echo", "inside"])
        .run();
    assert_eq!(outcome.ok().out(), "inside\n");
    // And what is said of it is text: it has no such files as these.
    let terminal = Tool::new(built("rnsenter"))
        .args(["-t", &pid, "-n/proc/self/comm", "true"])
        .output_terminal(80, 24);
    let outcome = terminal.run();
    assert_eq!(outcome.code(), 1, "{outcome}");
    is_text(&outcome);
}

#[test]
fn mount_points_that_are_no_text_are_shown_as_text() {
    if !can_run() {
        return;
    }
    const BIND: &str = r#"
        mount -t tmpfs none /mnt; cd /mnt
        point=$(printf 'a\033[31m\377\302\233 \\b\tc\007\nd'); : >"$point"
        mount --bind /proc/self/ns/uts "$point"
        exec "$@"
    "#;
    let rlsns = built("rlsns").display().to_string();
    for line in [
        &["-t", "uts", "-o", "NS,NSFS"][..],
        &["-J", "-t", "uts", "-o", "NS,NSFS"],
        &["-r", "-n", "-t", "uts", "-o", "NSFS"],
        &["-W", "-u", "-o", "NSFS,PATH,COMMAND"],
    ] {
        let words = [rlsns.as_str()].into_iter().chain(line.iter().copied());
        for tool in [
            script(BIND, words.clone()),
            script(BIND, words).output_terminal(80, 24),
        ] {
            let outcome = tool.env("LC_ALL", "C.UTF-8").run().ok();
            is_text(&outcome);
            assert!(outcome.out().contains("/mnt/a"), "{outcome}");
        }
    }
}

#[test]
fn hints_about_hostile_roots_are_text() {
    if !can_run() {
        return;
    }
    // An interpreter whose name is an escape sequence, a dangling link, and a directory of that name.
    const ROOT: &str = r#"
        mount -t tmpfs none /mnt; mkdir /mnt/root /mnt/root/bin; cd /mnt/root
        printf '#!/bin/\033[31mevil\377\n' >bin/script; chmod 755 bin/script
        ln -s "$(printf '/\033]0;x\007')" bin/link
        exec "$@"
    "#;
    for (name, options) in [
        ("rchroot", &["/mnt/root", "/bin/script"][..]),
        ("rchroot", &["/mnt/root", "/bin/link"]),
        ("runshare", &["--root=/mnt/root", "/bin/script"]),
        ("runshare", &["--root=/mnt/root", "/bin/link"]),
        ("runshare", &["--root=/mnt/root/bin/link", "true"]),
    ] {
        let program = built(name).display().to_string();
        let words = [program.as_str()]
            .into_iter()
            .chain(options.iter().copied());
        let outcome = script(ROOT, words).output_terminal(80, 24).run();
        assert!(outcome.code() > 0, "{outcome}");
        is_text(&outcome);
    }
}

#[test]
fn names_in_a_directory_of_namespaces_are_text() {
    if !can_run() {
        return;
    }
    const DIRECTORY: &str = r#"
        mount -t tmpfs none /mnt; mkdir -m 755 /mnt/kept
        : >"/mnt/kept/$(printf 'a\033[31m\342\200\256\377')"
        exec "$@"
    "#;
    let runshare = built("runshare").display().to_string();
    let words = [runshare.as_str(), "--unpersist", "/mnt/kept"];
    let outcome = script(DIRECTORY, words).run();
    let shown = r"/mnt/kept/a\x1b[31m\xe2\x80\xae\xff";
    outcome.fails(
        1,
        &format!("runshare: {shown} is not a persistent namespace\n"),
    );
}

#[test]
fn a_child_whose_name_is_no_text_ends_with_its_parent() {
    if !can_run()
        || !require::machine_feature(Path::new("/proc/self/ns/pid").exists(), "no pid namespaces")
    {
        return;
    }
    // It deals with no TERM and cannot be touched by one as PID 1: the watcher has to read that from its status.
    const NAMELESS: &str = r#"printf '\377\376' >/proc/self/comm; read -r pid rest </proc/self/stat; echo "$pid"; kill -STOP $$; while :; do read -r x </dev/zero; done"#;
    let own: &[&str] = if geteuid().is_root() {
        &["-p"]
    } else {
        &["-r", "-p"]
    };
    let tool = Tool::new(built("runshare")).args(own).args([
        "-f",
        "--kill-child=TERM",
        "sh",
        "-c",
        NAMELESS,
    ]);
    let mut running = tool.spawn();
    let pid = running.read_until("\n");
    let child = format!("/proc/{}/status", pid.trim());
    assert!(
        fs::read(&child)
            .expect("it lives")
            .starts_with(b"Name:\t\xff\xfe")
    );
    running.signal(Signal::SIGKILL);
    eventually("the child has ended", || !Path::new(&child).exists());
}
