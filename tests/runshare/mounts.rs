//! What the program sees of the filesystem, and what the caller must not see of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::fixture::{RUNSHARE, differential_test, ordinary, runshare};
use testkit::{Scratch, Tool, require};

/// Every mount of this process.
fn mountinfo() -> String {
    fs::read_to_string("/proc/self/mountinfo").unwrap()
}

#[test]
fn a_proc_of_its_own_shows_its_own_processes() {
    if !require::user_namespaces() {
        return;
    }
    let outcome = ordinary(runshare())
        .args(["-rpf", "--mount-proc", "sh", "-c", "echo /proc/[0-9]*"])
        .run()
        .ok();
    assert_eq!(outcome.out(), "/proc/1\n");
}

#[test]
fn nothing_that_is_mounted_inside_is_seen_outside() {
    if !require::root() {
        return;
    }
    let before = mountinfo();
    for mode in ["private", "slave"] {
        let line = [
            "--mount",
            "--propagation",
            mode,
            "--mount-proc",
            "mount",
            "-t",
            "tmpfs",
            "none",
            "/mnt",
        ];
        runshare().args(line).run().ok();
    }
    assert_eq!(mountinfo(), before);
}

#[test]
fn a_new_root_hides_the_old_one() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    for name in ["bin", "lib", "lib64", "usr", "proc", "only here"] {
        scratch.dir(name);
    }
    let root = scratch.path().to_str().unwrap();
    let mounts = "for dir in bin lib lib64 usr; do [ ! -e /$dir ] || mount --rbind /$dir $0/$dir; done; shift 0; exec \"$@\"";
    let tool = ordinary(runshare()).args(["-rm", "sh", "-c", mounts, root]);
    let tool = tool.args([&RUNSHARE, "-pf", "--mount-proc", "--root", root]);
    let outcome = tool
        .args(["/bin/sh", "-c", "pwd; echo *; echo /proc/[0-9]*"])
        .run()
        .ok();
    assert_eq!(
        outcome.out(),
        "/\nbin lib lib64 only here proc usr\n/proc/1\n"
    );
}

#[test]
fn a_file_is_run_through_the_interpreter_that_was_registered() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let program = scratch.file("program", "NSX1 whatever");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let program = program.to_str().unwrap();
    for registration in [
        ":nsx:M::NSX1::/bin/echo:",
        ":nsx:M::NSX1::/bin/echo:F",
        ":nsx:M::NSX1::/bin/echo:P",
    ] {
        let tool = ordinary(runshare()).args(["-rpf", "-l", registration, program, "argument"]);
        let outcome = tool.run().ok();
        let expected = if registration.ends_with('P') {
            format!("{program} {program} argument\n")
        } else {
            format!("{program} argument\n")
        };
        assert_eq!(outcome.out(), expected, "{registration}");
    }
    let outcome = ordinary(runshare()).arg(program).run();
    assert_ne!(
        outcome.out(),
        format!("{program}\n"),
        "the machine's own binfmt_misc has it too"
    );
}

#[test]
fn the_working_directory_is_looked_up_inside_the_root() {
    let Some(diff) = differential_test() else {
        return;
    };
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let root = scratch.dir("root");
    scratch.dir("root/inside");
    let root = root.to_str().unwrap();
    for directory in ["/inside", "inside", "/", "..", "/etc", "../.."] {
        let line = ["-r", "-R", root, "-w", directory, "/nosuch"];
        diff.assert_same_with(|tool| ordinary(tool).args(line));
    }
    diff.assert_same_with(|tool| ordinary(tool).args(["-rw", root, "pwd"]));
    diff.assert_same_with(|tool| {
        ordinary(tool)
            .current_dir(root)
            .args(["-rw", "inside", "pwd"])
    });
}

/// Runs `script` as root with a shared tmpfs mounted on `$1`, in a mount namespace of its own; `$0` is the tool.
pub(crate) fn beside_shared_mount(tool: &Path, script: &str) -> String {
    let scratch = Scratch::new();
    let setup =
        "set -e; mount -t tmpfs none $1; mount --make-shared $1; mkdir -p $1/plain $1/root/proc; "
            .to_owned();
    let line = Tool::new("/usr/bin/env").args(["unshare", "-m", "sh", "-c"]);
    let line = line.arg(setup + script).arg(tool);
    line.arg(scratch.path()).run().ok().out()
}

#[test]
fn a_proc_on_a_directory_that_is_no_mount_point_stays_inside() {
    if !require::root() {
        return;
    }
    let ours = RUNSHARE.path();
    let grep = "grep -c \" $1\" /proc/self/mountinfo";
    for mode in ["shared", "unchanged", "slave"] {
        let line = format!(
            "$0 -m --propagation {mode} --mount-proc=$1/plain sh -c 'test -d $0/plain/self; mkdir \
             $0/$1; mount -t tmpfs none $0/$1' $1 {mode}; {grep} || :; test -d $1/{mode}/. ; \
             grep -c $1/{mode} /proc/self/mountinfo || :"
        );
        // What the program mounts beside it travels as it was told to.
        let other = if mode == "slave" { "1\n0\n" } else { "2\n1\n" };
        assert_eq!(beside_shared_mount(ours, &line), other, "{mode}");
        let line =
            format!("$0 -m --propagation {mode} --root / --mount-proc=$1/plain true; {grep} || :");
        assert_eq!(
            beside_shared_mount(ours, &line),
            "1\n",
            "{mode} with a root"
        );
        let line = format!(
            "$0 -m --propagation {mode} --root $1/root --mount-proc /nosuch || [ $? = 127 ]; \
             {grep} || :"
        );
        assert_eq!(
            beside_shared_mount(ours, &line),
            "1\n",
            "{mode} with another root"
        );
    }
}
