//! Completions and man pages agree with the programs' tables of options.
//!
//! That they are what `cargo run -p xtask -- generate` writes is the first test; the others judge the files by
//! themselves, so that a defect of the generator is found too.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::fs;

use clap::{Arg, Command};
use testkit::{Tool, require, workspace};
use tools::TOOLS;

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");
/// What is to be done when one of these tests fails.
const MEND: &str = "mend it with: cargo run -p xtask -- generate";

fn commands() -> impl Iterator<Item = Command> {
    TOOLS.iter().map(|tool| (tool.command)())
}

/// The long names of a program's options, in the order of its table.
fn options(command: &Command) -> Vec<String> {
    let names = command.get_arguments().filter_map(Arg::get_long);
    names.map(str::to_owned).collect()
}

fn file(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn man_page(command: &Command) -> String {
    file(&tools::man_page(command.get_name()))
}

/// The lines of a man page that begin the text of an option, as a reader sees them: `-m, --mount[=FILE]`.
fn man_headings(page: &str) -> Vec<String> {
    let options = page
        .split("\n.Sh ")
        .find(|section| section.starts_with("OPTIONS"));
    let lines = options.expect("it has OPTIONS").lines();
    lines
        .filter_map(|line| line.strip_prefix(".It Fl "))
        .map(plain)
        .collect()
}

fn plain(heading: &str) -> String {
    let mut text = format!("-{heading}")
        .replace(" , Fl ", ", -")
        .replace("Fl ", "-");
    if let Some((name, value)) = text.split_once(" Ns Op = Ns ") {
        text = format!("{name}[={value}]");
    }
    text.replace(" Ns | Ns ", "|")
        .replace(" Ns = Ns ", "=")
        .replace("Ar ", "")
        .replace("Cm ", "")
}

/// The long name in the heading of an option.
fn long_name(heading: &str) -> &str {
    let (_, long) = heading.split_once("--").expect("a long option");
    long.split([' ', '[', '=']).next().expect("a name")
}

/// What a program prints with `--help`, if it can be built.
#[track_caller]
fn help(command: &Command) -> Option<String> {
    let program = require::workspace_program(command.get_name())?;
    Some(Tool::new(program).arg("--help").run().ok().out())
}

#[test]
fn they_are_what_would_be_generated_now() {
    let outcome = Tool::new(XTASK).args(["generate", "--check"]).run();
    assert_eq!(outcome.code(), 0, "{}", outcome.err());
}

#[test]
fn every_option_is_in_the_man_page_in_the_order_of_the_table() {
    for command in commands() {
        let page = man_page(&command);
        let headings = man_headings(&page);
        let described: Vec<_> = headings.iter().map(|line| long_name(line)).collect();
        let table = options(&command);
        for option in command.get_arguments().filter_map(Arg::get_help_heading) {
            let group = |name: &str| {
                let mut arguments = command.get_arguments();
                let found = arguments.find(|known| known.get_long() == Some(name));
                found.and_then(Arg::get_help_heading) == Some(option)
            };
            let found = described.iter().filter(|name| group(name));
            let expected = table.iter().filter(|name| group(name));
            let name = command.get_name();
            assert!(found.eq(expected), "{name}: {option}: {MEND}");
        }
        for option in &table {
            assert!(
                described.contains(&option.as_str()),
                "no --{option}: {MEND}"
            );
        }
        assert_eq!(described.len(), table.len(), "{described:?}: {MEND}");
        assert!(
            !page.contains("MISSING TEXT"),
            "the text below {0:?} is still to be written, in man/{1}",
            "Sy MISSING TEXT",
            command.get_name()
        );
    }
}

#[test]
fn a_man_page_speaks_of_no_option_that_its_program_lacks() {
    for command in commands() {
        let page = man_page(&command);
        // `.Nm runshare Fl -init` is an option of the program that is named.
        let names_another = |line: &&str| {
            let name = line
                .strip_prefix(".Nm ")
                .and_then(|rest| rest.split(' ').next());
            name.is_some_and(|name| name != command.get_name())
        };
        let own = page.lines().filter(|line| !names_another(line));
        let words: Vec<&str> = own.flat_map(str::split_ascii_whitespace).collect();
        for pair in words.windows(2) {
            let [flag, name] = pair else { continue };
            if !flag.trim_start_matches('.').eq("Fl") {
                continue;
            }
            let known = command.get_arguments().any(|option| {
                let short = option.get_short().map(String::from);
                name.strip_prefix('-') == option.get_long() && option.get_long().is_some()
                    || short.as_deref() == Some(name)
            });
            assert!(known, "{}: Fl {name}", command.get_name());
        }
    }
}

#[test]
fn help_and_man_page_spell_and_order_the_options_alike() {
    for command in commands() {
        let Some(help) = help(&command) else { continue };
        // The texts are further to the right.
        let entries = help.lines().filter_map(|line| {
            let begin = line.get(..8)?;
            begin.contains('-').then(|| line.trim_start())
        });
        let entries: Vec<_> = entries.collect();
        let headings = man_headings(&man_page(&command));
        assert_eq!(entries.len(), headings.len(), "{help}{MEND}");
        for (entry, heading) in entries.iter().zip(headings) {
            let rest = entry.strip_prefix(&heading);
            let alike = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
            assert!(
                alike,
                "--help has {entry:?}, the man page {heading:?}: {MEND}"
            );
        }
    }
}

/// The long options that a script reports its shell of, in its order.
fn completed(script: &str, shell: &str) -> Vec<String> {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '-';
    let names: Vec<&str> = match shell {
        "bash" => {
            let list = script.lines().find(|line| line.contains("opts=\"-"));
            let words = list.unwrap_or_default().split(['"', ' ']);
            words.filter_map(|word| word.strip_prefix("--")).collect()
        }
        "zsh" => {
            let lines = script.lines().map(|line| line.trim_start_matches("'*"));
            lines
                .filter_map(|line| line.trim_start_matches('\'').strip_prefix("--"))
                .collect()
        }
        _ => {
            let lines = script.lines().filter(|line| line.starts_with("complete "));
            lines
                .filter_map(|line| Some(line.split_once(" -l ")?.1))
                .collect()
        }
    };
    let whole = names
        .into_iter()
        .map(|rest| rest.split(|next| !is_name(next)).next());
    whole.flatten().map(str::to_owned).collect()
}

#[test]
fn every_option_is_completed_in_every_shell_in_the_order_of_the_table() {
    for command in commands() {
        let name = command.get_name();
        for shell in ["bash", "zsh", "fish"] {
            let script = file(&format!("completions/{name}.{shell}"));
            let found = completed(&script, shell);
            // clap_complete tells zsh and fish first of those that take a value.
            let takes_value = |name: &str| {
                let mut table = command.get_arguments();
                let option = table.find(|option| option.get_long() == Some(name));
                option.is_some_and(|option| option.get_action().takes_values())
            };
            let mut table = options(&command);
            if shell != "bash" {
                table.sort_by_key(|name| !takes_value(name));
            }
            assert_eq!(found, table, "{name}.{shell}: {MEND}");
        }
    }
}

#[test]
fn zsh_can_read_its_completions() {
    if !require::installed("zsh") {
        return;
    }
    for command in commands() {
        let script = workspace().join(format!("completions/{}.zsh", command.get_name()));
        let outcome = Tool::new("/usr/bin/env")
            .args(["zsh", "-n"])
            .arg(script)
            .run()
            .ok();
        assert_eq!(outcome.err(), "");
    }
}

#[test]
fn mandoc_prints_no_warning() {
    if !require::installed("mandoc") {
        return;
    }
    for command in commands() {
        let page = workspace().join(tools::man_page(command.get_name()));
        let lint = Tool::new("/usr/bin/env").args(["mandoc", "-T", "lint", "-W", "warning"]);
        let outcome = lint.arg(page).run();
        assert_eq!(
            (outcome.code(), outcome.out()),
            (0, String::new()),
            "{outcome}"
        );
    }
}
