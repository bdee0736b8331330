//! Where a filter means something else to ours on purpose: what cannot be read is refused, and what can be is applied.

use std::os::unix::fs::MetadataExt;

use testkit::{Outcome, Status};

use crate::differences::{both, shown};
use crate::fixture::Fixture;
use crate::scenario::Scenario;

/// How the original answers a filter that ours refuses.
enum Theirs {
    Refuses,
    /// It writes this to standard output and continues.
    Echoes(&'static str),
    Crashes,
}

#[test]
fn a_filter_that_cannot_be_read_is_refused_and_nothing_else_happens() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    for (filter, original) in [
        ("NS ==", Theirs::Refuses),
        ("(NS", Theirs::Refuses),
        ("   ", Theirs::Refuses),
        ("NS == 1 2", Theirs::Refuses),
        ("NS = 1", Theirs::Echoes("=")),
        ("-5", Theirs::Echoes("-")),
        ("NS > 5 $", Theirs::Echoes("$")),
        ("1.", Theirs::Echoes(".")),
        ("TYPE =~ 5", Theirs::Crashes),
        ("NS =~ 5", Theirs::Crashes),
    ] {
        let (ours, theirs) = both(&fixture, &["-rlno", "TYPE", "-Q", filter]);
        let message = ours.err();
        assert_eq!((ours.code(), ours.out()), (1, String::new()), "{ours}");
        let begun = format!("lsns: failed to parse \"{filter}\": ");
        assert!(
            message.starts_with(&begun) && message.len() > begun.len() + 3,
            "{ours}"
        );
        match original {
            Theirs::Refuses => assert!(theirs.err().starts_with(&begun), "{theirs}"),
            Theirs::Echoes(text) => assert!(theirs.out().starts_with(text), "{theirs}"),
            Theirs::Crashes => assert!(matches!(theirs.status, Status::Killed(_)), "{theirs}"),
        }
    }
}

#[test]
fn the_processes_of_a_namespace_can_be_filtered() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let shown = shown("x");
    let (pid, uts) = (shown.pid().to_string(), "/proc/1/ns/uts");
    let own = std::fs::metadata(uts).unwrap().ino().to_string();
    let rows = |outcome: Outcome| outcome.ok().out();
    for (filter, expected) in [
        ("PID == 1", "1\n"),
        ("PID < 2 || COMMAND =~ '^nosuch'", "1\n"),
        ("PID == 0", ""),
        (&format!("PID == {pid}"), ""),
    ] {
        let (ours, theirs) = both(&fixture, &[&own, "-rno", "PID", "-Q", filter]);
        assert_eq!(rows(ours), expected, "{filter}");
        assert!(
            theirs.err().starts_with("lsns: failed to apply filter: "),
            "{theirs}"
        );
        assert_eq!(theirs.code(), 1, "{theirs}");
    }
}

#[test]
fn a_filter_may_be_long_and_deep() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let list = |filter: &str| fixture.ours().args(["-rlno", "NS", "-Q", filter]).run();
    let all = list("").ok().out();
    for links in [1000, 10_000] {
        let long = format!("NS == 0{}", " || NS".repeat(links));
        assert_eq!(list(&long).ok().out(), all);
    }
    for (open, close) in [("(", ")"), ("!", ""), ("(!", ")"), ("not ", ""), ("((", "")] {
        for depth in [1000, 15_000, 30_000] {
            let deep = format!("{}NS{}", open.repeat(depth), close.repeat(depth));
            let outcome = list(&deep);
            let answered = match outcome.status {
                Status::Exited(0) => outcome.stderr.is_empty(),
                Status::Exited(1) => outcome.stderr.starts_with(b"lsns: failed to parse \""),
                _ => false,
            };
            assert!(
                answered,
                "{:?} and {} bytes of errors",
                outcome.status,
                outcome.stderr.len()
            );
        }
    }
}
