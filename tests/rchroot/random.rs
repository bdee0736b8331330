//! Command lines that nobody would write: words cut, joined and garbled, beside the original.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::fixture::{Fixture, differential_test};
use testkit::{DifferentialTest, Outcome, Tool, assert_no_differences, require, seeded_numbers};

const LONG: [&str; 5] = [
    "--groups",
    "--userspec",
    "--skip-chdir",
    "--help",
    "--version",
];

/// Users, groups and what is none. No name of the outside alone, none that is on both sides, no number of the
/// outside: what the original makes of those in another root is in `differences`.
const NAMES: [&[u8]; 34] = [
    b"",
    b"0",
    b"5",
    b"+5",
    b" 7",
    b"5 ",
    b"0x5",
    b"-1",
    b"010",
    b"4294967294",
    b"4294967295",
    b"4294967296",
    b"jailon",
    b"5101",
    b"+5101",
    b"nogrps",
    b"zed",
    b"twain:",
    b"jailgrp",
    b"6001",
    b"6101",
    b"zedgrp",
    b"root",
    b"nosuch",
    b".",
    b":",
    b"::",
    b",",
    b"a b",
    b"it's",
    b"caf\xc3\xa9",
    b"\xff\xfe",
    b"\n",
    b"JAILON",
];
const ROOTS: [&[u8]; 20] = [
    b"/",
    b"/",
    b"//",
    b"isroot",
    b"/proc/self/root",
    b"jail",
    b"jail",
    b"jail",
    b"link",
    b"jail/.",
    b"-",
    b"",
    b"nosuch",
    b"file",
    b"loop",
    b"it's",
    b"two\nlines",
    b"caf\xc3\xa9",
    b"\xff",
    b"a b",
];
const COMMANDS: [&[&[u8]]; 12] = [
    &[b"show"],
    &[b"show", b"--help", b"\xff"],
    &[b"/show"],
    &[b"sh", b"-c", b"exit 3"],
    &[b"sh", b"-c", b"kill -TERM $$"],
    &[b"nosuch"],
    &[b"/."],
    &[b""],
    &[b"caf\xc3\xa9\xff'"],
    &[b"cat", b"/etc/passwd"],
    &[b"--", b"show"],
    &[],
];

type Random<'a> = &'a mut dyn FnMut(usize) -> usize;

fn one<'a>(random: Random<'_>, of: &[&'a [u8]]) -> &'a [u8] {
    of[random(of.len())]
}

/// A userspec or a list of groups: names with separators between them, sometimes the wrong ones.
fn value(random: Random<'_>, separators: &[&[u8]]) -> Vec<u8> {
    let mut value = one(random, &NAMES).to_vec();
    while random(2) == 0 {
        value.extend(one(random, separators));
        value.extend(one(random, &NAMES));
    }
    value
}

/// A word that looks like an option.
fn option(random: Random<'_>, words: &mut Vec<Vec<u8>>) {
    let which = random(LONG.len() + 1).min(LONG.len() - 1);
    // Help and version end everything, and their texts are ours: seldom enough.
    let which = if which > 2 && random(4) > 0 {
        random(3)
    } else {
        which
    };
    let mut word = LONG[which].as_bytes().to_vec();
    if random(3) == 0 {
        word.truncate(2 + random(word.len() - 1));
    }
    if random(12) == 0 {
        let at = random(word.len());
        word[at] = u8::try_from(1 + random(255)).unwrap();
    }
    let separators: &[&[u8]] = match which {
        0 => &[b",", b",", b",,", b":"],
        _ => &[b":", b":", b".", b"::"],
    };
    match random(8) {
        0..5 if which < 2 => {
            word.push(b'=');
            word.extend(value(random, separators));
            words.push(word);
        }
        5 if which < 2 => {
            words.push(word);
            words.push(value(random, separators));
        }
        6 => {
            word.push(b'=');
            words.push(word);
        }
        _ => words.push(word),
    }
}

/// One line: up to three things that look like options, then a root and a command, or not.
fn line(random: Random<'_>) -> Vec<OsString> {
    let mut words = Vec::new();
    for _ in 0..random(4) {
        match random(12) {
            0 => words.push([b"-", one(random, &NAMES)].concat()),
            1 => words.push(one(random, &[b"--", b"-", b"---", b"--=", b"-\xff"]).to_vec()),
            _ => option(random, &mut words),
        }
    }
    if random(20) > 0 {
        words.push(one(random, &ROOTS).to_vec());
        let command = COMMANDS[random(COMMANDS.len())];
        words.extend(command.iter().map(|word| word.to_vec()));
    }
    // The kernel cannot pass a byte of zero.
    let words = words
        .into_iter()
        .map(|word| word.into_iter().filter(|byte| *byte != 0));
    words
        .map(|word| OsString::from_vec(word.collect()))
        .collect()
}

/// Whether the two differ otherwise than they are meant to.
fn differs(diff: &DifferentialTest, setup: impl Fn(Tool) -> Tool) -> Option<String> {
    let (ours, original) = diff.run_both(setup);
    let seen = |outcome: &Outcome| {
        (
            outcome.status,
            outcome.stdout.clone(),
            outcome.stderr.clone(),
        )
    };
    let out = ours.out();
    let text_of_our_own = out.starts_with("\nUsage:") || out.contains(" of nsutils ");
    let alike = match text_of_our_own {
        true => ours.status == original.status && ours.stderr == original.stderr,
        false => seen(&ours) == seen(&original),
    };
    (!alike).then(|| format!("ours\n{ours}original\n{original}"))
}

fn compare(count: usize, seed: u64, setup: impl Fn(Tool) -> Tool) {
    let Some(diff) = differential_test() else {
        return;
    };
    let mut random = seeded_numbers(seed);
    let mut differences = Vec::new();
    for number in 0..count {
        let line = line(&mut random);
        let locale = ["C", "C.UTF-8"][number % 2];
        differences.extend(differs(&diff, |tool| {
            setup(tool).env("LC_ALL", locale).args(&line)
        }));
    }
    assert_no_differences(seed, &differences);
}

/// The fixture without what the two are meant to differ in: nobody is known outside.
fn fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.file("etc/passwd", "");
    fixture.file("etc/group", "");
    let odd = fixture.scratch.path().join(OsStr::from_bytes(b"\xff"));
    std::os::unix::fs::symlink("jail", odd).unwrap();
    fixture
}

#[test]
fn five_thousand_random_lines_as_root() {
    if require::root() {
        let fixture = fixture();
        compare(5000, 20_261_106, |tool| {
            fixture.root(tool).env("SHELL", "/show")
        });
    }
}

#[test]
fn two_thousand_random_lines_as_an_ordinary_user() {
    let fixture = fixture();
    compare(2000, 20_261_107, |tool| {
        fixture.ordinary(tool).env("SHELL", "/show")
    });
}
