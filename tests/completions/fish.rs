//! Fish reports what it would offer without a terminal.

use std::collections::BTreeSet;

use testkit::{Running, Tool};

use crate::fixture::Fixture;

/// What Fish runs: its words are the directory of scripts, and lines.
const CODE: &str = "set fish_complete_path $argv[1] $fish_complete_path
    BEFORE
    for line in $argv[2..]; complete -C $line; printf '\\2'; end";

/// A shell that reports what it would offer for these lines, each report ended by `\2`; `before` runs first.
fn asked(fixture: &Fixture, before: &str, lines: &[impl AsRef<str>]) -> Tool {
    let scripts = fixture.path().join("scripts/fish").display().to_string();
    let code = CODE.replace("BEFORE", before);
    let mut words = vec!["fish", "--no-config", "-c", &code, &scripts];
    words.extend(lines.iter().map(AsRef::as_ref));
    fixture.shell(&words)
}

/// All that it reports on a terminal for this line.
pub(crate) fn shown(fixture: &Fixture, line: &str) -> String {
    let shell = asked(fixture, "", &[line]);
    shell.terminal(2000, 50).run().ok().out()
}

/// A shell on a terminal that has read the completions, and waits for a line before it reports.
pub(crate) fn start(fixture: &Fixture, lines: &[&str]) -> Running {
    let before = "complete -C 'rnsenter --a' >/dev/null; echo ready; read line";
    let mut fish = asked(fixture, before, lines).terminal(2000, 50).spawn();
    fish.read_until("ready");
    fish
}

/// What it reports of these lines, without what it says of each word. An option whose value must be attached is told
/// twice, with `=` and without.
pub(crate) fn ask(fixture: &Fixture, lines: &[String]) -> Vec<BTreeSet<String>> {
    let outcome = asked(fixture, "", lines).run().ok();
    assert_eq!(outcome.err(), "");
    let word = |line: &str| {
        let word = line.split('\t').next().unwrap_or(line);
        word.trim_end_matches('=').to_owned()
    };
    let whole = outcome.out();
    let reports = whole.split_terminator('\u{2}');
    reports
        .map(|report| report.lines().map(word).collect())
        .collect()
}

#[test]
fn fish_answers() {
    let Some(fixture) = Fixture::set("fish") else {
        return;
    };
    let mut answers = ask(&fixture, &fixture.lines()).into_iter();
    fixture.ask_all(|_| answers.next().unwrap_or_default());
}

#[test]
fn fish_shows_names_of_processes_as_they_can_be_printed() {
    let Some(fixture) = Fixture::set("fish") else {
        return;
    };
    let processes = shown(&fixture, "rnsenter --target ");
    let odd = format!("{}\tod?[31m/d", fixture.odd());
    let tabs = processes.lines().any(|line| line.trim_end() == odd);
    assert!(tabs, "{odd}: {processes}");
    assert!(!processes.contains("kthreadd"), "{processes}");
    let namespaces = shown(&fixture, "rlsns ");
    assert!(!namespaces.contains("\\x20"), "{namespaces}");
}
