//! Filter expressions made by a grammar, one in five garbled, beside the original.

use testkit::{Outcome, Status, assert_no_differences, seeded_numbers};

use crate::fixture::{Fixture, seen};
use crate::sample_processes::SampleProcesses;
use crate::scenario::Scenario;

const HOLDERS: [&str; 17] = [
    "NS", "TYPE", "PATH", "NPROCS", "PID", "PPID", "COMMAND", "UID", "USER", "NETNSID", "NSFS",
    "PNS", "ONS", "pid", "Type", "NPROCS", "FOO",
];
const LITERALS: [&str; 40] = [
    "0",
    "1",
    "2",
    "20",
    "60",
    "91",
    "1000",
    "1.0",
    "1.5",
    "0.0",
    "20.5",
    "1K",
    "2KiB",
    "4G",
    "3GiB",
    "1T",
    "1Y",
    "18446744073709551615",
    "18446744073709551616",
    "{UTS}",
    "{NET}",
    "true",
    "TRUE",
    "false",
    "FALSE",
    "\"\"",
    "''",
    "\"uts\"",
    "'net'",
    "\" user \"",
    "\"sleep 1000\"",
    "\"root\"",
    "\"0\"",
    "\"7\"",
    "\"unassigned\"",
    "'.*'",
    "\"^s\"",
    "'[a-m]$'",
    "\"(\"",
    "'漢'",
];
const COMPARISONS: [&str; 22] = [
    "==", "!=", "<", "<=", ">", ">=", "eq", "ne", "lt", "le", "gt", "ge", "EQ", "NE", "LT", "LE",
    "GT", "GE", "==", "==", "<", ">",
];
const CONNECTIVES: [&str; 7] = ["&&", "||", "and", "or", "AND", "OR", "&&"];
const NOT: [&str; 3] = ["!", "not ", "NOT "];
const GARBLED: [&str; 22] = [
    "(", ")", "=", "!", "<", ">", "&", "|", "~", "\"", "'", " ", "a", "1", ".", "-", "K", "==",
    "&&", "!", "$", "\\",
];

fn expression(random: &mut impl FnMut(usize) -> usize, depth: usize) -> String {
    match random(if depth == 0 { 3 } else { 8 }) {
        0 => operand(random),
        1 => {
            let regex = ["=~", "!~", "=~", "!~"][random(4)];
            format!("{} {regex} {}", operand(random), LITERALS[25 + random(15)])
        }
        2 => {
            let comparison = COMPARISONS[random(COMPARISONS.len())];
            format!("{} {comparison} {}", operand(random), operand(random))
        }
        3 => format!("({})", expression(random, depth - 1)),
        4 => format!("{}{}", NOT[random(3)], expression(random, depth - 1)),
        5 => {
            let comparison = COMPARISONS[random(COMPARISONS.len())];
            let (left, right) = (expression(random, depth - 1), operand(random));
            format!("{left} {comparison} {right}")
        }
        _ => {
            let connective = CONNECTIVES[random(CONNECTIVES.len())];
            let (left, right) = (expression(random, depth - 1), expression(random, depth - 1));
            format!("{left} {connective} {right}")
        }
    }
}

fn operand(random: &mut impl FnMut(usize) -> usize) -> String {
    match random(5) {
        0..3 => HOLDERS[random(HOLDERS.len())].to_owned(),
        _ => LITERALS[random(LITERALS.len())].to_owned(),
    }
}

/// Removes a character, or replaces it.
fn garble(random: &mut impl FnMut(usize) -> usize, text: &str) -> String {
    let at = random(text.chars().count());
    let inserted = match random(2) {
        0 => "",
        _ => GARBLED[random(GARBLED.len())],
    };
    let replaced = random(2) == 0;
    let mut garbled = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == at {
            garbled += inserted;
        }
        if index != at || !replaced {
            garbled.push(character);
        }
    }
    garbled
}

/// What came of an expression.
enum Verdict {
    Alike,
    Refused,
    Different(String),
}

/// The rows are one number each, so that nothing that the original lists begins otherwise.
const OPTIONS: [&str; 3] = ["-rlno", "NS", "-Q"];

fn judge(ours: &Outcome, original: &Outcome) -> Verdict {
    let refuses = |reason: &str| {
        ours.status == Status::Exited(1)
            && ours.stdout.is_empty()
            && ours.err().starts_with(&format!("lsns: failed to {reason}"))
    };
    let original_fails = |reason: &str| {
        original.status == Status::Exited(1)
            && original
                .err()
                .starts_with(&format!("lsns: failed to {reason}"))
    };
    // Characters that it does not know it writes to standard output, and continues.
    let echoes = original
        .stdout
        .first()
        .is_some_and(|byte| !byte.is_ascii_digit());
    let crashes = matches!(original.status, Status::Killed(_));
    if seen(ours) == seen(original) {
        Verdict::Alike
    } else if (refuses("parse \"") && (original_fails("parse \"") || echoes || crashes))
        // The reason is whatever errno(3) was left at.
        || (refuses("apply filter: ") && original_fails("apply filter: "))
    {
        Verdict::Refused
    } else {
        Verdict::Different(format!("ours\n{ours}original\n{original}"))
    }
}

fn compare(count: usize, seed: u64) {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let samples = SampleProcesses::new(&fixture);
    let mut random = seeded_numbers(seed);
    let (mut refused, mut differences) = (0, Vec::new());
    for _ in 0..count {
        let mut text = expression(&mut random, 3);
        if random(5) == 0 {
            text = garble(&mut random, &text);
        }
        let text = samples.substitute(&text);
        let (ours, original) = fixture.run_both(|tool| tool.args(OPTIONS).arg(&text));
        match judge(&ours, &original) {
            Verdict::Alike => {}
            Verdict::Refused => refused += 1,
            Verdict::Different(how) => differences.push(how),
        }
    }
    assert_no_differences(seed, &differences);
    assert!(
        refused * 2 < count,
        "{refused} of {count} expressions say nothing"
    );
}

#[test]
fn five_thousand_random_expressions() {
    compare(5000, 20_261_125);
}
