//! Command lines that nobody would write, words cut, joined and garbled, beside the original.

use testkit::{
    Outcome, Status, Tool, assert_no_differences, draw_cluster, draw_mistyped, seeded_numbers,
};

use crate::fixture::{Fixture, seen};
use crate::sample_processes::SampleProcesses;
use crate::scenario::Scenario;

const LONG: &str = "json task help output output-all persistent filter notruncate version noheadings nowrap list raw \
    type tree list-columns";
const SHORT: &str = "JphoPQuVnWlrtTHJnrlTuW";
const ODD: &str = "JphoPQuVnWlrtTHxZ=%9";
const VALUES: [&str; 60] = [
    "NS",
    "NS,TYPE",
    "ns,pid,command",
    "+NSFS",
    "+PPID,NETNSID",
    "COMMAND,NS",
    "PATH",
    "NSFS,NS",
    "NS,FOO",
    "TYPE,",
    "+",
    ",",
    "PNS,ONS,NS",
    "USER,UID",
    "NPROCS",
    "COMMAND",
    "uts",
    "net",
    "user",
    "pid",
    "mnt",
    "ipc",
    "time",
    "cgroup",
    "UTS",
    "foo",
    "owner",
    "parent",
    "process",
    "20",
    "60",
    "91",
    "140",
    "170",
    "180",
    "99",
    "0",
    "-1",
    "abc",
    "",
    "{UTS}",
    "{NET}",
    "{USER}",
    "{PID}",
    "{KEPT}",
    "{OPEN}",
    "{GONE}",
    "{ALL}",
    "NPROCS>1",
    "TYPE=='uts'",
    "PID < 100",
    "!NSFS",
    "FOO==1",
    "NS ==",
    "COMMAND =~ 'sl'",
    "--",
    "-",
    "=",
    " 20",
    "4294967296",
];

/// One line: up to five things that look like options or values, one in four with an operand.
fn line(random: &mut impl FnMut(usize) -> usize) -> Vec<String> {
    let mut words = Vec::new();
    for _ in 0..random(6) {
        match random(5) {
            0 => words.extend(with_value(random)),
            _ => words.push(word(random)),
        }
    }
    if random(4) == 0 {
        words.push(value(random));
    }
    words
}

fn pick(random: &mut impl FnMut(usize) -> usize) -> String {
    let names: Vec<&str> = LONG.split_whitespace().collect();
    format!("--{}", names[random(names.len())])
}

fn value(random: &mut impl FnMut(usize) -> usize) -> String {
    VALUES[random(VALUES.len())].to_owned()
}

/// An option with a value, mostly one that takes one.
fn with_value(random: &mut impl FnMut(usize) -> usize) -> Vec<String> {
    let takers = [
        "-o", "-t", "-p", "-Q", "--output", "--type", "--task", "--filter",
    ];
    let option = takers[random(takers.len())].to_owned();
    match random(3) {
        0 if option.starts_with("--") => vec![format!("{option}={}", value(random))],
        0 => vec![format!("{option}{}", value(random))],
        _ => vec![option, value(random)],
    }
}

fn word(random: &mut impl FnMut(usize) -> usize) -> String {
    match random(20) {
        0..8 => {
            let long = pick(random);
            let mut long = draw_mistyped(random, long);
            if random(4) == 0 {
                long = format!("{long}={}", value(random));
            }
            long
        }
        8..17 => {
            let letters = if random(10) == 0 { ODD } else { SHORT };
            let mut cluster = draw_cluster(random, letters);
            if random(5) == 0 {
                cluster += &value(random);
            }
            cluster
        }
        17..19 => value(random),
        _ => ["--", "-", "---"][random(3)].to_owned(),
    }
}

/// What came of a line.
enum Verdict {
    Alike,
    /// The text is our own.
    Meant,
    Different(String),
}

fn judge(ours: &Outcome, original: &Outcome) -> Verdict {
    let help = ours.out().starts_with("\nUsage:") || ours.out().contains(" of nsutils ");
    if seen(ours) == seen(original) {
        Verdict::Alike
    } else if (help && ours.status == original.status)
        || cannot_parse(ours, original)
        || cannot_apply(original)
        || does_not_know(original)
    {
        Verdict::Meant
    } else {
        Verdict::Different(format!("ours\n{ours}original\n{original}"))
    }
}

/// Whether ours cannot read the filter. The original says so in its own words, or writes the characters that it does
/// not know to standard output and continues, to whatever end.
fn cannot_parse(ours: &Outcome, original: &Outcome) -> bool {
    let output = [&ours.stdout, &ours.stderr].map(|text| String::from_utf8_lossy(text));
    let mut output = output
        .iter()
        .filter(|text| text.starts_with("lsns: failed to parse \""));
    let fails = ours.status == Status::Exited(1);
    let alike = original.status == ours.status
        && [&original.stdout, &original.stderr]
            .into_iter()
            .any(|text| text.starts_with(b"lsns: failed to parse \""));
    fails
        && output
            .next()
            .is_some_and(|text| alike || text.contains("unknown character"))
}

/// Whether the original has failed to filter processes, see `differences`.
fn cannot_apply(original: &Outcome) -> bool {
    let failed = b"lsns: failed to apply filter: ";
    original.stdout.starts_with(failed) || original.stderr.starts_with(failed)
}

/// Whether the original lacks a column that ours has, see `differences`.
fn does_not_know(original: &Outcome) -> bool {
    [&original.stdout, &original.stderr].iter().any(|text| {
        let unknown = text.strip_prefix(b"lsns: unknown column: ");
        unknown.is_some_and(|rest| rest.starts_with(b"cgroup\n") || rest.starts_with(b"owner\n"))
    })
}

fn compare(scenario: Scenario, count: usize, seed: u64) {
    let Some(fixture) = Fixture::in_each(&[scenario]) else {
        return;
    };
    let samples = SampleProcesses::new(&fixture);
    let mut random = seeded_numbers(seed);
    let (mut meant, mut differences) = (0, Vec::new());
    for _ in 0..count {
        let words = line(&mut random);
        let words: Vec<String> = words.iter().map(|word| samples.substitute(word)).collect();
        let columns = (random(4) == 0).then(|| u16::try_from(1 + random(200)).unwrap());
        let (ours, original) = fixture.run_both(|tool: Tool| {
            let tool = tool.env("LC_ALL", "C.UTF-8").args(&words);
            match columns {
                Some(columns) => tool.output_terminal(columns, 24),
                None => tool,
            }
        });
        match judge(&ours, &original) {
            Verdict::Alike => {}
            Verdict::Meant => meant += 1,
            Verdict::Different(how) => differences.push(how),
        }
    }
    assert_no_differences(seed, &differences);
    assert!(meant * 4 < count, "{meant} of {count} lines say nothing");
}

#[test]
fn five_thousand_random_lines_as_root() {
    compare(Scenario::Root, 5000, 20_261_123);
}

#[test]
fn a_thousand_random_lines_as_root_of_a_user_namespace() {
    compare(Scenario::User, 1000, 20_261_124);
}
