//! Mounts that the kernel refuses: a namespace that is to be kept, a proc.

use super::{command_in, hint, hint_inside, inside};
use crate::fixture::{RUNSHARE, TESTER, ordinary, runshare};
use testkit::{Scratch, Tool, require};

/// In a mount namespace of its own, a shared mount on the directory, and a directory and files upon it.
const SHARED: &str = "mount -t tmpfs none \"$2\"; mount --make-shared \"$2\"; mkdir \"$2/a b\"; : >\"$2/mnt\"; : >\"$2/a b/mnt\"";

#[test]
fn a_mount_namespace_cannot_persist_on_a_shared_mount_until_it_is_made_private() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    for file in ["mnt", "a b/mnt"] {
        let script = format!("{SHARED}; exec \"$1\" --mount=\"$2/{file}\" true");
        let Some(hint) = hint_inside("-rm", &script, scratch.path()) else {
            return;
        };
        let place = scratch.path().display();
        let (shared, private) = (
            format!(" is on the mount {place}, which is shared, "),
            " --make-private ",
        );
        assert!(
            hint.contains(&shared) && command_in(&hint).contains(private),
            "{hint}"
        );
        // The command mends it. On one processor, by whose clock Linux 6.18 reports which mount namespace is older.
        let mended = format!(
            "{SHARED}; {}; exec taskset -c 0 \"$1\" --mount=\"$2/{file}\" true",
            command_in(&hint)
        );
        let mended = format!("taskset -pc 0 $$ >/dev/null; {mended}");
        let outcome = inside("-rm", &mended, RUNSHARE.path(), scratch.path()).run();
        assert!(
            outcome.code() == 0 || outcome.err().contains("failed: Invalid argument"),
            "{outcome}"
        );
        let shared = format!(
            "{SHARED}; {}; grep \" $2[ /]\" /proc/self/mountinfo",
            command_in(&hint)
        );
        let table = inside("-rm", &shared, RUNSHARE.path(), scratch.path())
            .run()
            .ok()
            .out();
        assert!(
            table
                .lines()
                .last()
                .is_some_and(|line| !line.contains("shared:")),
            "{table}"
        );
    }
}

#[test]
fn a_file_that_is_not_there_is_to_be_made_first() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let script = "exec \"$1\" --uts=\"$2/missing\" true";
    let Some(hint) = hint_inside("-rm", script, scratch.path()) else {
        return;
    };
    let command = format!("touch {}/missing", scratch.path().display());
    assert_eq!(command_in(&hint), command);
    let Some(hint) = hint_inside(
        "-rm",
        "exec \"$1\" --uts=\"$2/no/missing\" true",
        scratch.path(),
    ) else {
        return;
    };
    assert_eq!(
        hint,
        format!("{}/no does not exist", scratch.path().display())
    );
}

#[test]
fn without_the_right_to_mount_no_namespace_persists() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let file = scratch.file("uts", "");
    let Some(hint) = hint(&["-r", &format!("--uts={}", file.display()), "true"]) else {
        return;
    };
    assert!(
        hint.starts_with("this requires CAP_SYS_ADMIN, which user "),
        "{hint}"
    );
}

#[test]
fn a_proc_requires_a_pid_namespace_of_the_same_user_namespace() {
    if !require::user_namespaces() {
        return;
    }
    for options in [
        &["-r", "--mount-proc", "true"][..],
        &["-rp", "--mount-proc", "true"],
    ] {
        let Some(hint) = hint(options) else { return };
        let is_named = hint.contains("a pid namespace that its user namespace does not own")
            && hint.ends_with(": add --pid --fork");
        assert!(is_named, "{hint}");
    }
}

#[test]
fn a_masked_proc_is_shown_with_what_masks_it() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let call = "exec \"$1\" -rpf --mount-proc true";
    let inside_container = |masks: &str| {
        let script = format!("mount -t proc proc /proc; {masks} {call}");
        hint_inside("-rmpf", &script, scratch.path())
    };
    let Some(hint) = inside_container("mount --bind /dev/null /proc/uptime;") else {
        return;
    };
    let start = "this /proc is masked at /proc/uptime, and the kernel does not allow a user namespace to mount a procfs";
    assert!(hint.starts_with(start), "{hint}");
    let Some(hint) =
        inside_container("mount -t tmpfs none /proc/sys; mount --bind /dev/null /proc/uptime;")
    else {
        return;
    };
    assert!(
        hint.starts_with("this /proc is masked at /proc/sys and 1 more path, and "),
        "{hint}"
    );
    // What nature has made empty hides nothing, and the mount succeeds.
    let script = "mount -t proc proc /proc; exec \"$1\" -rpf --mount-proc true";
    inside("-rmpf", script, RUNSHARE.path(), scratch.path())
        .run()
        .ok();
}

#[test]
fn a_directory_that_cannot_be_reached_is_reported_by_the_part_that_is_in_the_way() {
    let scratch = Scratch::new();
    let within = |name: &str| scratch.path().join(name).display().to_string();
    scratch.file("file", "");
    std::os::unix::fs::symlink("gone", within("link")).unwrap();
    for (path, is_named) in [
        ("no/such", format!("{} does not exist", within("no"))),
        ("file/x", format!("{} is not a directory", within("file"))),
        (
            "link",
            format!(
                "{} does not exist: the symbolic link {} leads to it",
                within("gone"),
                within("link")
            ),
        ),
    ] {
        let Some(hint) = hint(&["--wd", &within(path), "true"]) else {
            return;
        };
        assert_eq!(hint, is_named);
    }
    let Some(hint) = hint(&["--root", "/", "true"]) else {
        return;
    };
    assert!(
        hint.starts_with("this requires CAP_SYS_CHROOT, which user "),
        "{hint}"
    );
}

#[test]
fn a_mount_namespace_whose_number_stays_lower_is_explained() {
    if !require::root() || !require::installed("taskset") {
        return;
    }
    let processors = std::fs::read_to_string("/proc/self/status").unwrap();
    let several = processors
        .lines()
        .any(|line| line == "Cpus_allowed_list:\t0-1");
    if !require::condition(several, "this takes the processors 0 and 1") {
        return;
    }
    let scratch = Scratch::new();
    let inside = "mount -t tmpfs none $1; touch $1/mnt; mount --make-private $1; \
                  exec taskset -c $2 $0 --mount=$1/mnt true";
    // Without pidfd_open(2) the tool does not learn the number of its own namespace, and does not try again.
    let run = |outer: &str, inner: &str| {
        let tool = Tool::new("/usr/bin/env").env("NSUTILS_HINTS", "always");
        let tool = tool.refusing(nix::libc::SYS_pidfd_open, nix::errno::Errno::ENOSYS);
        let tool = tool.args(["taskset", "-c", outer, "unshare", "-m"]);
        let tool = tool.args(["taskset", "-c", "0,1", "sh", "-ec", inside, &*RUNSHARE]);
        tool.arg(scratch.path()).arg(inner).run()
    };
    // One of the two processors has the lower numbers.
    let refused = (0..5).find_map(|_| {
        let tried = [run("0", "1"), run("1", "0")];
        tried.into_iter().find(|outcome| outcome.code() != 0)
    });
    let need_numbers = refused.is_some();
    if !require::condition(
        need_numbers,
        "Linux since 6.18 numbers mount namespaces for each processor",
    ) {
        return;
    }
    let err = refused.expect("it was asked for").err();
    assert!(err.contains("failed: Invalid argument"), "{err}");
    assert!(err.contains("whose number is lower"), "{err}");
    assert!(err.contains("taskset"), "{err}");
}

#[test]
fn a_root_whose_owner_has_no_id_inside_is_named() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::shared();
    let root = scratch.dir("root");
    let path = root.to_str().unwrap();
    let err = |options: &[&str]| {
        let tool = ordinary(runshare()).env("NSUTILS_HINTS", "always");
        let tool = tool.args(options).args(["--root", path, "/nosuch"]);
        tool.run().err()
    };
    let hint = format!(
        "runshare: hint: {path} belongs to user root, to whom the user namespace gives no ID: inside, that user's files \
         are nobody's and read-only; unpack the root in a user namespace with the same map\n"
    );
    for options in [&["-r"][..], &["-c", "-m"], &["--map-user=5"]] {
        let err = err(options);
        assert!(err.starts_with(&hint), "{options:?}: {err}");
    }
    // One that a map includes, or that is the caller's own, needs none.
    let tool = runshare().env("NSUTILS_HINTS", "always");
    let outcome = tool.args(["-r", "--root", path, "/nosuch"]).run();
    assert!(!outcome.err().contains("belongs to user"), "{outcome}");
    std::os::unix::fs::chown(&root, Some(TESTER), Some(TESTER)).unwrap();
    assert!(!err(&["-r"]).contains("belongs to user"));
}
