//! Every option that takes a value, as `--help` has it: each shell offers something for it, or there is a reason.

use std::collections::BTreeSet;

use testkit::Tool;
use tools::TOOLS;

use crate::bash::{self, LIST_AND_PRINT};
use crate::fish;
use crate::fixture::{Fixture, ours};
use crate::zsh;

/// The options for whose value nothing is offered, and why.
const REASONS: [(&str, &str); 8] = [
    ("hostname", "a name that the caller invents"),
    ("domainname", "a name that the caller invents"),
    ("load-interp", "a description of an interpreter"),
    ("monotonic", "a number of seconds"),
    ("boottime", "a number of seconds"),
    ("publish", "numbers of ports"),
    ("owner", "numbers of IDs, which may have no name"),
    (
        "net-socket",
        "the number of a descriptor of the target, which is not known yet",
    ),
];

/// The lines that end where a value is to follow: `PROGRAM --OPTION=`.
fn lines() -> Vec<String> {
    let mut lines = Vec::new();
    for tool in TOOLS {
        let name = tool.name;
        let help = Tool::new(ours(name)).arg("--help").run().ok().out();
        let entries = help.lines().filter_map(option_with_value);
        let entries: Vec<_> = entries
            .map(|option| format!("{name} --{option}="))
            .collect();
        assert!(entries.len() > 5, "{name} --help cannot be read: {help}");
        lines.extend(entries);
    }
    lines
}

/// The long name in the head of an entry of `--help`, if a value belongs to it: `-m, --mount[=FILE]`.
fn option_with_value(line: &str) -> Option<&str> {
    let entry = line.trim_start();
    let (_, long) = entry.split_once("--").filter(|_| entry.starts_with('-'))?;
    let head = long.split("  ").next()?;
    let end = head.find(|letter: char| !letter.is_ascii_lowercase() && letter != '-')?;
    Some(&head[..end])
}

/// Fails unless what is offered for each line, perhaps nothing, is right.
#[track_caller]
fn assert_offered(lines: &[String], offered: impl Iterator<Item = bool>) {
    let mut wrong = BTreeSet::new();
    let mut unused: BTreeSet<_> = REASONS.map(|(option, _)| option).into();
    for (line, is_offered) in lines.iter().zip(offered) {
        let option = line
            .split("--")
            .last()
            .unwrap_or_default()
            .trim_end_matches('=');
        let has_reason = REASONS.iter().any(|(name, _)| *name == option);
        unused.remove(option);
        if is_offered == has_reason {
            wrong.insert(line);
        }
    }
    assert!(
        wrong.is_empty(),
        "neither values nor a reason, or both: {wrong:?}"
    );
    assert!(unused.is_empty(), "no such options: {unused:?}");
}

#[test]
fn bash_offers_values_of_every_option_or_there_is_a_reason() {
    let Some(fixture) = Fixture::set("bash") else {
        return;
    };
    let Some(mut bash) = bash::start(&fixture) else {
        return;
    };
    let lines = lines();
    let offered = lines.iter().map(|line| {
        bash.type_in(&format!("{line}{LIST_AND_PRINT}"));
        let listed = bash.read_until("\u{1}");
        bash.read_until("\u{2}");
        listed.chars().any(char::is_alphanumeric)
    });
    assert_offered(&lines, offered);
}

#[test]
fn zsh_offers_values_of_every_option_or_there_is_a_reason() {
    let Some(fixture) = Fixture::set("zsh") else {
        return;
    };
    let mut zsh = zsh::start(&fixture);
    let lines = lines();
    assert_offered(
        &lines,
        lines
            .iter()
            .map(|line| !zsh::ask(&mut zsh, line).is_empty()),
    );
}

#[test]
fn fish_offers_values_of_every_option_or_there_is_a_reason() {
    let Some(fixture) = Fixture::set("fish") else {
        return;
    };
    let lines = lines();
    let answers = fish::ask(&fixture, &lines);
    // Fish may repeat what is typed.
    let offered = lines.iter().zip(answers).map(|(line, words)| {
        let (_, typed) = line.split_once(' ').unwrap_or_default();
        words.iter().any(|word| word.len() > typed.len())
    });
    assert_offered(&lines, offered);
}
