//! What a list says of what it could not read: never a shorter list as if it were whole.

use nix::errno::Errno;
use nix::libc::SYS_ioctl;
use testkit::Tool;

use crate::fixture::Fixture;
use crate::processes::{asleep, inode, unshared};
use crate::scenario::{Scenario, TESTER};

#[test]
fn without_descriptors_there_is_an_error_and_no_list() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let script = "ulimit -n \"$0\"; exec \"$@\"";
    let shell = |most: &str| Tool::new("/bin/sh").args(["-c", script, most]);
    for line in [&["-t", "uts"][..], &["-J"], &["--hidden"]] {
        let ours = shell("5")
            .arg(fixture.scratch.path().join("lsns"))
            .args(line);
        let ours = ours.run();
        assert_eq!((ours.code(), &*ours.out()), (1, ""), "{line:?}: {ours}");
        assert!(ours.err().ends_with(": Too many open files\n"), "{ours}");
    }
    let original = testkit::originals().join("bin/lsns");
    let theirs = shell("5").arg(original).args(["-t", "uts"]).run();
    assert_eq!((theirs.code(), &*theirs.out()), (1, ""), "{theirs}");
}

#[test]
fn processes_that_could_not_be_read_are_counted() {
    let Some(fixture) = Fixture::in_each(&[Scenario::OtherUser]) else {
        return;
    };
    let _other = asleep(unshared(&["-u", "sleep", "1000"]));
    // The tool is in it as well.
    let uts = inode("/proc/self/ns/uts").to_string();
    // Root's are this process, which is PID 1, and the one that sleeps.
    let as_stranger = || fixture.ours().as_user(TESTER, TESTER, &[]);
    let hint = "lsns: hint: 2 processes could not be read, or not as a whole: that requires CAP_SYS_PTRACE, or being \
                their user\n";
    for line in [
        &[][..],
        &["-J"],
        &["-t", "uts"],
        &["--graph"],
        &["--compare", "1"],
    ] {
        let plain = as_stranger().args(line).run().ok();
        assert_eq!(plain.err(), "", "{line:?}");
        let hinted = as_stranger().args(line).env("NSUTILS_HINTS", "always");
        let hinted = hinted.run().ok();
        assert_eq!(hinted.out().lines().count(), plain.out().lines().count());
        let hint = match line {
            ["--compare", ..] => hint.replace("2 processes", "1 process"),
            _ => hint.to_owned(),
        };
        assert_eq!(hinted.err(), hint, "{line:?}");
    }
    let holders = as_stranger().args(["--holders", &uts]);
    let holders = holders.env("NSUTILS_HINTS", "always").run();
    assert!(holders.err().ends_with(hint), "{holders}");
    let json = as_stranger().args(["--holders", &uts, "--json"]).run().ok();
    assert!(json.out().contains("\n   \"unreadable\": 2,\n"), "{json}");
    let compared = as_stranger().args(["--compare", "1", "--json"]).run().ok();
    assert!(
        compared.out().contains("\n   \"unreadable\": 1,\n"),
        "{compared}"
    );
    let of_root = fixture
        .ours()
        .args(["--holders", &uts, "--json"])
        .run()
        .ok();
    assert!(
        of_root.out().contains("\n   \"unreadable\": 0,\n"),
        "{of_root}"
    );
}

#[test]
fn a_kernel_without_the_requests_of_nsfs_has_a_list_without_owners() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let both = |line: &[&str]| {
        fixture.run_both(|tool| {
            let tool = tool.args(line);
            tool.refusing_past_loader(SYS_ioctl, Errno::ENOTTY)
        })
    };
    for line in [&[][..], &["-t", "uts"], &["-o", "NS,TYPE,PID"]] {
        let (ours, theirs) = both(line);
        let whole = fixture.run_both(|tool| tool.args(line)).1.ok();
        assert_eq!(ours.ok().out(), whole.out(), "{line:?}");
        assert_eq!(theirs.code(), 2, "{line:?}: {theirs}");
        assert_eq!(theirs.out(), "", "{theirs}");
        assert!(
            theirs.err().starts_with("lsns: Unsupported ioctl NS_GET_"),
            "{theirs}"
        );
    }
    // Where it takes one of them, both say so.
    for line in [&["-o", "NS,ONS"][..], &["--tree=owner"], &["-o", "NS,PNS"]] {
        let (ours, theirs) = both(line);
        assert_eq!(
            (ours.code(), theirs.code()),
            (2, 2),
            "{line:?}: {ours}{theirs}"
        );
        assert_eq!((&*ours.out(), &*theirs.out()), ("", ""), "{ours}{theirs}");
        for outcome in [&ours, &theirs] {
            assert!(
                outcome.err().starts_with("lsns: Unsupported ioctl NS_GET_"),
                "{outcome}"
            );
        }
    }
}
