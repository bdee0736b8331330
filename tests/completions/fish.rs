//! Fish reports what it would offer without a terminal.

use std::collections::BTreeSet;

use crate::fixture::Fixture;

/// What `complete -C` reports of this line, without what it says of each. An option whose value must be attached is
/// told twice, with `=` and without.
fn ask(fixture: &Fixture, line: &str) -> BTreeSet<String> {
    let code = "set fish_complete_path $argv[1] $fish_complete_path; complete -C $argv[2]";
    let scripts = fixture.path().join("scripts/fish").display().to_string();
    let shell = fixture.shell(&["fish", "--no-config", "-c", code, &scripts, line]);
    let outcome = shell.run().ok();
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
    let code = "set fish_complete_path $argv[1] $fish_complete_path; complete -C $argv[2]";
    let scripts = fixture.path().join("scripts/fish").display().to_string();
    let shown = |line| {
        let shell = fixture.shell(&["fish", "--no-config", "-c", code, &scripts, line]);
        shell.terminal(2000, 50).run().out()
    };
    let processes = shown("rnsenter --target ");
    let odd = format!("{}\tod?[31m/d", fixture.odd());
    let tabs = processes.lines().any(|line| line.trim_end() == odd);
    assert!(tabs, "{odd}: {processes}");
    assert!(!processes.contains("kthreadd"), "{processes}");
    let namespaces = shown("rlsns ");
    assert!(!namespaces.contains("\\x20"), "{namespaces}");
}
