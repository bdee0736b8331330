//! `--mount-api`, `--bind`, `--tmpfs` and their kin: what the command finds mounted, and that nothing of it is left.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use nix::errno::Errno;
use nix::libc;

use crate::fixture::{Fixture, RCHROOT, files, mounts_below, whole};
use testkit::{Tool, mounted, require};

fn rchroot() -> Tool {
    Tool::new(RCHROOT).argv0("rchroot")
}

/// What the command finds mounted where, with these options.
fn seen(fixture: &Fixture, options: &[&str]) -> BTreeMap<String, (String, String)> {
    let tool = fixture.root(rchroot()).args(options);
    let outcome = tool
        .args(["jail", "cat", "/proc/self/mountinfo"])
        .run()
        .ok();
    assert_eq!(outcome.err(), "", "{options:?}");
    mounted(&outcome.out())
}

#[test]
fn the_file_systems_that_programs_expect_are_there_for_root_and_are_gone_afterwards() {
    if !require::root() {
        return;
    }
    let fixture = whole();
    let jail = fixture.scratch.path().join("jail");
    let before = files(&jail);
    for (mode, dev) in [
        ("--mount-api=private", "tmpfs"),
        ("--mount-api=host", "devtmpfs"),
    ] {
        let seen = seen(&fixture, &[mode]);
        for (point, options, filesystem) in [
            ("/proc", "rw,nosuid,nodev,noexec", "proc"),
            ("/sys", "ro,nosuid,nodev,noexec", "sysfs"),
            ("/run", "rw,nosuid,nodev", "tmpfs"),
            ("/tmp", "rw,nosuid,nodev", "tmpfs"),
            ("/dev", "rw,nosuid", dev),
            ("/dev/pts", "rw,nosuid,noexec", "devpts"),
            ("/dev/shm", "rw,nosuid,nodev", "tmpfs"),
        ] {
            let expected = (options.to_owned(), filesystem.to_owned());
            assert_eq!(seen.get(point), Some(&expected), "{mode}: {point}");
        }
        let (options, _) = &seen["/etc/resolv.conf"];
        assert_eq!(options, "ro,nosuid,nodev,noexec", "{mode}");
        assert_eq!(
            seen.contains_key("/dev/null"),
            mode == "--mount-api=private"
        );
    }
    assert_eq!(files(&jail), before);
    assert_eq!(mounts_below(&jail), [] as [PathBuf; 0]);
}

#[test]
fn what_a_user_may_mount_is_there_in_a_user_namespace() {
    let Some(runshare) =
        require::workspace_program("runshare").filter(|_| require::user_namespaces())
    else {
        return;
    };
    let fixture = whole();
    for directory in ["jail", "jail/etc", "."] {
        fixture.scratch.dir(directory);
    }
    for (namespaces, sys) in [("-r", "bound"), ("-rpfni", "new")] {
        let tool = fixture
            .ordinary(Tool::new(&runshare))
            .args([namespaces, &RCHROOT]);
        let outcome = tool
            .args(["--mount-api", "jail", "cat", "/proc/self/mountinfo"])
            .run()
            .ok();
        let seen = mounted(&outcome.out());
        assert_eq!(seen["/dev"].1, "tmpfs", "{namespaces}");
        assert_eq!(seen["/dev/null"].1, "devtmpfs", "{namespaces}");
        assert_eq!(seen["/proc"].0, "rw,nosuid,nodev,noexec", "{namespaces}");
        assert!(seen["/sys"].0.starts_with("ro,"), "{namespaces}: {seen:?}");
        assert_eq!(
            seen.contains_key("/dev/mqueue"),
            sys == "new",
            "{namespaces}"
        );
        let writes = "echo x >/dev/null && echo x >/dev/shm/x && echo x >/tmp/x && cat /dev/shm/x";
        let tool = fixture
            .ordinary(Tool::new(&runshare))
            .args([namespaces, &RCHROOT]);
        let outcome = tool
            .args(["--mount-api", "jail", "sh", "-c", writes])
            .run()
            .ok();
        assert_eq!(outcome.out(), "x\n");
    }
}

#[test]
fn resolv_conf_is_the_callers_through_every_link_and_nothing_is_written() {
    if !require::root() {
        return;
    }
    let fixture = whole();
    let jail = fixture.scratch.path().join("jail");
    let link = jail.join("etc/resolv.conf");
    let callers = fixture.scratch.file("callers", "nameserver 192.0.2.1\n");
    for target in [
        "/run/nowhere",
        "../run/nowhere",
        "/etc/passwd",
        "resolv.conf",
        "/nosuch/x",
    ] {
        fs::remove_file(&link).unwrap();
        symlink(target, &link).unwrap();
        let before = files(&jail);
        let tool = || {
            fixture
                .root(rchroot())
                .bind_over(&callers, "/etc/resolv.conf")
        };
        let shown = ["jail", "cat", "/etc/resolv.conf"];
        let outcome = tool().arg("--mount-api").args(shown).run().ok();
        assert_eq!(outcome.out(), "nameserver 192.0.2.1\n", "{target}");
        let outcome = tool().arg("--resolv-conf=auto").args(shown).run().ok();
        assert_eq!(outcome.out(), "nameserver 192.0.2.1\n", "{target}");
        let off = tool()
            .args(["--mount-api", "--resolv-conf=off"])
            .args(shown)
            .run();
        assert_ne!(off.out(), "nameserver 192.0.2.1\n", "{target}");
        assert_eq!(files(&jail), before, "{target}");
    }
    // A root that has neither file nor link gets none.
    fs::remove_file(&link).unwrap();
    let outcome = fixture
        .root(rchroot())
        .args(["--mount-api", "jail", "cat", "/etc/resolv.conf"]);
    outcome
        .run()
        .fails(1, "cat: /etc/resolv.conf: No such file or directory\n");
    assert!(link.symlink_metadata().is_err());
}

#[test]
fn binds_and_tmpfs_are_mounted_in_their_order_with_their_options() {
    if !require::root() {
        return;
    }
    let fixture = whole();
    fixture.scratch.dir("shared/a:b");
    fixture.file("shared/a:b/file", "outside\n");
    let source = fixture.path("shared/a:b").replace(':', "\\:");
    let bind = |options: &str| format!("{source}:/mnt/new{options}");
    for (option, value, expected) in [
        ("--bind", bind(""), "rw"),
        ("--bind-ro", bind(""), "ro"),
        (
            "--bind",
            bind(":noexec,nodev,nosuid"),
            "rw,nosuid,nodev,noexec",
        ),
        ("--bind-ro", bind(":noexec"), "ro,noexec"),
    ] {
        let seen = seen(&fixture, &[option, &value]);
        assert_eq!(seen["/mnt/new"].0, expected, "{option} {value}");
        let tool = fixture.root(rchroot()).args([option, &value]);
        let outcome = tool.args(["jail", "cat", "/mnt/new/file"]).run().ok();
        assert_eq!(outcome.out(), "outside\n");
    }
    // A later mount covers an earlier one, and is mounted in it.
    let options = [
        "--tmpfs",
        "/mnt:size=64k,mode=1777,noexec",
        "--bind",
        &bind(""),
    ];
    let seen = seen(&fixture, &options);
    assert_eq!(
        seen["/mnt"],
        ("rw,nosuid,nodev,noexec".into(), "tmpfs".into())
    );
    assert!(seen.contains_key("/mnt/new"));
    let covers = ["--bind", &bind(""), "--tmpfs", "/mnt"];
    let tool = fixture
        .root(rchroot())
        .args(covers)
        .args(["jail", "cat", "/mnt/new/file"]);
    tool.run()
        .fails(1, "cat: /mnt/new/file: No such file or directory\n");
    // A file on a file that is made for it.
    let file = format!("{source}/file:/mnt/one");
    let tool = fixture
        .root(rchroot())
        .args(["--bind-ro", &file, "jail", "cat", "/mnt/one"]);
    assert_eq!(tool.run().ok().out(), "outside\n");
}

#[test]
fn what_is_wrong_is_said_before_anything_is_mounted() {
    if !require::root() {
        return;
    }
    let fixture = whole();
    fixture.file("jail/file", "");
    let more = "Try 'rchroot --help' for more information.\n";
    for (options, message) in [
        (
            &["--mount-api=hots"][..],
            "unsupported --mount-api argument 'hots'\n".to_owned() + more,
        ),
        (
            &["--resolv-conf=on"],
            "unsupported --resolv-conf argument 'on'\n".to_owned() + more,
        ),
        (
            &["--bind", "+x"],
            "invalid --bind argument '+x': SRC must not be empty or begin with '+'\n".to_owned()
                + more,
        ),
        (
            &["--bind", "/etc:/mnt:idmap"],
            "idmap of --bind requires a new user namespace: use runshare --root\n".to_owned()
                + more,
        ),
        (
            &["--bind", "/nosuch"],
            "cannot open /nosuch: No such file or directory\n".into(),
        ),
        (
            &["--tmpfs", "/x:bad=1"],
            "mount /x failed: tmpfs: Unknown parameter 'bad'\n".into(),
        ),
        (
            &["--tmpfs", "/"],
            "mount / failed: Device or resource busy\n".into(),
        ),
        (
            &["--tmpfs", "/file"],
            "mount /file failed: Not a directory\n".into(),
        ),
        (
            &["--bind", "/etc/hostname:/etc"],
            "bind /etc/hostname on /etc failed: the first is a file, the second a directory\n"
                .into(),
        ),
    ] {
        let tool = fixture.root(rchroot()).args(options).args(["jail", "cat"]);
        tool.run().fails(125, &format!("rchroot: {message}"));
    }
    let tool = || fixture.root(rchroot()).arg("--mount-api");
    let missing = "rchroot: cannot change root directory to 'missing': No such file or directory\n";
    tool().args(["missing", "cat"]).run().fails(125, missing);
    let refused = "rchroot: cannot change root directory to 'jail': Operation not permitted\n";
    let tool = fixture.ordinary(rchroot()).arg("--mount-api");
    tool.args(["jail", "cat"]).run().fails(125, refused);
}

#[test]
fn older_kernels_have_the_same_mounts() {
    if !require::root() {
        return;
    }
    let fixture = whole();
    fixture.scratch.dir("shared/inner");
    let bind = format!("{}:/mnt", fixture.path("shared"));
    let options = [
        "--mount-api=private",
        "--bind-ro",
        &bind,
        "--tmpfs",
        "/mnt/inner:noexec",
    ];
    let expected = seen(&fixture, &options);
    let calls = [
        &[libc::SYS_mount_setattr][..],
        &[libc::SYS_mount_setattr, libc::SYS_openat2],
        &[
            libc::SYS_mount_setattr,
            libc::SYS_openat2,
            libc::SYS_fsopen,
            libc::SYS_open_tree,
            libc::SYS_move_mount,
        ],
    ];
    for calls in calls {
        let tool =
            fixture
                .root(rchroot())
                .args(options)
                .args(["jail", "cat", "/proc/self/mountinfo"]);
        let tool = calls
            .iter()
            .fold(tool, |tool, call| tool.refusing(*call, Errno::ENOSYS));
        let mut found = mounted(&tool.run().ok().out());
        let mut expected = expected.clone();
        // The root is no mount of its own there: a mount namespace that is entered by chroot needs none.
        found.remove("/");
        expected.remove("/");
        assert_eq!(found, expected, "{calls:?}");
    }
}

#[test]
fn the_environment_is_empty_chosen_or_that_of_a_login() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let shown = |options: &[&str]| {
        let tool = fixture
            .root(rchroot())
            .env("TERM", "vt100")
            .env("A", "1")
            .env("B", "2");
        let outcome = tool.args(options).args(["jail", "/usr/bin/env"]).run().ok();
        let text = outcome.out();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let none: [&str; 0] = [];
    assert_eq!(shown(&["--clear-env"]), none);
    assert_eq!(
        shown(&["--whitelist-env=A,NOSUCH", "--whitelist-env", "B"]),
        ["A=1", "B=2"]
    );
    assert_eq!(shown(&["--clear-env", "--whitelist-env=A"]), ["A=1"]);
    assert_eq!(shown(&["--whitelist-env=A", "--clear-env"]), none);
    let root = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let expected = [
        "HOME=/root",
        "LOGNAME=root",
        root,
        "SHELL=/bin/sh",
        "TERM=vt100",
        "USER=root",
    ];
    assert_eq!(shown(&["--reset-env"]), expected);
    let user = "PATH=/usr/local/bin:/usr/bin:/bin";
    let expected = [
        "HOME=/",
        "LOGNAME=jailon",
        user,
        "SHELL=/bin/sh",
        "TERM=vt100",
        "USER=jailon",
    ];
    assert_eq!(shown(&["--reset-env", "--userspec=jailon"]), expected);
    let expected = ["HOME=/", user, "SHELL=/bin/sh", "TERM=vt100"];
    assert_eq!(
        shown(&["--reset-env", "--userspec=+31000:+31000"]),
        expected
    );
}

#[test]
fn a_mount_point_that_cannot_be_made_is_named_with_what_mends_it() {
    let Some(runshare) = require::workspace_program("runshare").filter(|_| require::root()) else {
        return;
    };
    let fixture = Fixture::new();
    let read_only = "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && root=$1 && shift && \
        exec \"$@\" \"$root\" cat";
    for (options, point) in [
        (&["--tmpfs", "/none/x"][..], "/none/x"),
        (&["--bind", "/etc:/none"], "/none"),
    ] {
        let tool = Tool::new(&runshare).env("NSUTILS_HINTS", "always");
        let line = [
            "-m",
            "sh",
            "-c",
            read_only,
            "sh",
            &fixture.path("jail"),
            &RCHROOT,
        ];
        let outcome = tool.args(line).args(options).run();
        let expected = format!(
            "rchroot: cannot make mount point {point}: Read-only file system\n\
             rchroot: hint: the root lacks {point}, which cannot be made because the root is read-only: make it \
             from outside, or add --ephemeral\n"
        );
        outcome.fails(125, &expected);
        // Memory has place for it.
        let tool = Tool::new(&runshare).args(line).args(["--ephemeral"]);
        tool.args(options).run().ok();
    }
}
