//! Mistakes of usage: words that are almost right, threads, namespaces that no process is in.

use std::fs;
use std::path::Path;

use testkit::Tool;

use super::hint;
use crate::fixture::Fixture;
use crate::processes::{asleep, namespace, unshared};
use crate::scenario::Scenario;

const TYPES: &str = "possible values: user, cgroup, ipc, uts, net, pid, mnt, time";

#[test]
fn a_word_that_is_almost_right_is_named_with_all_others() {
    let Some(fixture) = Fixture::in_each(&[Scenario::User]) else {
        return;
    };
    for (line, message) in [
        (
            &["-t", "network"][..],
            format!("did you mean `net`? {TYPES}"),
        ),
        (&["-t", "mount"], format!("did you mean `mnt`? {TYPES}")),
        (&["-t", "x"], TYPES.to_owned()),
        (
            &["--tree=foo"],
            "possible values: owner, parent, process".to_owned(),
        ),
        (
            &["--tree=ownr"],
            "did you mean `owner`? possible values: owner, parent, process".to_owned(),
        ),
        (&["--tpye", "net"], "did you mean `--type`?".to_owned()),
    ] {
        assert_eq!(hint(&fixture, line), Some(message), "{line:?}");
    }
    for (columns, start) in [
        ("FOO", "possible values: NS, TYPE, PATH, "),
        ("NS,COMAND", "did you mean `COMMAND`? possible values: NS, "),
        ("+pidd,NS", "did you mean `PID`? possible values: NS, "),
    ] {
        let message = hint(&fixture, &["-o", columns]).unwrap_or_default();
        assert!(message.starts_with(start), "{columns}: {message}");
    }
    let graph = fixture
        .ours()
        .arg("--graph=png")
        .env("NSUTILS_HINTS", "always");
    let message =
        "lsns: unknown graph type: png\nlsns: hint: possible values: dot, mermaid, json\n";
    graph.run().fails(1, message);
}

#[test]
fn a_thread_id_is_reported_with_its_process() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root, Scenario::User]) else {
        return;
    };
    let process = std::process::id();
    // The test itself has threads besides its first one.
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let threads = tasks.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let thread = threads
        .into_iter()
        .find(|thread| *thread != process.to_string());
    let thread = thread.expect("a test is run by a thread of its own");
    let message =
        format!("{thread} is a thread of process {process}: --task {process} lists its namespaces");
    assert_eq!(hint(&fixture, &["-p", &thread]), Some(message));
}

#[test]
fn what_holds_a_namespace_without_processes_is_reported() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let other = asleep(unshared(&["-u", "sleep", "1000"]));
    let number = namespace(&other, "uts").to_string();
    let held = fs::File::open(format!("/proc/{}/ns/uts", other.pid())).unwrap();
    drop(other);
    let holder = Tool::new("/bin/sleep")
        .argv0("sleep")
        .arg("1000")
        .fd(5, held);
    let _holder = asleep(holder);
    let ours = |line: &[&str]| {
        let link = fixture.scratch.path().join("lsns");
        assert!(Path::new(&link).exists());
        let tool = fixture.ours().argv0("rlsns").args(line);
        tool.env("NSUTILS_HINTS", "always").run().err()
    };
    let message = format!(
        "no process is in this uts namespace, and it is held by: fd; `rlsns --holders {number}` lists what keeps it"
    );
    for line in [&[number.as_str()][..], &["-t", "uts", &number]] {
        let err = ours(line);
        assert!(err.contains(&message), "{line:?}: {err}");
    }
}
