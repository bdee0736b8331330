//! `--pivot-root`: what mountinfo shows inside is the new root and nothing else, and nothing has changed outside.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, mount, umount2};

use crate::fixture::{RUNSHARE, ordinary, runshare};
use testkit::{Scratch, Tool, in_mount_namespace, mount_points, require};

/// Every mount of this process.
fn mountinfo() -> String {
    fs::read_to_string("/proc/thread-self/mountinfo").unwrap()
}

/// A root with the machine's programs in it, of which this is the shell's first part: it fills the directory `$0` by
/// mounts and takes itself away.
const FILL: &str = "for dir in bin lib lib64 usr; do [ ! -e /$dir ] || mount --rbind /$dir $0/$dir; done; shift 0; exec \"$@\"";

pub(crate) fn bare_root() -> Scratch {
    let scratch = Scratch::new();
    for name in [
        "bin",
        "lib",
        "lib64",
        "usr",
        "proc",
        "sub/inner",
        "only here",
    ] {
        scratch.dir(name);
    }
    scratch
}

/// The tool, by an ordinary user, in a mount namespace whose root this script fills.
pub(crate) fn ordinary_in(fill: &str, root: &str, options: &[&str], program: &[&str]) -> Tool {
    let tool = ordinary(runshare()).args(["-rm", "sh", "-c", fill, root, &RUNSHARE]);
    tool.args(options).args(program)
}

/// The tool with a root that is filled in a mount namespace of its own, so that anybody can.
fn in_filled(root: &str, options: &[&str], program: &[&str]) -> Tool {
    let tool = ordinary(runshare()).args(["-rm", "sh", "-c", FILL, root, &RUNSHARE]);
    tool.args(["--pivot-root", "--root", root])
        .args(options)
        .args(program)
}

#[test]
fn nothing_is_left_of_the_old_root_and_what_was_mounted_in_the_new_one_stays() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = bare_root();
    let root = scratch.path().to_str().unwrap();
    for options in [&[][..], &["-U", "-c"], &["-pf"], &["-rpf", "-u"]] {
        let show = ["/bin/sh", "-c", "pwd; echo *; cat /proc/self/mountinfo"];
        let options = [options, &["--mount-proc", "-pf"]].concat();
        let outcome = in_filled(root, &options, &show).run().ok();
        let output = outcome.out();
        let (seen, mounts) = output.split_at(output.match_indices('\n').nth(1).unwrap().0 + 1);
        assert_eq!(seen, "/\nbin lib lib64 only here proc sub usr\n");
        let points: Vec<PathBuf> = mount_points(mounts.as_bytes()).collect();
        let count_at = |path: &str| {
            let at = points.iter().filter(|point| *point == Path::new(path));
            at.count()
        };
        assert_eq!(
            points.first().map(PathBuf::as_path),
            Some(Path::new("/")),
            "the root is the first mount: {mounts}"
        );
        assert_eq!(count_at("/"), 1, "one mount is on the root: {mounts}");
        let known = ["/bin", "/lib", "/lib64", "/usr", "/proc"];
        let is_known = |point: &PathBuf| known.iter().any(|top| point.starts_with(top));
        assert!(
            points.iter().skip(1).all(is_known),
            "no other mounts: {mounts}"
        );
        for path in ["/usr", "/proc"] {
            assert!(count_at(path) > 0, "{path} is mounted: {mounts}");
        }
    }
}

#[test]
fn user_namespaces_can_be_made_inside_which_chroot_forbids() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = bare_root();
    scratch.file("sub/runshare", fs::read(RUNSHARE).unwrap());
    let inner = scratch.path().join("sub/runshare");
    fs::set_permissions(inner, fs::Permissions::from_mode(0o755)).unwrap();
    let root = scratch.path().to_str().unwrap();
    let program = ["/sub/runshare", "--user", "sh", "-c", "echo made"];
    assert_eq!(in_filled(root, &[], &program).run().ok().out(), "made\n");
    let tool = ordinary(runshare()).args(["-rm", "sh", "-c", FILL, root, &RUNSHARE]);
    let refused = "runshare: unshare failed: Operation not permitted\n";
    tool.args(["--root", root])
        .args(program)
        .run()
        .fails(1, refused);
}

#[test]
fn there_is_no_way_back() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = bare_root();
    let root = scratch.path().to_str().unwrap();
    let tries = "cd /..; echo *; cd ../../..; echo *";
    for options in [&[][..], &["-w", "/.."], &["-w", "sub/inner/../../../.."]] {
        let outcome = in_filled(root, options, &["/bin/sh", "-c", tries])
            .run()
            .ok();
        let inside = "bin lib lib64 only here proc sub usr\n";
        assert_eq!(outcome.out(), inside.repeat(2), "{options:?}");
    }
}

#[test]
fn the_directory_may_be_named_in_any_way_and_be_a_mount_or_none() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = bare_root();
    symlink("sub", scratch.path().join("link")).unwrap();
    let root = scratch.path().to_str().unwrap();
    let show = ["/bin/sh", "-c", "pwd; echo *"];
    let whole = "/\nbin lib lib64 link only here proc sub usr\n";
    let mounted = "mount -t tmpfs none $0/sub && cd $0/sub && mkdir usr bin lib lib64 && cd $0 && \
        for dir in bin lib lib64 usr; do [ ! -e /$dir ] || mount --rbind /$dir $dir && [ ! -e /$dir ] || mount --rbind /$dir sub/$dir; done; exec \"$@\"";
    for (named, expected) in [
        (root, whole),
        (".", whole),
        ("sub/..", whole),
        ("sub", "/\nbin lib lib64 usr\n"),
        ("link", "/\nbin lib lib64 usr\n"),
        ("link/", "/\nbin lib lib64 usr\n"),
    ] {
        let tool = ordinary(runshare()).args(["-rm", "sh", "-c", mounted, root, &RUNSHARE]);
        let outcome = tool
            .args(["--pivot-root", "-R", named])
            .args(show)
            .run()
            .ok();
        assert_eq!(outcome.out(), expected, "{named}");
    }
}

#[test]
fn the_present_root_itself_may_be_the_new_one() {
    if !require::user_namespaces() {
        return;
    }
    let tool = ordinary(runshare()).args(["-rpf", "--pivot-root", "--root", "/", "--mount-proc"]);
    let show = "cd /..; pwd; echo /proc/[0-9]*; cut -d ' ' -f 5 /proc/self/mountinfo | grep -cx /; \
                \"$0\" -U true && echo nested";
    let outcome = tool.args(["sh", "-c", show, &RUNSHARE]).run().ok();
    assert_eq!(outcome.out(), "/\n/proc/1\n1\nnested\n");
}

#[test]
fn the_working_directory_is_inside_as_with_root_alone() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = bare_root();
    let root = scratch.path().to_str().unwrap();
    for (directory, expected) in [
        ("/sub/inner", "/sub/inner\n"),
        ("sub", "/sub\n"),
        ("..", "/\n"),
        ("/", "/\n"),
    ] {
        let outcome = in_filled(root, &["--wd", directory], &["/bin/sh", "-c", "pwd -P"]);
        assert_eq!(outcome.run().ok().out(), expected);
    }
    let refused = "runshare: cannot change directory to /etc: No such file or directory\n";
    let outcome = in_filled(root, &["--wd", "/etc"], &["/bin/true"]).run();
    outcome.fails(1, refused);
}

#[test]
fn an_interpreter_is_registered_before_the_old_root_is_gone() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = bare_root();
    scratch.file("sub/program", "NSX1 whatever");
    fs::set_permissions(
        scratch.path().join("sub/program"),
        fs::Permissions::from_mode(0o755),
    )
    .unwrap();
    // Of the old root, where alone it is.
    let interpreter = Scratch::new();
    let echo = interpreter.path().join("echo");
    fs::copy("/bin/echo", &echo).unwrap();
    testkit::wait_for_writers(&echo);
    let root = scratch.path().to_str().unwrap();
    let line = format!(":nsx:M::NSX1::{}:F", echo.display());
    let options = ["-rpf", "--load-interp", &line];
    let outcome = in_filled(root, &options, &["/sub/program", "argument"])
        .run()
        .ok();
    assert_eq!(outcome.out(), "/sub/program argument\n");
}

#[test]
fn the_program_may_be_another_user_and_has_no_descriptor_of_either_root() {
    if !require::root() {
        return;
    }
    let show = "id -u; for n in 3 4 5 6 7 8 9; do [ -e /proc/self/fd/$n ] && echo $n; done; :";
    let tool = runshare().args(["--pivot-root", "-R", "/", "-S", "1001", "sh", "-c", show]);
    assert_eq!(tool.run().ok().out(), "1001\n");
}

#[test]
fn the_caller_sees_nothing_of_it_though_its_mounts_are_shared() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let root = scratch.path().to_str().unwrap();
    in_mount_namespace(MsFlags::MS_SHARED, || {
        let before = mountinfo();
        for options in [
            &[][..],
            &["--propagation=slave"],
            &["-r"],
            &["-f"],
            &["--mount-proc=/proc"],
        ] {
            let tool = runshare()
                .args(["--pivot-root", "--root", "/"])
                .args(options);
            tool.args(["sh", "-c", "mount -t tmpfs none /mnt"])
                .run()
                .ok();
            assert_eq!(mountinfo(), before, "{options:?}");
        }
        // It fails where it has just mounted the root upon itself.
        let tool = runshare().args(["--pivot-root", "--root", root]);
        assert_eq!(tool.args(["--mount-proc", "true"]).run().code(), 1);
        assert_eq!(mountinfo(), before);
    });
}

#[test]
fn what_the_caller_mounts_later_arrives_in_a_slave() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let point = scratch.dir("point");
    let waits = "echo up; read word; [ -e \"$0/arrived\" ] && echo arrived || echo not";
    for (mode, expected) in [("slave", "arrived\n"), ("private", "not\n")] {
        in_mount_namespace(MsFlags::MS_SHARED, || {
            let tool = runshare().args(["--pivot-root", "--root", "/", "--propagation", mode]);
            let tool = tool.terminal(80, 24).args(["sh", "-c", waits]).arg(&point);
            let mut tool = tool.spawn();
            tool.read_until("up\n");
            mount(
                Some("none"),
                &point,
                Some("tmpfs"),
                MsFlags::empty(),
                None::<&str>,
            )
            .unwrap();
            fs::write(point.join("arrived"), "").unwrap();
            tool.type_in("\n");
            let outcome = tool.wait().ok();
            umount2(&point, MntFlags::MNT_DETACH).unwrap();
            assert!(outcome.out().ends_with(expected), "{mode} {outcome}");
        });
    }
}

#[test]
fn what_cannot_be_the_root_is_reported() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let file = scratch.file("file", "");
    let file = file.to_str().unwrap();
    for (named, reason) in [
        ("/nosuch", "No such file or directory"),
        (file, "Not a directory"),
        ("", "No such file or directory"),
    ] {
        let refused = format!("runshare: cannot change root directory to '{named}': {reason}\n");
        let tool = ordinary(runshare()).args(["-r", "--pivot-root", "--root", named, "true"]);
        tool.run().fails(1, &refused);
    }
}

#[test]
fn it_requires_a_root_and_mounts_that_are_not_shared() {
    let alone = runshare().args(["-r", "--pivot-root", "true"]);
    alone
        .run()
        .fails(1, "runshare: option --pivot-root requires --root\n");
    for mode in ["shared", "unchanged"] {
        let tool = runshare().args(["--pivot-root", "-R", "/", "--propagation", mode, "true"]);
        tool.run().fails(
            1,
            "runshare: option --pivot-root requires --propagation private or slave\n",
        );
    }
}
