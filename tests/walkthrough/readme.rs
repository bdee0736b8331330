//! README.md shows what one really sees: its commands are typed here, and the answers compared.
//!
//! A block marked `console` is a session: `$` begins a command for the shell, `#` a line typed into the program that runs
//! then, all else is what they write. Numbers differ from machine to machine and count as equal; those of namespaces must
//! be the same or different where the README's are.

use std::fs;

use testkit::{Tool, mask, need, workspace};

use crate::stage::{Debian, assert_ipc_is_another, beside_runshare, ready, with_our_path};

/// What the sessions use besides our own programs.
const PROGRAMS: [&str; 5] = ["bash", "hostname", "ip", "ipcmk", "ipcs"];

fn readme() -> String {
    fs::read_to_string(workspace().join("README.md")).expect("there is a README")
}

/// The blocks of text marked as `language`, in their order.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let begin = format!("\n```{language}\n");
    let after = text.split(&begin).skip(1);
    after.filter_map(|rest| rest.split("```").next()).collect()
}

/// One command of a session, and what is typed into it.
struct Step<'a> {
    command: &'a str,
    typed: String,
}

/// A session's commands, and what it shows them to write.
fn session(block: &str) -> (Vec<Step<'_>>, String) {
    let mut steps: Vec<Step> = Vec::new();
    let mut shown = String::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            let typed = String::new();
            steps.push(Step { command, typed });
        } else if let Some(typed) = line.strip_prefix("# ") {
            let step = steps.last_mut().expect("a session begins with a command");
            step.typed += &format!("{typed}\n");
        } else {
            shown += &format!("{line}\n");
        }
    }
    (steps, shown)
}

/// The text with nothing in it that differs from machine to machine: the width of blanks, numbers, random keys. The
/// numbers of namespaces become 1, 2, … in the order of their appearance.
fn comparable(text: &str) -> String {
    let mut namespaces: Vec<&str> = Vec::new();
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let inode = word
            .split_once(":[")
            .and_then(|(kind, rest)| Some((kind, rest.strip_suffix(']')?)));
        words.push(match inode {
            Some((kind, inode)) => {
                let known = namespaces.iter().position(|known| *known == inode);
                let place = known.unwrap_or_else(|| {
                    namespaces.push(inode);
                    namespaces.len() - 1
                });
                format!("{kind}:[namespace {place}]")
            }
            None if word.starts_with("0x") => "key".to_owned(),
            None => String::from_utf8_lossy(&mask::numbers(word.as_bytes())).into_owned(),
        });
    }
    words.join(" ")
}

fn type_in(step: &Step, debian: &Debian) -> String {
    let shell = with_our_path(Tool::new("/bin/sh")).args(["-c", step.command]);
    let outcome = shell
        .current_dir(&debian.root)
        .stdin(step.typed.as_bytes())
        .run()
        .ok();
    assert!(outcome.stderr.is_empty(), "{outcome}");
    outcome.out()
}

#[test]
fn every_session_goes_as_the_readme_shows_it() {
    let Some(debian) = Debian::find() else { return };
    let rnsenter = beside_runshare("rnsenter").exists();
    let built = need::met(rnsenter, "build rnsenter with cargo build -p rnsenter");
    if !built || !PROGRAMS.into_iter().all(need::program) {
        return;
    }
    assert_ipc_is_another();
    let text = readme();
    let sessions = blocks(&text, "console");
    assert!(sessions.len() >= 8, "a session for each namespace");
    for block in sessions {
        let (steps, shown) = session(block);
        let written: String = steps.iter().map(|step| type_in(step, &debian)).collect();
        assert_eq!(
            comparable(&written),
            comparable(&shown),
            "{block}\nwrote\n{written}"
        );
    }
}

#[test]
fn the_first_command_prints_what_the_readme_shows() {
    if !ready() {
        return;
    }
    let text = readme();
    let (_, after) = text
        .split_once("<!-- first command -->")
        .expect("there is a first command");
    let (_, words) = blocks(after, "sh")[0]
        .split_once(" -- ")
        .expect("cargo run … -- OPTIONS");
    let command = format!("runshare {words}");
    let outcome = with_our_path(Tool::new("/bin/sh"))
        .args(["-c", &command])
        .run()
        .ok();
    assert_eq!(outcome.out(), blocks(after, "text")[0]);
}

#[test]
fn every_difference_has_its_test() {
    let text = readme();
    let (_, rows) = text
        .split_once("\n## Deliberate differences\n")
        .expect("there is a table of differences");
    let rows = rows.split("\n## ").next().unwrap_or_default();
    let named = rows
        .lines()
        .filter_map(|row| row.split('`').rev().nth(1)?.split_once(".rs: "));
    let mut count = 0;
    for (file, test) in named {
        let source = fs::read_to_string(workspace().join(format!("{file}.rs"))).unwrap_or_default();
        assert!(
            source.contains(&format!("#[test]\nfn {test}()")),
            "{file}.rs has no test {test}"
        );
        count += 1;
    }
    let all = rows
        .lines()
        .filter(|row| row.starts_with("| ") && !row.starts_with("| what |"));
    assert_eq!(
        count,
        all.count(),
        "each row names a test in its last column"
    );
}
