//! Why something is not there, in a second line for a user: what the number is the number of, and who cannot be seen.
//! Without it ours does what the original does, to the byte.

mod usage;

use std::fs;
use std::io;
use std::path::PathBuf;

use nix::mount::{MsFlags, mount};
use testkit::{Tool, require};

use crate::fixture::Fixture;
use crate::processes::{asleep, inode, namespace, sleep, unshared};
use crate::scenario::{Scenario, TESTER};

/// The inode number of no namespace.
const NOWHERE: &str = "4026999999";
/// What is said where not everybody is seen.
const LOOKED: &str = "only the processes in /proc were searched: ";
/// What is said on every fixture: it is a pid namespace inside the machine's.
const INSIDE: &str = "/proc shows only this PID namespace";

/// The hint for this command line.
fn hint(fixture: &Fixture, line: &[&str]) -> Option<String> {
    fixture.hint(|tool: Tool| tool.args(line))
}

/// The second line of a failure of what the original does not have.
fn second_line(fixture: &Fixture, line: &[&str], first: &str) -> String {
    let plain = fixture.ours().args(line).run();
    plain.fails(1, &format!("lsns: {first}\n"));
    let hinted = fixture
        .ours()
        .env("NSUTILS_HINTS", "always")
        .args(line)
        .run();
    let message = hinted.err();
    let second = message.strip_prefix(&plain.err()).unwrap_or_default();
    let second = second.strip_prefix("lsns: hint: ").unwrap_or_default();
    second.trim_end().to_owned()
}

#[test]
fn a_missing_proc_is_reported() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let script = "mount -t tmpfs x /proc && exec \"$0\" \"$@\"";
    let missing = "no procfs is mounted on /proc: mount -t proc proc /proc";
    for line in [
        &[][..],
        &["-J"],
        &["-p", "1"],
        &[NOWHERE],
        &["-T"],
        &["-t", "uts"],
    ] {
        let hint = fixture.hint_in(|program| {
            let tool = unshared(&["-m", "sh", "-c", script]).arg(program);
            tool.args(line)
        });
        assert_eq!(hint.as_deref(), Some(missing), "{line:?}");
    }
    for (line, status) in [
        (["--compare", "1"], 1),
        (["--holders", "1"], 32),
        (["--graph", "-u"], 32),
    ] {
        let tool = unshared(&["-m", "sh", "-c", script]).arg(fixture.scratch.path().join("lsns"));
        let outcome = tool.args(line).env("NSUTILS_HINTS", "always").run();
        assert_eq!(outcome.code(), status, "{outcome}");
        assert!(
            outcome.err().ends_with(&format!("lsns: hint: {missing}\n")),
            "{outcome}"
        );
    }
}

#[test]
fn a_number_of_another_kind_is_explained() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root, Scenario::User]) else {
        return;
    };
    let other = asleep(unshared(&["-u", "sleep", "1000"]));
    let uts = namespace(&other, "uts").to_string();
    let process = "that is a PID: --task 1 lists the namespaces of the process";
    assert_eq!(hint(&fixture, &["1"]).as_deref(), Some(process));
    let kind = "its type is uts, which --type excludes";
    assert_eq!(hint(&fixture, &["-t", "net", &uts]).as_deref(), Some(kind));
    let sentence = "not found namespace: 1";
    assert_eq!(
        second_line(&fixture, &["--holders", "1"], sentence),
        process
    );
    let row = ["-rno", "NSID", "-Q", &format!("NS == {uts}")];
    let id = fixture.ours().args(row).run().ok().out();
    let id = id.trim_end();
    if require::machine_feature(!id.is_empty(), "this kernel has no ids of namespaces") {
        let other = format!("that is the NSID of uts namespace {uts}");
        assert_eq!(hint(&fixture, &[id]), Some(other));
    }
}

#[test]
fn only_what_is_not_found_gets_a_hint_about_the_pid_namespace() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let _sleeper = asleep(sleep());
    assert_eq!(
        hint(&fixture, &[NOWHERE]),
        Some(format!("{LOOKED}{INSIDE}"))
    );
    // What is there, and what is no failure, is not explained.
    let own = inode("/proc/1/ns/uts").to_string();
    for line in [&[][..], &[own.as_str()], &["-p", "1"], &["-Q", "NS == 0"]] {
        assert_eq!(hint(&fixture, line), None, "{line:?}");
    }
    let gone = "process 99 does not exist";
    assert_eq!(hint(&fixture, &["-p", "99"]).as_deref(), Some(gone));
    let sentence = "failed to compare process 99: No such process";
    assert_eq!(
        second_line(&fixture, &["--compare", "1,99"], sentence),
        gone
    );
}

#[test]
fn processes_that_may_not_be_read_are_reported() {
    let Some(fixture) = Fixture::in_each(&[Scenario::OtherUser]) else {
        return;
    };
    let unread = "this user may not read 1 of them; ";
    let expected = format!("{LOOKED}{unread}{INSIDE}");
    assert_eq!(hint(&fixture, &[NOWHERE]), Some(expected));
    let unread = "process 1 exists, but this user may not read its namespaces";
    assert_eq!(hint(&fixture, &["-p", "1"]).as_deref(), Some(unread));
}

#[test]
fn processes_that_hidepid_hides_are_reported() {
    let Some(fixture) = Fixture::in_each(&[Scenario::OtherUser]) else {
        return;
    };
    assert_eq!(
        std::process::id(),
        1,
        "only the fixture's own /proc may be changed"
    );
    let none = None::<&str>;
    mount(
        none,
        "/proc",
        none,
        MsFlags::MS_REMOUNT,
        Some("hidepid=invisible"),
    )
    .unwrap();
    let hidden = "hidepid hides others; ";
    let expected = format!("{LOOKED}{hidden}{INSIDE}");
    assert_eq!(hint(&fixture, &[NOWHERE]), Some(expected));
    let hidden = "process 1 exists, but /proc is mounted with hidepid and does not show it";
    assert_eq!(hint(&fixture, &["-p", "1"]).as_deref(), Some(hidden));
    assert_eq!(
        hint(&fixture, &["-p", "99"]).as_deref(),
        Some("process 99 does not exist")
    );
    let compare = fixture
        .ours()
        .as_user(TESTER, TESTER, &[])
        .args(["--compare", "1"]);
    let message = compare.env("NSUTILS_HINTS", "always").run().err();
    let sentence = "lsns: failed to compare process 1: No such process";
    assert_eq!(message, format!("{sentence}\nlsns: hint: {hidden}\n"));
}

#[test]
fn nothing_where_everybody_is_seen() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Host]) else {
        return;
    };
    // Not even root may look into every machine's first process.
    let refused = unreadable();
    let expected = format!("{LOOKED}this user may not read {refused} of them");
    let expected = (refused > 0).then_some(expected);
    assert_eq!(hint(&fixture, &[NOWHERE]), expected);
}

/// How many processes do not report this one what they are in.
fn unreadable() -> usize {
    let entries = fs::read_dir("/proc").unwrap().map(Result::unwrap);
    let links = entries.map(|entry| fs::read_link(entry.path().join("ns/user")));
    let refused = |link: &io::Result<PathBuf>| {
        let error = link.as_ref().err().map(io::Error::kind);
        error == Some(io::ErrorKind::PermissionDenied)
    };
    links.filter(refused).count()
}
