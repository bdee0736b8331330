//! Messages in the languages of the originals' catalogues.

use std::io::{self, Write};
use std::path::PathBuf;

use nix::mount::{MsFlags, mount};
use testkit::{DifferentialTest, LANGUAGES, Outcome, Status, Tool, is_left_in_english, require};

use crate::command_lines::Line;
use crate::fixture::{Fixture, seen};
use crate::sample_processes::SampleProcesses;
use crate::scenario::{RLSNS, Scenario};

fn need() -> Option<(DifferentialTest, PathBuf)> {
    Some((
        DifferentialTest::new("lsns", RLSNS)?,
        require::catalogues()?,
    ))
}

/// The catalogues, in the place of the system's. To be called in a scenario, which has mounts of its own.
fn mount_catalogues() -> Option<PathBuf> {
    let catalogues = require::catalogues()?;
    let share = catalogues.join("share");
    let mounted = mount(
        Some(&share),
        "/usr/share/locale",
        None::<&str>,
        MsFlags::MS_BIND,
        None::<&str>,
    );
    mounted.expect("the mounts are ours");
    Some(catalogues)
}

#[test]
fn every_command_line_of_the_file_in_five_languages() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let Some(catalogues) = mount_catalogues() else {
        return;
    };
    let samples = SampleProcesses::new(&fixture);
    let lines = include_str!("command_lines.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines: Vec<Line> = lines.map(|line| Line::parse(line, &samples)).collect();
    for language in LANGUAGES {
        let (mut english, mut differences) = (0, Vec::new());
        for line in &lines {
            let (ours, original) = fixture.run_both(|tool| {
                let tool = tool.env("LOCPATH", catalogues.join("locales"));
                line.set_up(tool.env("LC_ALL", format!("{language}.UTF-8")))
            });
            if seen_in(&ours) == seen_in(&original) {
                continue;
            }
            match is_left_in_english(&ours, &original) {
                true => english += 1,
                false if has_fraction(line) => english += 1,
                false => differences.push(format!("ours\n{ours}original\n{original}")),
            }
        }
        let (count, different) = (lines.len(), differences.len());
        let _ = writeln!(
            io::stderr(),
            "{language}: {count} lines, {} equal, {english} differ as is expected",
            count - english - different
        );
        assert!(
            count >= 420 && english < count / 10,
            "{language}: {english} of {count}"
        );
        differences.truncate(10);
        assert_eq!(different, 0, "{language}\n{}", differences.join("\n"));
    }
}

/// Whether there is a number with a decimal point, which the original reads as the locale writes numbers.
fn has_fraction(line: &Line) -> bool {
    line.words.iter().any(|word| word.contains("20."))
}

/// In German the original ends the number at the point: what is left is `PID < 20`.
#[test]
fn a_decimal_point_is_one_in_every_language() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let Some(catalogues) = mount_catalogues() else {
        return;
    };
    let samples = SampleProcesses::new(&fixture);
    let filter = "PID < 20.5";
    let listed = |language: &str| {
        fixture.run_both(|tool| {
            let tool = tool.env("LOCPATH", catalogues.join("locales"));
            tool.env("LC_ALL", format!("{language}.UTF-8"))
                .args(["-n", "-o", "PID", "-Q", filter])
        })
    };
    let (ours, _) = listed("C");
    let (german, original) = listed("de_DE");
    assert_eq!(ours.out(), german.out(), "{german}");
    assert_ne!(original.out(), german.out(), "{original}");
    drop(samples);
}

/// What is compared: the C library's French catalogue has a line feed too many behind some of getopt's sentences.
fn seen_in(outcome: &Outcome) -> (Status, Vec<u8>, String) {
    let (status, written, errors) = seen(outcome);
    let errors = String::from_utf8_lossy(errors).replace("\n\n", "\n");
    (status, written, errors)
}

/// Its translation of `failed to apply filter` has an argument that the sentence lacks: the original reads what is not
/// there, and what comes of it is anything, a crash for one.
#[test]
fn a_croatian_sentence_with_an_argument_too_many_stays_english() {
    let Some((diff, catalogues)) = need() else {
        return;
    };
    let setup = |tool: Tool| {
        tool.language(&catalogues, "hr_HR")
            .args(["-Q", "UID == TYPE"])
    };
    let (ours, original) = diff.run_both(setup);
    assert_eq!(ours.code(), 1, "{ours}");
    assert!(
        ours.err().starts_with("lsns: failed to apply filter: "),
        "{ours}"
    );
    assert!(
        !ours.err().ends_with("Invalid argument\n"),
        "the reason is Croatian: {ours}"
    );
    assert!(
        !original.err().contains("failed to apply filter: "),
        "{original}"
    );
}
