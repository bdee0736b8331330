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
