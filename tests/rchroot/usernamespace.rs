//! In a user namespace of its own an ordinary user may change its root, and little else.

use std::path::Path;

use crate::command_lines::lines;
use crate::fixture::{Fixture, RCHROOT, differential_test};
use testkit::{Outcome, Tool, require};

/// Runs a program, by the name `chroot`, as root of a user namespace made by an ordinary user.
fn inside(fixture: &Fixture, program: &Path, line: &[String]) -> Outcome {
    let tool = fixture.ordinary(Tool::new("/usr/bin/unshare"));
    let tool = fixture.leads_to(tool, program);
    tool.args(["-r", "chroot"]).args(line).run()
}

/// Without the reason that the original adds to an unknown group where nsswitch.conf has no module but `files`; ours
/// adds none anywhere: `differences::no_reason_is_given_that_is_none`.
fn without_reason(err: &str) -> String {
    let strip = |line: &str| match line.strip_suffix(": No such file or directory") {
        Some(sentence) if sentence.starts_with("chroot: invalid group '") => sentence.to_owned(),
        _ => line.to_owned(),
    };
    err.split('\n').map(strip).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_command_line_of_the_file_as_root_of_a_user_namespace() {
    if !require::user_namespaces() || !require::installed("unshare") {
        return;
    }
    let Some(original) = require::original("chroot") else {
        return;
    };
    let fixture = Fixture::new();
    let mut differences = Vec::new();
    for line in lines() {
        let (ours, theirs) = (
            inside(&fixture, RCHROOT.path(), &line),
            inside(&fixture, &original, &line),
        );
        // A command that shows its environment shows the way to the program too.
        let seen = |outcome: &Outcome| {
            let out = outcome.out().replace("/theirs:", "/ours:");
            (outcome.status, out, without_reason(&outcome.err()))
        };
        if seen(&ours) != seen(&theirs) {
            differences.push(format!("ours\n{ours}original\n{theirs}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn the_root_changes_and_the_groups_do_not() {
    if !require::user_namespaces()
        || !require::installed("unshare")
        || differential_test().is_none()
    {
        return;
    }
    let fixture = Fixture::new();
    let run = |line: &[&str]| {
        let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        inside(&fixture, RCHROOT.path(), &line)
    };
    let outcome = run(&[
        "jail",
        "sh",
        "-c",
        "pwd; [ -e /show ] && [ ! -e /usr/bin/ldd ] && echo jail",
    ]);
    assert_eq!(outcome.ok().out(), "/\njail\n");
    let denied = "chroot: failed to set supplemental groups: Operation not permitted\n";
    run(&["--userspec=5:5", "jail", "show"]).fails(125, denied);
    run(&["--groups=", "jail", "show"]).fails(125, denied);
    let unmapped = "chroot: failed to set group-ID: Invalid argument\n";
    run(&["--userspec=:5", "jail", "show"]).fails(125, unmapped);
    run(&["--userspec=:0", "jail", "/bin/sh", "-c", ":"]).ok();
}
