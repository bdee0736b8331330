//! The helper is ended before the first and the last system call of each name that it makes, from its loader to the end
//! of the program.
//!
//! strace(1) sends the signal. Either the helper was not ready yet, and the tool fails with its name, or the program
//! runs to its end; no process stays. How the end of the tool itself is survived is tested in `tests/killed.rs`.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use testkit::{Outcome, Scratch, eventually, require};

use crate::network::called_by;
use crate::network::ends::helpers;
use crate::network::fixture::in_outside_network;

/// Puts a helper of this name in a directory, under which strace does what the file `inject` says.
fn traced_helper(scratch: &Scratch, helper: &str) {
    let directory = scratch.path().display();
    let script = format!(
        "#!/bin/sh\nread -r inject <{directory}/inject\nexec strace -D -qq -o {directory}/log/calls $inject \
         /usr/bin/{helper} \"$@\"\n"
    );
    scratch.program(helper, script);
    let log = scratch.dir("log");
    fs::set_permissions(log, Permissions::from_mode(0o777)).unwrap();
}

/// What comes of a program that starts when the helper is ready; `inject` are options of strace.
fn outcome(helper: &str, caller: (bool, &[&str]), directory: &Path, inject: &str) -> Outcome {
    fs::write(directory.join("inject"), format!("{inject}\n")).unwrap();
    let _ = fs::remove_file(directory.join("log/calls"));
    let (is_ordinary, options) = caller;
    let path = format!("{}:/usr/bin:/bin", directory.display());
    let tool = called_by(is_ordinary, options).env("PATH", path);
    let tool = tool.arg(format!("--network={helper}"));
    let outcome = tool.args(["echo", "ran"]).run();
    for program in [helper, "runshare", "strace"] {
        let what = format!("{program} has ended, {inject}");
        eventually(&what, || helpers(program).is_empty());
    }
    outcome
}

/// The calls of a log of strace before the first and the last of which it is ended: the name of each, and its count.
fn calls_in(log: &str) -> Vec<(&str, usize)> {
    let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, _) in log.lines().filter_map(|line| line.split_once('(')) {
        *calls.entry(name).or_default() += 1;
    }
    calls.retain(|name, _| !name.contains(' '));
    let both = calls.into_iter().flat_map(|(name, count)| match count {
        1 => vec![(name, 1)],
        _ => vec![(name, 1), (name, count)],
    });
    both.collect()
}

fn is_ended_at_every_kind_of_call(helper: &str) {
    if !require::installed("strace") {
        return;
    }
    in_outside_network(helper, |scratch| {
        traced_helper(scratch, helper);
        let directory = scratch.path();
        for (caller, signals) in [
            ((false, &[][..]), ["KILL", "KILL"]),
            ((true, &["-r"]), ["TERM", "INT"]),
        ] {
            let usual = outcome(helper, caller, directory, "").ok();
            assert_eq!(usual.out(), "ran\n", "{usual}");
            let log = fs::read_to_string(directory.join("log/calls")).unwrap();
            let mut failures = 0;
            for ((name, count), signal) in calls_in(&log).into_iter().zip(signals.iter().cycle()) {
                let inject = format!("-e inject={name}:signal={signal}:when={count}");
                let outcome = outcome(helper, caller, directory, &inject);
                failures += usize::from(has_failed(&outcome, helper, &inject));
            }
            // It is not ready before its last calls.
            assert!(failures > 30, "{failures} failures");
        }
    });
}

/// Asserts that the outcome is one of the two, and returns whether it is the failure.
#[track_caller]
fn has_failed(outcome: &Outcome, helper: &str, inject: &str) -> bool {
    let (said, wrote) = (outcome.err(), outcome.out());
    let is_failure = said.starts_with(&format!("runshare: {helper} failed to start: "));
    let is_lost = said.starts_with(&format!("runshare: warning: {helper} ended ("));
    let is_clear = match outcome.code() {
        1 => is_failure && wrote.is_empty(),
        0 => wrote == "ran\n" && (said.is_empty() || is_lost),
        _ => false,
    };
    assert!(is_clear && said.lines().count() <= 1, "{inject}: {outcome}");
    is_failure
}

#[test]
fn nothing_of_slirp4netns_stays_if_it_is_ended_at_any_call() {
    is_ended_at_every_kind_of_call("slirp4netns");
}

#[test]
fn nothing_of_pasta_stays_if_it_is_ended_at_any_call() {
    is_ended_at_every_kind_of_call("pasta");
}
