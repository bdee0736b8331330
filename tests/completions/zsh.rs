//! Zsh is typed at: a widget of the test asks its completion system, whose last step, `compadd`, notes the words.

use std::collections::BTreeSet;

use testkit::{Running, workspace};

use crate::fixture::Fixture;

/// A Zsh that has found the completions.
pub(crate) fn start(fixture: &Fixture) -> Running {
    let mut zsh = fixture
        .shell(&["zsh", "-f", "-i"])
        .env("TERM", "dumb")
        .terminal(2000, 50)
        .spawn();
    let setup = workspace().join("tests/completions/answer.zsh");
    zsh.type_in(&format!(". {}\r", setup.display()));
    zsh.read_until("ready>");
    zsh
}

pub(crate) fn ask(zsh: &mut Running, line: &str) -> BTreeSet<String> {
    // The tabulator asks; Ctrl-U takes the line away.
    zsh.type_in(&format!("{line}\t\u{15}"));
    zsh.read_until("\u{1}");
    let words = zsh.read_until("\u{2}");
    let words = words.trim_end_matches('\u{2}').lines();
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn zsh_answers() {
    let Some(fixture) = Fixture::set("zsh") else {
        return;
    };
    let mut zsh = start(&fixture);
    fixture.ask_all(|line| ask(&mut zsh, line));
}

#[test]
fn zsh_leaves_what_was_typed_of_a_namespaces_file() {
    let Some(fixture) = Fixture::set("zsh") else {
        return;
    };
    let mut zsh = start(&fixture);
    for name in ["rnsenter", "nsenter"] {
        let typed = format!("{name} --net={}/ke", fixture.path().display());
        zsh.type_in(&format!("{typed}\u{18}c\u{18}p"));
        zsh.read_until("\u{1}");
        let line = zsh.read_until("\u{2}");
        assert_eq!(line.trim_end_matches(['\u{2}', ' ']), format!("{typed}pt"));
    }
}

#[test]
fn zsh_shows_names_of_processes_and_no_control_character() {
    let Some(fixture) = Fixture::set("zsh") else {
        return;
    };
    let mut zsh = start(&fixture);
    zsh.type_in(&format!(
        "rnsenter --target {}\u{18}l\u{18}p",
        fixture.odd_typed()
    ));
    let shown = zsh.read_until("\u{2}");
    assert!(shown.contains(" -- od?[31m/d"), "{shown:?}");
}

#[test]
fn zsh_inserts_a_name_of_a_root_that_is_a_command_as_a_name() {
    let Some(fixture) = Fixture::set("zsh") else {
        return;
    };
    let mut zsh = start(&fixture);
    let typed = format!("rchroot {}/root /evil/", fixture.path().display());
    zsh.type_in(&format!("{typed}\u{18}c\u{18}p"));
    zsh.read_until("\u{1}");
    let line = zsh.read_until("\u{2}");
    let line = line.trim_end_matches('\u{2}');
    assert!(line.starts_with(&format!("{typed}\\$\\(touch")), "{line}");
    zsh.type_in(&format!(": {line}\rprint -n '\\1run\\2'\r"));
    zsh.read_until("\u{1}run\u{2}");
    assert!(!fixture.path().join("harm").exists(), "{line}");
}
