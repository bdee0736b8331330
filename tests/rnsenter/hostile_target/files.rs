//! Files of users and groups inside, and what may stand in their place.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;

use nix::sys::stat::{Mode, SFlag, makedev, mknod};
use nix::unistd::mkfifo;
use testkit::require;

use super::{EVIL, HostileRoot, PARTIES, enter, is_harmless};
use crate::fixture::{Container, TESTER, rnsenter};

/// What puts it there.
type MakeFile = Box<dyn Fn(&Path)>;

/// What stands in the place of a file: FIFOs, devices, more than memory has, links, and what is no table.
fn hostile_files() -> Vec<(&'static str, MakeFile)> {
    let with = |text: String| move |file: &Path| fs::write(file, &text).unwrap();
    let to = |target: &'static str| move |file: &Path| symlink(target, file).unwrap();
    vec![
        (
            "a FIFO",
            Box::new(|file: &Path| mkfifo(file, Mode::from_bits_truncate(0o666)).unwrap()),
        ),
        (
            "a device",
            Box::new(|file: &Path| {
                let zero = makedev(1, 5);
                mknod(file, SFlag::S_IFCHR, Mode::from_bits_truncate(0o666), zero).unwrap();
            }),
        ),
        (
            "1 GiB",
            Box::new(|file: &Path| File::create(file).unwrap().set_len(1 << 30).unwrap()),
        ),
        (
            "a directory",
            Box::new(|file: &Path| fs::create_dir(file).unwrap()),
        ),
        ("a link out", Box::new(to("../../secret"))),
        ("a link to itself", Box::new(to("passwd"))),
        ("a link to a descriptor", Box::new(to("/proc/self/fd/0"))),
        (
            "an endless line",
            Box::new(with("bob:x:0:0:".repeat(90_000))),
        ),
        (
            "a line without an end",
            Box::new(with("bob:x:0".to_owned())),
        ),
        (
            "a number that is none",
            Box::new(with("bob:x:-1:-1::/:/bin/sh\n".to_owned())),
        ),
        (
            "a number too large",
            Box::new(with("bob:x:4294967295:4294967296::/:/bin/sh\n".to_owned())),
        ),
        (
            "a shell that is an escape sequence",
            Box::new(with(format!(
                "root:x:0:0::/:/bin/{EVIL}\nbob:x:0:0::/:/bin/{EVIL}\n"
            ))),
        ),
        (
            "a shell outside",
            Box::new(with("root:x:0:0::/:/../../bin/dash\n".to_owned())),
        ),
    ]
}

#[test]
fn files_of_users_and_groups_are_read_as_files_inside_or_not_at_all() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    for (what, make) in &hostile_files() {
        let spoil = |root: &Path| {
            for name in ["passwd", "group"] {
                make(&root.join("etc").join(name));
            }
        };
        let Some(root) = HostileRoot::new(&spoil) else {
            return;
        };
        for (caller, owner, options) in PARTIES {
            let Some(container) = root.container(owner, options, |tool| tool.no_env()) else {
                return;
            };
            // The shell of passwd inside, if it is one, else /bin/sh inside.
            let outcome = enter(caller, &container, &["--as-target"]);
            is_harmless(&outcome, what);
            assert_eq!(outcome.out(), "shell -sh\n", "{what}\n{outcome}");
            for option in ["-S", "-G", "--groups"] {
                let words = ["--as-target", option, "bob", "/bin/id"];
                is_harmless(&enter(caller, &container, &words), what);
            }
            // The caller's files are as they were.
            let outcome = enter(
                caller,
                &container,
                &["--tools", "/bin/cat", "/etc/hostname"],
            );
            is_harmless(&outcome.ok(), what);
        }
    }
}

#[test]
fn a_number_in_the_file_of_the_target_is_that_of_its_user_namespace() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    // A name that the caller may think is harmless has the number 0 inside.
    let spoil = |root: &Path| fs::write(root.join("etc/passwd"), "nobody:x:0:0::/:\n").unwrap();
    let Some(root) = HostileRoot::new(&spoil) else {
        return;
    };
    let (_, owner, options) = PARTIES[1];
    let Some(container) = root.container(owner, options, |tool| tool) else {
        return;
    };
    let words = ["--as-target", "-S", "nobody", "/bin/sleep", "1000"];
    let pid = container.pid().to_string();
    let inside = Container::made_by(rnsenter().args(["-t", &pid]).args(words));
    let status = fs::read_to_string(inside.proc("status")).unwrap();
    let uid = format!("Uid:\t{TESTER}\t{TESTER}\t{TESTER}\t{TESTER}\n");
    assert!(status.contains(&uid), "{status}");
    assert!(status.contains("CapBnd"), "{status}");
}
