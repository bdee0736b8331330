//! Listing while hundreds of processes a second are born and die: what stays is always listed, nothing that never was,
//! and a process that is gone between two looks is no error.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use testkit::{Outcome, originals};

use crate::fixture::Fixture;
use crate::sample_processes::SampleProcesses;
use crate::scenario::Scenario;

const RUNS: usize = 500;

/// How many must at least be born for each run, and as many die: on a machine with nothing else to do it is some
/// hundreds a second.
const BIRTHS: usize = 3;

/// What is run in turn, namespaces' numbers alone or in columns that have no other number of ten digits.
const LINES: [&[&str]; 8] = [
    &["-rno", "NS"],
    &["-J", "-o", "NS,TYPE,PID"],
    &["-T", "-o", "NS,TYPE"],
    &["-Tparent", "-no", "NS,PID,COMMAND"],
    &["-Tprocess", "-o", "NS,USER"],
    &["-p", "1", "-no", "NS"],
    &["-l", "-o", "NS,NPROCS,HELD"],
    &["-t", "uts", "-t", "net", "-o", "NS,NETNSID"],
];

/// The numbers of the namespaces in a table.
fn namespaces(outcome: &Outcome) -> BTreeSet<u64> {
    let text = outcome.out();
    let numbers = text.split(|letter: char| !letter.is_ascii_digit());
    let numbers = numbers.filter(|number| number.len() == 10);
    numbers.map(|number| number.parse().unwrap()).collect()
}

/// Runs `look` while two threads start processes by `begin`, one after another.
fn amid_churn(begin: fn(usize) -> Command, look: impl FnOnce()) {
    let (is_over, births) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for turn in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    let mut command = begin(turn);
                    let command = command.stdin(Stdio::null()).stdout(Stdio::null());
                    assert!(command.status().unwrap().success());
                    births.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // However it ends, so do the others.
        let over = Over(&is_over);
        look();
        drop(over);
    });
    let births = births.into_inner();
    assert!(births >= RUNS * BIRTHS, "only {births} processes");
}

/// Tells the others to end, also when a test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn what_stays_is_listed_and_nothing_else() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let _cast = SampleProcesses::new(&fixture);
    let run = |line: &[&str]| fixture.ours().without_capability(21).args(line).run().ok();
    let calm = LINES.map(|line| namespaces(&run(line)));
    assert!(calm[0].len() > 20, "{calm:?}");
    amid_churn(
        |_| Command::new("/bin/true"),
        || {
            for turn in 0..RUNS {
                let line = turn % LINES.len();
                let outcome = run(LINES[line]);
                assert!(outcome.stderr.is_empty(), "run {turn}\n{outcome}");
                assert_eq!(namespaces(&outcome), calm[line], "run {turn}\n{outcome}");
            }
        },
    );
}

#[test]
fn namespaces_that_come_and_go_are_no_error() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let _cast = SampleProcesses::new(&fixture);
    let run = || {
        let tool = fixture.ours().without_capability(21);
        tool.args(["-rnlo", "NS,TYPE,NPROCS"]).run().ok()
    };
    let calm = namespaces(&run());
    amid_churn(
        |turn| {
            let mut command = Command::new(originals().join("bin/unshare"));
            command.arg(["-u", "-i"][turn % 2]).arg("true");
            command
        },
        || {
            for turn in 0..RUNS {
                let outcome = run();
                assert!(outcome.stderr.is_empty(), "run {turn}\n{outcome}");
                let seen = namespaces(&outcome);
                assert!(seen.is_superset(&calm), "run {turn}\n{outcome}");
                // Those that come and go are of two types, and there are two at a time at most, or what was seen of
                // them before they went.
                for row in outcome.out().lines() {
                    let cells: Vec<&str> = row.split(' ').collect();
                    let is_calm = calm.contains(&cells[0].parse().unwrap());
                    assert!(is_calm || ["uts", "ipc"].contains(&cells[1]), "{row}");
                }
            }
        },
    );
}
