//! Where what the tool says goes, and what becomes of it where it cannot go there.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;

use crate::fixture::{Fixture, RCHROOT, differential_test};
use testkit::{Tool, require};

/// Lines of every kind of message: of getopt, of the tool before the change of root and after, of the command.
const LINES: [&[&str]; 8] = [
    &["--foo"],
    &[],
    &["--skip-chdir", "jail"],
    &["nosuch"],
    &["--userspec=nosuch", "/", "true"],
    &["--groups=a,b,c", "/", "true"],
    &["/", "nosuch"],
    &["/", "/etc"],
];

/// Compares every line with standard error full, closed, and all three descriptors closed.
fn compare(setup: impl Fn(Tool) -> Tool) {
    let Some(diff) = differential_test() else {
        return;
    };
    for line in LINES {
        diff.assert_same_with(|tool| setup(tool).args(line).fd(2, testkit::full_device()));
        diff.assert_same_with(|tool| setup(tool).args(line).close_fd(2));
        diff.assert_same_with(|tool| setup(tool).args(line).close_fd(0).close_fd(1).close_fd(2));
    }
}

#[test]
fn a_message_that_cannot_be_written_is_a_failure() {
    let fixture = Fixture::new();
    compare(|tool| fixture.ordinary(tool));
}

#[test]
fn a_message_of_roots_that_cannot_be_written_is_a_failure() {
    if require::root() {
        let fixture = Fixture::new();
        compare(|tool| fixture.root(tool));
    }
}

#[test]
fn a_warning_that_cannot_be_written_stops_nothing() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let line = ["--userspec=both.9", "/", "show"];
    diff.assert_same_with(|tool| fixture.root(tool).args(line));
    diff.assert_same_with(|tool| fixture.root(tool).args(line).fd(2, testkit::full_device()));
    diff.assert_same_with(|tool| fixture.root(tool).args(line).close_fd(2));
}

#[test]
fn help_is_our_own_and_ends_in_success() {
    let Some(diff) = differential_test() else {
        return;
    };
    for line in [
        &["--help"][..],
        &["--he"],
        &["--h", "--foo"],
        &["--groups=bad", "--help"],
    ] {
        let (ours, theirs) = diff.run_both(|tool| tool.args(line));
        let (ours, theirs) = (ours.ok(), theirs.ok());
        assert!(
            ours.out().contains("\n chroot [options] NEWROOT [COMMAND"),
            "{ours}"
        );
        assert!(ours.stderr.is_empty(), "{ours}");
        assert!(
            theirs.out().starts_with("Usage: chroot [OPTION]"),
            "{theirs}"
        );
    }
    for line in [&["--version"][..], &["--v"], &["--version", "--help"]] {
        let (ours, theirs) = diff.run_both(|tool| tool.args(line));
        for outcome in [ours, theirs] {
            let text = outcome.ok().out();
            assert!(text.starts_with("chroot (GNU coreutils) 9.10\n"), "{text}");
        }
    }
}

#[test]
fn a_text_that_cannot_be_written_is_a_failure() {
    let Some(diff) = differential_test() else {
        return;
    };
    for option in ["--help", "--version"] {
        let read_only = || File::open("/dev/null").unwrap();
        diff.assert_same_with(|tool| tool.arg(option).fd(1, testkit::full_device()));
        diff.assert_same_with(|tool| tool.arg(option).fd(1, read_only()));
        diff.assert_same_with(|tool| tool.arg(option).close_fd(1));
        diff.assert_same_with(|tool| tool.arg(option).close_fd(1).close_fd(2));
        diff.assert_same_with(|tool| {
            tool.arg(option)
                .fd(1, testkit::full_device())
                .fd(2, testkit::full_device())
        });
    }
    let outcome = Tool::new(RCHROOT)
        .argv0("rchroot")
        .arg("--help")
        .fd(1, testkit::full_device())
        .run();
    outcome.fails(125, "rchroot: write error: No space left on device\n");
}

#[test]
fn a_text_into_a_closed_pipe_ends_by_the_signal_or_in_failure() {
    use nix::unistd::pipe;
    use testkit::Signal;
    let Some(diff) = differential_test() else {
        return;
    };
    let broken = || pipe().unwrap().1;
    for option in ["--help", "--version"] {
        diff.assert_same_with(|tool| tool.arg(option).fd(1, broken()));
        diff.assert_same_with(|tool| tool.arg(option).fd(1, broken()).ignoring(Signal::SIGPIPE));
    }
}

#[test]
fn a_message_is_one_write_and_each_bad_group_has_its_own() {
    let fixture = Fixture::new();
    let writes = |line: &[&str]| {
        let (reader, writer) = UnixDatagram::pair().unwrap();
        reader.set_nonblocking(true).unwrap();
        let tool = Tool::new(RCHROOT)
            .argv0("chroot")
            .fd(2, OwnedFd::from(writer));
        let tool = fixture.here(tool).args(line);
        assert_eq!(tool.run().code(), 125);
        let mut buffer = [0; 1000];
        std::iter::from_fn(|| reader.recv(&mut buffer).ok().filter(|length| *length > 0)).count()
    };
    assert_eq!(writes(&["--foo"]), 1);
    assert_eq!(writes(&["nosuch"]), 1);
    if require::root() {
        assert_eq!(writes(&["--groups=a,5,b,c", "/", "true"]), 3);
    }
}
