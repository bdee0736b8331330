//! Hints: a second line with the cause of a failure, each cause made here as it comes about in a root. What is not
//! asked for hints says what the original says, to the byte: [`DifferentialTest::hint`] sees to that every time.

mod program;
mod usage;

use std::path::Path;

use nix::errno::Errno;
use nix::libc::SYS_chroot;

use crate::fixture::{Fixture, RCHROOT, differential_test};
use testkit::{Tool, require};

/// The hint that ours gives root when it is called so; none where the originals are missing.
#[track_caller]
fn hint(fixture: &Fixture, args: &[&str]) -> Option<String> {
    hint_with(fixture, |tool| tool.args(args))
}

#[track_caller]
fn hint_with(fixture: &Fixture, setup: impl Fn(Tool) -> Tool) -> Option<String> {
    let hint = differential_test()?.hint(|tool| setup(fixture.root(tool)));
    Some(hint.expect("there is a hint"))
}

#[test]
fn a_noexec_mount_is_named_with_the_command_that_changes_it() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let script = "mount -t tmpfs -o noexec none \"$2/tmp\"; cp /bin/true \"$2/tmp/true\"
        mount --bind /proc \"$2/proc\"; $3
        exec \"$1\" \"$2\" /tmp/true";
    let situation = |program: &Path, more: &str| {
        let unshare = Tool::new(testkit::originals().join("bin/unshare"));
        let tool =
            fixture
                .root(unshare)
                .args(["-m", "sh", "-e", "-c", &script.replace("$3", more), "sh"]);
        tool.arg(program).arg(fixture.path("jail"))
    };
    let hint_text = diff
        .hint_in(|program| situation(program, ""))
        .expect("there is a hint");
    let expected = "/tmp/true is on /tmp, which is mounted noexec: `mount -o remount,exec /tmp` allows programs to run there";
    assert_eq!(hint_text, expected);
    let mend = "mount -o remount,exec \"$2/tmp\"";
    situation(RCHROOT.path(), mend).run().ok();
    // Without a /proc in there, the one that was there before the root was changed reports it.
    let hint_text =
        diff.hint_in(|program| situation(program, "umount \"$2/proc\"; umount -l \"$2/proc\""));
    assert_eq!(hint_text.as_deref(), Some(expected));
}

#[test]
fn a_root_that_cannot_be_reached_is_reported_by_the_part_that_is_in_the_way() {
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let hint = |root: &str| diff.hint(|tool| fixture.ordinary(tool).args([root, "true"]));
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(hint("no/such"), some("no does not exist"));
    assert_eq!(hint("file/x"), some("file is not a directory"));
    assert_eq!(
        hint("dangling"),
        some("nowhere does not exist: the symbolic link dangling leads to it")
    );
    if require::root() {
        let hint_text = hint("closed/inner").expect("it can be told");
        assert_eq!(
            hint_text,
            "user 1001 may not search the directory closed (mode 0700, owner 0): `chmod a+x \
             closed` allows it"
        );
    }
    for told_by_the_sentence in ["nosuch", "file", "loop"] {
        assert_eq!(hint(told_by_the_sentence), None, "{told_by_the_sentence}");
    }
}

#[test]
fn a_missing_capability_is_gained_in_a_user_namespace() {
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let hint_text = diff.hint(|tool| fixture.ordinary(tool).args(["jail", "true"]));
    let hint_text = hint_text.expect("it can be told");
    let parts = [
        "this requires CAP_SYS_CHROOT, which user ",
        " does not have: ",
        "runshare --map-root-user rchroot",
        ", or run this as root",
    ];
    assert!(
        parts.iter().all(|part| hint_text.contains(part)),
        "{hint_text}"
    );
    if !require::root() {
        return;
    }
    // CAP_SYS_CHROOT.
    let without = |tool: Tool| fixture.root(tool).without_capability(18);
    let hint_text = diff.hint(|tool| without(tool).args(["jail", "true"]));
    let hint_text = hint_text.expect("it can be told");
    let start = "this requires CAP_SYS_CHROOT, which root does not have here (CapEff ";
    assert!(hint_text.starts_with(start), "{hint_text}");
    let refused = |tool: Tool| fixture.root(tool).refusing(SYS_chroot, Errno::EPERM);
    let hint_text = diff
        .hint(|tool| refused(tool).args(["jail", "true"]))
        .expect("it can be told");
    assert!(
        hint_text.starts_with("a seccomp filter refuses chroot(2) "),
        "{hint_text}"
    );
}

#[test]
fn on_a_terminal_a_hint_is_the_second_line() {
    let fixture = Fixture::new();
    let tool = fixture.ordinary(Tool::new(RCHROOT).argv0("rchroot"));
    let outcome = tool.args(["no/such", "true"]).terminal(80, 24).run();
    let hint_text = "rchroot: cannot change root directory to 'no/such': No such file or directory\n\
                rchroot: hint: no does not exist\n";
    assert_eq!((outcome.code(), outcome.out()), (125, hint_text.to_owned()));
}

#[test]
fn an_identity_that_cannot_be_taken_on_is_reported_why() {
    if !require::user_namespaces() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let inside = |program: &Path, options: [&str; 2]| {
        let unshare = Tool::new(testkit::originals().join("bin/unshare"));
        let tool = fixture.ordinary(unshare).arg("-r").arg(program);
        tool.args(options).args(["/", "true"])
    };
    let hint_text = |options| {
        diff.hint_in(|program| inside(program, options))
            .expect("it can be told")
    };
    let group = hint_text(["--userspec=:5", "--skip-chdir"]);
    assert!(
        group.starts_with("group 5 does not exist in this user namespace: /proc/self/gid_map "),
        "{group}"
    );
    let groups = hint_text(["--groups=5", "--skip-chdir"]);
    assert!(
        groups.starts_with("this user namespace denies setgroups(2) "),
        "{groups}"
    );
}
