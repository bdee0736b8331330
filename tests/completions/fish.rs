//! Fish reports what it would offer without a terminal.

use std::collections::BTreeSet;

use testkit::{Running, Tool};

use crate::fixture::Fixture;

/// What Fish runs: its words are the directory of scripts, and the line.
const CODE: &str = "set fish_complete_path $argv[1] $fish_complete_path; complete -C $argv[2]";

/// A shell that reports what it would offer for this line.
fn asked(fixture: &Fixture, line: &str) -> Tool {
    let scripts = fixture.path().join("scripts/fish").display().to_string();
    fixture.shell(&["fish", "--no-config", "-c", CODE, &scripts, line])
}

/// All that it reports on a terminal for this line.
pub(crate) fn shown(fixture: &Fixture, line: &str) -> String {
    asked(fixture, line).terminal(2000, 50).run().ok().out()
}

/// A shell on a terminal that waits for a line, and then reports what it would offer for all of these.
pub(crate) fn start(fixture: &Fixture, lines: &[&str]) -> Running {
    let code =
        "set fish_complete_path $argv[1] $fish_complete_path; complete -C 'rnsenter --a' >/dev/null
        echo ready; read line; for line in $argv[2..]; complete -C $line; end; printf '\\2'";
    let scripts = fixture.path().join("scripts/fish").display().to_string();
    let words = [&["fish", "--no-config", "-c", code, &scripts], lines].concat();
    let mut fish = fixture.shell(&words).terminal(2000, 50).spawn();
    fish.read_until("ready");
    fish
}

/// What `complete -C` reports of this line, without what it says of each. An option whose value must be attached is
/// told twice, with `=` and without.
fn ask(fixture: &Fixture, line: &str) -> BTreeSet<String> {
    let outcome = asked(fixture, line).run().ok();
    assert_eq!(outcome.err(), "", "{line}");
    let whole = outcome.out();
    let words = whole
        .lines()
        .map(|line| line.split('\t').next().unwrap_or(line));
    words
        .map(|word| word.trim_end_matches('=').to_owned())
        .collect()
}

#[test]
fn fish_answers() {
    let Some(fixture) = Fixture::set("fish") else {
        return;
    };
    fixture.ask_all(|line| ask(&fixture, line));
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
