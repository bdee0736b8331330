//! `--mount-api`, `--bind`, `--tmpfs` and their kin, below a new root and without one.

use std::path::Path;

use crate::fixture::{RUNSHARE, TESTER, differential_test, ordinary, runshare};
use testkit::{Scratch, Tool, give_to_user, mounted, require};

/// Shell code that fills the directory `$0` with the machine's programs by mounts, and runs the rest.
const FILL: &str = "for dir in bin lib lib64 usr; do [ ! -e /$dir ] || mount --rbind /$dir $0/$dir; done; shift 0; exec \"$@\"";

/// A root that is filled by [`FILL`].
pub(crate) fn bare_root() -> Scratch {
    let scratch = Scratch::new();
    for name in [
        "bin", "lib", "lib64", "usr", "proc", "sys", "dev", "run", "tmp", "mnt", "etc",
    ] {
        scratch.dir(name);
    }
    scratch.file("etc/resolv.conf", "inside\n");
    scratch
}

/// The tool by an ordinary user, in a user and mount namespace in which the root is filled.
pub(crate) fn in_filled(root: &Scratch, options: &[&str], program: &[&str]) -> Tool {
    let path = root.path().to_str().unwrap();
    let tool = ordinary(runshare()).args(["-rm", "sh", "-c", FILL, path, &RUNSHARE]);
    tool.args(["--root", path]).args(options).args(program)
}

const SHOW: [&str; 2] = ["cat", "/proc/self/mountinfo"];

#[test]
fn the_file_systems_that_programs_expect_are_there_with_either_root_and_any_pid_1() {
    if !require::user_namespaces() {
        return;
    }
    let root = bare_root();
    for options in [
        &["--mount-api"][..],
        &["--mount-api", "--pivot-root"],
        &["--mount-api", "-r", "-pf", "-n", "-i"],
        &["--mount-api", "-pf", "--pivot-root", "-U", "-c"],
        &["--mount-api", "--pid", "--init", "-r"],
        &["--mount-api", "--mount-proc", "-pf"],
    ] {
        let outcome = in_filled(&root, options, &SHOW).run().ok();
        assert_eq!(outcome.err(), "", "{options:?}");
        let table = outcome.out();
        let seen = mounted(&table);
        for (point, filesystem) in [
            ("/proc", "proc"),
            ("/sys", "sysfs"),
            ("/run", "tmpfs"),
            ("/tmp", "tmpfs"),
            ("/dev", "tmpfs"),
            ("/dev/null", "devtmpfs"),
            ("/dev/pts", "devpts"),
            ("/dev/shm", "tmpfs"),
        ] {
            let found = seen.get(point).map(|(_, filesystem)| filesystem.as_str());
            // The devices of a container may be on a tmpfs.
            let expected = found.filter(|_| point == "/dev/null").unwrap_or(filesystem);
            assert_eq!(found, Some(expected), "{options:?} {point}: {table}");
        }
        assert!(seen["/sys"].0.starts_with("ro,"), "{options:?}: {table}");
        let once = table
            .lines()
            .filter(|line| line.split(' ').nth(4) == Some("/proc"));
        assert_eq!(once.count(), 1, "{options:?}: {table}");
    }
}

#[test]
fn programs_find_their_devices_terminals_and_memory() {
    if !require::user_namespaces() {
        return;
    }
    let root = bare_root();
    let program = "echo x >/dev/null && [ -c /dev/zero ] && echo x >/dev/shm/x && cat /dev/shm/x && \
        [ -c /dev/ptmx ] && [ -L /dev/fd ] && : >/dev/new && echo whole";
    let options = ["--mount-api", "-pf", "-c"];
    let outcome = in_filled(&root, &["--mount-api"], &["sh", "-c", program])
        .run()
        .ok();
    assert_eq!(outcome.out(), "x\nwhole\n");
    // A user without capabilities has the same.
    let outcome = in_filled(
        &root,
        &options,
        &[
            "sh",
            "-c",
            "cat /proc/self/mountinfo | wc -l >/dev/null && echo $$",
        ],
    );
    assert_eq!(outcome.run().ok().out(), "1\n");
}

#[test]
fn without_a_root_of_its_own_the_mounts_are_in_the_callers() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    scratch.dir("source");
    scratch.file("source/file", "outside\n");
    let source = scratch.path().join("source");
    let (source, point) = (source.to_str().unwrap(), scratch.dir("point"));
    let point = point.to_str().unwrap();
    let bind = format!("{source}:{point}");
    let show = format!("cat {point}/file; grep -c {point} /proc/self/mountinfo");
    let tool = ordinary(runshare()).args(["-r", "--bind-ro", &bind, "sh", "-c", &show]);
    assert_eq!(tool.run().ok().out(), "outside\n1\n");
    // Linux before 5.8 does not say where mounts begin, and a root that chroot(2) has made need not be one.
    let tool = ordinary(runshare()).refusing(nix::libc::SYS_statx, nix::errno::Errno::ENOSYS);
    let tool = tool.args(["-r", "--bind-ro", &bind, "sh", "-c", &show]);
    assert_eq!(tool.run().ok().out(), "outside\n1\n");
    let tool = ordinary(runshare()).args(["-rn", "--tmpfs", point, "--mount-sys", "--mount-dev"]);
    let table = tool.args(SHOW).run().ok().out();
    let seen = mounted(&table);
    assert_eq!(seen[point], ("rw,nosuid,nodev".into(), "tmpfs".into()));
    assert_eq!(seen["/sys"].0, "ro,nosuid,nodev,noexec");
    assert_eq!(seen["/dev"].1, "tmpfs");
    assert!(!Path::new(point).join("file").exists());
}

#[test]
fn what_is_missing_or_in_the_way_is_said() {
    for (options, message) in [
        (
            &["--mount-api", "true"][..],
            "option --mount-api requires --root",
        ),
        (
            &["--resolv-conf=off", "true"],
            "option --resolv-conf requires --root",
        ),
        (
            &["--mount-api=all", "--root", "/", "true"],
            "unsupported --mount-api argument 'all'",
        ),
        (
            &["--tmpfs", "/tmp", "--propagation", "shared", "true"],
            "mounts below the root require --propagation private or slave",
        ),
        (
            &["--bind", ":/x", "true"],
            "invalid --bind argument ':/x': SRC must not be empty or begin with '+'",
        ),
    ] {
        runshare()
            .args(options)
            .run()
            .fails(1, &format!("runshare: {message}\n"));
    }
    if !require::user_namespaces() {
        return;
    }
    for (options, message) in [
        (
            &["--bind", "/nosuch"][..],
            "cannot open /nosuch: No such file or directory",
        ),
        (
            &["--tmpfs", "/tmp:bad"],
            "mount /tmp failed: tmpfs: Unknown parameter 'bad'",
        ),
        (
            &["--mount-api", "--root", "/nosuch"],
            "cannot change root directory to '/nosuch': No such file or directory",
        ),
    ] {
        let tool = ordinary(runshare()).arg("-r").args(options).arg("true");
        tool.run().fails(1, &format!("runshare: {message}\n"));
    }
}

#[test]
fn the_original_knows_none_of_these_options() {
    let Some(test) = differential_test() else {
        return;
    };
    let invalid = |option: &str, why: &str| format!("invalid {option} argument '': {why}");
    let source = "SRC must not be empty or begin with '+'";
    for (word, message) in [
        (
            "--mount-api",
            "option --mount-api requires --root".to_owned(),
        ),
        (
            "--mount-a=host",
            "option --mount-api requires --root".to_owned(),
        ),
        (
            "--resolv-conf=on",
            "unsupported --resolv-conf argument 'on'".to_owned(),
        ),
        ("--bind=", invalid("--bind", source)),
        ("--bind-ro=", invalid("--bind-ro", source)),
        ("--tmpfs=", invalid("--tmpfs", "DIR must not be empty")),
        (
            "--mount-dev=/x",
            "option --mount-api requires --root".to_owned(),
        ),
        (
            "--mount-sys",
            "option --mount-api requires --root".to_owned(),
        ),
    ] {
        let line = |tool: Tool| tool.args([word, "--mount-api", "true"]);
        let (ours, theirs) = test.run_both(line);
        ours.fails(1, &format!("unshare: {message}\n"));
        let unknown = format!("unshare: unrecognized option '{word}'\n");
        theirs.fails(
            1,
            &(unknown + "Try 'unshare --help' for more information.\n"),
        );
    }
}

#[test]
fn an_ephemeral_root_of_a_user_takes_what_is_written_to_memory() {
    if !require::user_namespaces() {
        return;
    }
    let root = bare_root();
    let open_to_all = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(root.path(), open_to_all).unwrap();
    let script = "echo new >/new && cat /new && cat /etc/resolv.conf && [ -e /usr/bin/env ] && { rmdir /mnt 2>&1; [ -e /mnt ] || echo removed; }";
    // In a second user namespace each directory is a mount of its own, which cannot be removed.
    let busy = "rmdir: failed to remove '/mnt': Device or resource busy\n";
    for (options, removed) in [
        (&["--ephemeral"][..], "removed\n"),
        (&["--ephemeral", "--pivot-root"], "removed\n"),
        (&["--ephemeral", "-r"], busy),
        (&["--ephemeral", "-U", "-r", "-pf", "--mount-proc"], busy),
    ] {
        let outcome = in_filled(&root, options, &["sh", "-c", script]).run();
        if outcome.err().contains("requires Linux 6.6") {
            return;
        }
        let out = outcome.out();
        assert_eq!(
            out,
            format!("new\ninside\n{removed}"),
            "{options:?} {outcome}"
        );
        let names = ["new", "mnt"].map(|name| root.path().join(name).exists());
        assert_eq!(names, [false, true], "{options:?}");
    }
}

#[test]
fn the_callers_own_root_can_be_ephemeral() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let directory = scratch.dir("all");
    give_to_user(TESTER, [scratch.path(), &directory]);
    let name = directory.to_str().unwrap();
    let script = format!("echo new >{name}/new && cat {name}/new && pwd && cat /proc/self/comm");
    let tool = ordinary(runshare()).current_dir(&directory);
    let outcome = tool.args(["-r", "--ephemeral", "sh", "-c", &script]).run();
    if outcome.err().contains("requires Linux 6.6") {
        return;
    }
    let working = directory.canonicalize().unwrap();
    assert_eq!(
        outcome.ok().out(),
        format!("new\n{}\ncat\n", working.display())
    );
    assert!(!directory.join("new").exists());
}

#[test]
fn who_has_no_number_in_the_user_namespace_can_mount_as_its_root() {
    if !require::root() {
        return;
    }
    let maps = ["--map-users=0:100000:65536", "--map-groups=0:100000:65536"];
    let show = "echo x >/dev/null && : >/dev/shm/x && ls -ln /dev/shm/x && ls -dn /dev";
    let tool = runshare()
        .args(maps)
        .args(["--mount-dev", "-S", "0", "-G", "0"]);
    let outcome = tool.args(["sh", "-c", show]).run().ok();
    assert_eq!(outcome.err(), "");
    for line in outcome.out().lines() {
        let owner: Vec<&str> = line.split_whitespace().skip(2).take(2).collect();
        assert_eq!(owner, ["0", "0"], "{line}");
    }
}
