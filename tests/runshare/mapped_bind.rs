//! `--bind SRC:DST:idmap`: files have the owners inside that they have outside, whatever the user namespace maps.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::PathBuf;

use nix::errno::Errno;
use nix::libc;

use crate::fixture::{ordinary, runshare};
use testkit::{Scratch, Tool, require};

/// A map of ids that no file of the test has outside.
const MAPS: [&str; 6] = [
    "--map-users=0:200000:65536",
    "--map-groups=0:200000:65536",
    "-S",
    "0",
    "-G",
    "0",
];

/// A directory with files of two owners, and one that is of nobody inside.
fn source(scratch: &Scratch) -> String {
    let source = scratch.dir("source");
    for (name, id) in [("root", 0), ("user", 1234), ("far", 70000)] {
        let file = scratch.file(format!("source/{name}"), "");
        chown(file, Some(id), Some(id + 1)).unwrap();
    }
    source.to_str().unwrap().to_owned()
}

fn owners(directory: &str, name: &str) -> (u32, u32) {
    let status = fs::metadata(PathBuf::from(directory).join(name)).unwrap();
    (status.uid(), status.gid())
}

/// Shows the owners of what is in /mnt.
const SHOW: &str = "cd /mnt && stat -c '%n %u:%g' *";

#[test]
fn owners_are_the_same_inside_and_what_is_made_there_is_of_the_same_outside() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let source = source(&scratch);
    let bind = format!("{source}:/mnt");
    let tool = |options: &[&str]| runshare().args(MAPS).args(options);
    let plain = tool(&["--bind", &bind, "sh", "-c", SHOW]).run().ok();
    let nobody = "far 65534:65534\nroot 65534:65534\nuser 65534:65534\n";
    assert_eq!(plain.out(), nobody);
    let mapped = "far 65534:65534\nroot 0:1\nuser 1234:1235\n";
    for (option, words, more, expected) in [
        ("--bind", "idmap", &[][..], "rw"),
        ("--bind-ro", "idmap", &["--ephemeral"], "ro"),
        (
            "--bind",
            "nosuid,idmap,noexec",
            &["-pf"],
            "rw,nosuid,noexec",
        ),
        ("--bind", "idmap,nodev", &["--init"], "rw,nodev"),
    ] {
        let value = format!("{bind}:{words}");
        let show = format!("{SHOW}; grep ' /mnt ' /proc/self/mountinfo");
        let outcome = tool(more)
            .args([option, &value, "sh", "-c", &show])
            .run()
            .ok();
        let out = outcome.out();
        let mount = out
            .strip_prefix(mapped)
            .unwrap_or_else(|| panic!("{outcome}"));
        let flags = mount.split(' ').nth(5).unwrap().replace(",relatime", "");
        assert_eq!(flags, format!("{expected},idmapped"), "{words} {more:?}");
    }
    let script = "touch /mnt/new && chown 5:6 /mnt/user && chown 7 /mnt/far";
    let value = format!("{bind}:idmap");
    let outcome = tool(&["--bind", &value, "sh", "-c", script]).run();
    assert!(outcome.err().contains("'/mnt/far'"), "{outcome}");
    assert_eq!(owners(&source, "new"), (0, 0));
    assert_eq!(owners(&source, "user"), (5, 6));
    assert_eq!(owners(&source, "far"), (70000, 70001));
}

#[test]
fn a_map_of_one_id_and_mounts_below_are_mapped_as_well() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let source = source(&scratch);
    let bind = format!("{source}:/mnt:idmap");
    let outcome = runshare().args(["-r", "--bind", &bind, "sh", "-c", SHOW]);
    let expected = "far 65534:65534\nroot 0:65534\nuser 65534:65534\n";
    assert_eq!(outcome.run().ok().out(), expected);
    // tmpfs can be mapped from Linux 6.3 on.
    let inner = "mkdir -p $0/inner && mount -t tmpfs none $0/inner && touch $0/inner/file && chown 8:9 $0/inner/file && \
        exec \"$@\"";
    let tool = runshare().args(["-m", "sh", "-c", inner, &source]);
    let tool = tool.arg(&*crate::fixture::RUNSHARE).args(MAPS);
    let outcome = tool
        .args(["--bind", &bind, "stat", "-c", "%u:%g", "/mnt/inner/file"])
        .run();
    if !outcome.err().contains("Invalid argument") {
        assert_eq!(outcome.ok().out(), "8:9\n");
    }
}

#[test]
fn an_owner_of_the_namespace_that_is_not_root_changes_nothing() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let source = source(&scratch);
    let value = format!("{source}:/mnt:idmap");
    let tool = runshare().args(MAPS).args(["--owner", "1001:1001"]);
    let outcome = tool.args(["--bind", &value, "sh", "-c", SHOW]).run().ok();
    assert!(
        outcome.out().ends_with("root 0:1\nuser 1234:1235\n"),
        "{outcome}"
    );
}

#[test]
fn it_requires_maps_a_capability_and_a_kernel() {
    let scratch = Scratch::shared();
    let source = scratch.dir("source");
    let value = format!("{}:/mnt:idmap", source.display());
    let run = |tool: Tool, options: &[&str]| {
        let tool = tool.env("NSUTILS_HINTS", "always").args(options);
        tool.args(["--bind", &value, "true"]).run()
    };
    let maps =
        "runshare: idmap of --bind requires a user namespace with maps of users and groups\n";
    for options in [&[][..], &["--user"], &["--map-user=0"], &["--map-group=0"]] {
        run(runshare(), options).fails(1, maps);
    }
    let failed = |why: &str, hint: &str| {
        let path = source.display();
        format!("runshare: cannot map the IDs of {path}: {why}\nrunshare: hint: {hint}\n")
    };
    if require::user_namespaces() {
        let hint = "idmap requires CAP_SYS_ADMIN in the user namespace of the file system, and that its owners are \
            not mapped already: run this as root, outside of user namespaces";
        let expected = failed("Operation not permitted", hint);
        run(ordinary(runshare()), &["-r"]).fails(1, &expected);
    }
    if !require::root() {
        return;
    }
    for call in [libc::SYS_mount_setattr, libc::SYS_open_tree] {
        let tool = runshare().refusing(call, Errno::ENOSYS);
        let expected = failed("Function not implemented", "idmap requires Linux 5.12");
        run(tool, &["-r"]).fails(1, &expected);
    }
    let line = ["-r", "--bind", "/proc:/mnt:idmap", "true"];
    let outcome = runshare().args(line).run();
    outcome.fails(
        1,
        "runshare: cannot map the IDs of /proc: Invalid argument\n",
    );
    let line = ["-r", "--bind", "/nosuch:/mnt:idmap", "true"];
    let outcome = runshare().args(line).run();
    outcome.fails(
        1,
        "runshare: cannot open /nosuch: No such file or directory\n",
    );
}
