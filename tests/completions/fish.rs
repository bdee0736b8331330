//! Fish tells what it would offer without a terminal.

use std::collections::BTreeSet;

use crate::stage::Stage;

/// What `complete -C` tells of this line, without what it says of each. An option whose value must be attached is told
/// twice, with `=` and without.
fn ask(stage: &Stage, line: &str) -> BTreeSet<String> {
    let code = "set fish_complete_path $argv[1] $fish_complete_path; complete -C $argv[2]";
    let scripts = stage.path().join("scripts/fish").display().to_string();
    let shell = stage.shell(&["fish", "--no-config", "-c", code, &scripts, line]);
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
    let Some(stage) = Stage::set("fish") else {
        return;
    };
    stage.ask_all(|line| ask(&stage, line));
}

#[test]
fn fish_shows_names_of_processes_as_they_can_be_printed() {
    let Some(stage) = Stage::set("fish") else {
        return;
    };
    let code = "set fish_complete_path $argv[1] $fish_complete_path; complete -C $argv[2]";
    let scripts = stage.path().join("scripts/fish").display().to_string();
    let shown = |line| {
        let shell = stage.shell(&["fish", "--no-config", "-c", code, &scripts, line]);
        shell.terminal(2000, 50).run().out()
    };
    let processes = shown("rnsenter --target ");
    let odd = format!("{}\tod?[31m/d", stage.odd());
    let tabs = processes.lines().any(|line| line.trim_end() == odd);
    assert!(tabs, "{odd}: {processes}");
    assert!(!processes.contains("kthreadd"), "{processes}");
    let namespaces = shown("rlsns ");
    assert!(!namespaces.contains("\\x20"), "{namespaces}");
}
