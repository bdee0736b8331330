//! Bash is typed at: what it would offer is inserted, by Readline's own key for that, and the line read.

use std::collections::BTreeSet;

use testkit::{Running, require, workspace};

use crate::fixture::Fixture;

pub(crate) const INSERT_AND_PRINT: &str = "\u{18}i\u{18}p";
pub(crate) const LIST_AND_PRINT: &str = "\u{18}l\u{18}p";

/// A Bash that has read the completions; none, and the test skipped, if something is missing.
#[track_caller]
pub(crate) fn start(fixture: &Fixture) -> Option<Running> {
    let library = std::path::Path::new("/usr/share/bash-completion/bash_completion");
    if !require::condition(library.exists(), "there is no bash-completion") {
        return None;
    }
    let setup = workspace()
        .join("tests/completions/answer.bash")
        .display()
        .to_string();
    let words = ["bash", "--noprofile", "--rcfile", &setup, "-i"];
    let mut bash = fixture
        .shell(&words)
        .env("TERM", "dumb")
        .terminal(2000, 50)
        .spawn();
    bash.read_until("ready>");
    Some(bash)
}

/// The line that is there after what is typed.
fn line_after(bash: &mut Running, typed: &str) -> String {
    bash.type_in(typed);
    bash.read_until("\u{1}");
    let line = bash.read_until("\u{2}");
    line.trim_end_matches('\u{2}').to_owned()
}

fn ask(bash: &mut Running, line: &str) -> BTreeSet<String> {
    let answer = line_after(bash, &format!("{line}{INSERT_AND_PRINT}"));
    if answer == line {
        return BTreeSet::new();
    }
    // Readline replaces what is behind the last of these.
    let kept = line.rfind([' ', '=', ':']).map_or(0, |at| at + 1);
    let (_, word) = line[..kept]
        .rsplit_once(' ')
        .expect("the name stands before it");
    let inserted = answer.get(kept..).unwrap_or_default();
    inserted
        .split_whitespace()
        .map(|candidate| format!("{word}{}", candidate.trim_end_matches('=')))
        .collect()
}

#[test]
fn bash_answers() {
    let Some(fixture) = Fixture::set("bash") else {
        return;
    };
    let Some(mut bash) = start(&fixture) else {
        return;
    };
    fixture.ask_all(|line| ask(&mut bash, line));
}

#[test]
fn bash_shows_what_runs_in_a_process() {
    let Some(fixture) = Fixture::set("bash") else {
        return;
    };
    let Some(mut bash) = start(&fixture) else {
        return;
    };
    bash.type_in(&format!("rnsenter --target {LIST_AND_PRINT}"));
    let shown = bash.read_until("\u{2}");
    assert!(shown.contains("  (sleep)"), "{shown}");
    // A name with a slash loses nothing before it, one with an escape sequence has no effect.
    let odd = format!("{}  (od?[31m/d)", fixture.odd());
    assert!(shown.contains(&odd), "{odd}: {shown}");
    // PID 2 and its children cannot be entered.
    assert!(!shown.contains("(kthreadd)"), "{shown}");
}

#[test]
fn bash_inserts_a_name_of_a_root_that_is_a_command_as_a_name() {
    let Some(fixture) = Fixture::set("bash") else {
        return;
    };
    let Some(mut bash) = start(&fixture) else {
        return;
    };
    for (directory, inserted) in [("evil", ""), ("quoted", "x\\;touch\\ harm\\ \\&\\ \\'q")] {
        let typed = format!("rchroot {}/root /{directory}/", fixture.path().display());
        let line = line_after(&mut bash, &format!("{typed}{INSERT_AND_PRINT}"));
        assert_eq!(line.trim_end(), format!("{typed}{inserted}"));
        bash.type_in(&format!(": {line}\rprintf '\\1run\\2'\r"));
        bash.read_until("\u{1}run\u{2}");
        assert!(!fixture.path().join("harm").exists(), "{line}");
    }
}
