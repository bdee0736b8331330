//! Where names are looked up: what is opened for it, outside and in the new root, and how the files there are read.

use std::path::PathBuf;

use crate::fixture::{Fixture, RCHROOT, differential_test, library_directory, opened};
use testkit::c_library::GnuTrait;
use testkit::{Outcome, Tool, require, seeded_numbers};

/// The outside's files, and the directories of the new root that the C library may look into.
fn watched(fixture: &Fixture, root: &str) -> Vec<PathBuf> {
    let mut paths = vec![
        fixture.path("etc/passwd"),
        fixture.path("etc/group"),
        fixture.path("etc/nsswitch.conf"),
        fixture.path(&format!("{root}/etc")),
    ];
    paths.push(fixture.path(&format!("{root}{}", library_directory())));
    paths.into_iter().map(PathBuf::from).collect()
}

/// What is opened for a command line, below the work directory.
fn opened_for(fixture: &Fixture, line: &[&str]) -> Vec<String> {
    let tool = Tool::new(RCHROOT).argv0("chroot");
    // /nosuch: a command that loads nothing.
    let tool = fixture.root(tool).args(line).args(["jail", "/nosuch"]);
    let (outcome, names) = opened(&watched(fixture, "jail"), tool);
    assert_eq!(outcome.code(), 127, "{outcome}");
    let below = format!("{}/", fixture.scratch.path().display());
    let names = names
        .iter()
        .map(|name| name.strip_prefix(&below).unwrap().to_owned());
    names.collect()
}

#[test]
fn nothing_is_opened_where_nothing_is_looked_up() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let nothing: [&str; 0] = [];
    assert_eq!(opened_for(&fixture, &[]), nothing);
    assert_eq!(opened_for(&fixture, &["--groups=+5,+6"]), nothing);
    assert_eq!(opened_for(&fixture, &["--groups="]), nothing);
    assert_eq!(opened_for(&fixture, &["--userspec=:+5"]), nothing);
    assert_eq!(
        opened_for(&fixture, &["--userspec=+5:+6", "--groups=+7"]),
        nothing
    );
}

#[test]
fn the_outside_is_not_asked_for_numbers_that_come_with_a_group() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let inside = ["jail/etc/group", "jail/etc/passwd"];
    assert_eq!(opened_for(&fixture, &["--userspec=5101:9"]), inside);
    assert_eq!(opened_for(&fixture, &["--userspec=1000:1000"]), inside);
    assert_eq!(
        opened_for(&fixture, &["--userspec=+1000:+1000"]),
        ["jail/etc/passwd"]
    );
    assert_eq!(opened_for(&fixture, &["--groups=5,6"]), ["jail/etc/group"]);
}

#[test]
fn for_a_name_both_sides_are_asked_and_the_inside_has_no_more_than_two_files() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let inside = ["jail/etc/group", "jail/etc/passwd"];
    let users = [&["etc/nsswitch.conf", "etc/passwd"][..], &inside].concat();
    assert_eq!(opened_for(&fixture, &["--userspec=jailon:bothgrp"]), users);
    // What the files have, musl finds without the switch.
    let is_opened =
        |file: &&str| GnuTrait::NameServiceSwitch.is_here() || !file.ends_with("nsswitch.conf");
    let expected = |files: &[&'static str]| Vec::from_iter(files.iter().copied().filter(is_opened));
    let all = expected(&[&["etc/group"][..], &users].concat());
    assert_eq!(opened_for(&fixture, &["--userspec=both"]), all);
    let groups = expected(&["etc/group", "etc/nsswitch.conf", "jail/etc/group"]);
    assert_eq!(opened_for(&fixture, &["--groups=hostgrp"]), groups);
    assert_eq!(opened_for(&fixture, &["--userspec=:hostgrp"]), groups);
}

#[test]
fn a_file_that_is_not_regular_has_no_users_and_blocks_nobody() {
    if !require::root() {
        return;
    }
    use nix::sys::stat::Mode;
    let fixture = Fixture::new();
    let passwd = fixture.path("nodb/etc/passwd");
    nix::unistd::mkfifo(passwd.as_str(), Mode::S_IRUSR).unwrap();
    fixture.scratch.dir("nodb/etc/group");
    let tool = || fixture.root(Tool::new(RCHROOT).argv0("chroot"));
    let outcome = tool().args(["--userspec=jailon", "nodb", "show"]).run();
    outcome.fails(125, "chroot: invalid user\n");
    let outcome = tool().args(["--groups=jailgrp", "nodb", "show"]).run();
    outcome.fails(125, "chroot: invalid group 'jailgrp'\n");
    let outcome = tool().args(["--userspec=5:6", "nodb", "show"]).run().ok();
    assert_eq!(crate::fixture::ids(&outcome.out()), "u=5 g=6 G=");
}

/// What each field of a line of passwd(5) and of group(5) may be.
const NAMES: [&str; 9] = ["uu", "uu", "vv", "ww", "5", "", " uu", "uu ", "\u{e9}"];
const NUMBERS: [&str; 15] = [
    "5",
    "5",
    "6",
    "7",
    "05",
    "+5",
    " 6",
    " +7",
    "7 ",
    "-5",
    "0x5",
    "",
    "++5",
    "\u{b}6",
    "4294967296",
];
const MEMBERS: [&str; 12] = [
    "", "uu", "uu,vv", "vv, uu", "ww,,uu,", "uu ", "uu,uu", "\tuu", "uu:vv", "uu\0", "vv\0,uu",
    "uu\r",
];
const SEPARATORS: [&str; 8] = [":", ":", ":", ":", ":", ":x:", "::", ""];

fn one<'a>(random: &mut impl FnMut(usize) -> usize, of: &[&'a str]) -> &'a str {
    of[random(of.len())]
}

/// Lines that are entries, nearly entries, or none; of passwd(5) if they end in a number, else of group(5).
fn garbled(random: &mut impl FnMut(usize) -> usize, lines: usize, last: &[&str]) -> String {
    let mut text = String::new();
    for _ in 0..lines {
        text += one(random, &["", "", "", "", " ", "\u{b}\t", "\0"]);
        text += one(random, &NAMES);
        text += one(random, &["::", ":x:", ":x:", ":x:", ":x:", ":"]);
        text += one(random, &NUMBERS);
        text += one(random, &SEPARATORS);
        text += one(random, last);
        text += one(random, &["", "", ":", ":::/bin/sh", ":a\0b:", " "]);
        text += one(random, &["\n", "\n", "\n", "\n\n", "\r\n"]);
    }
    text
}

/// A line that the C library takes for a comment or for the old NIS syntax once, and once not.
fn is_disputed(text: &str) -> bool {
    let starts = text
        .split('\n')
        .map(|line| line.trim_start().bytes().next());
    starts
        .into_iter()
        .any(|first| matches!(first, Some(b'+' | b'-' | b'#')))
}

#[test]
fn files_are_read_as_the_c_library_reads_them() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let seed = 20_261_103;
    let mut random = seeded_numbers(seed);
    let mut compared = 0;
    while compared < 250 {
        let passwd = garbled(&mut random, 4, &NUMBERS);
        let group = garbled(&mut random, 5, &MEMBERS);
        if is_disputed(&passwd) || is_disputed(&group) {
            continue;
        }
        fixture.file("jail/etc/passwd", &passwd);
        fixture.file("jail/etc/group", &group);
        for line in [
            &["--userspec=uu"][..],
            &["--userspec=vv:6"],
            &["--userspec=5"],
            &["--userspec=:ww", "--groups=uu,ww"],
        ] {
            let (ours, theirs) =
                diff.run_both(|tool| fixture.root(tool).args(line).args(["jail", "show"]));
            let seen = |outcome: &Outcome| (outcome.status, outcome.out(), outcome.err());
            assert_eq!(
                seen(&ours),
                seen(&theirs),
                "seed {seed}, {passwd:?}, {group:?}\n{ours}{theirs}"
            );
        }
        compared += 1;
    }
}
