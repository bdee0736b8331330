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
use std::path::Path;

use clap::{Arg, Command};
use testkit::{Scratch, Tool, need, workspace};
use tools::TOOLS;

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

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
        .replace("Ar ", "")
        .replace("Cm ", "")
}

/// The long name in the heading of an option.
fn long_name(heading: &str) -> &str {
    let (_, long) = heading.split_once("--").expect("a long option");
    long.split([' ', '[']).next().expect("a name")
}

/// What a program prints with `--help`. It stands beside xtask, if it was built.
#[track_caller]
fn help(command: &Command) -> Option<String> {
    let program = Path::new(XTASK).with_file_name(command.get_name());
    let missing = format!("there is no {}: test the workspace", program.display());
    let built = need::met(program.exists(), &missing);
    built.then(|| Tool::new(program).arg("--help").run().ok().out())
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
            assert!(found.eq(expected), "{}: {option}", command.get_name());
        }
        for option in &table {
            assert!(described.contains(&option.as_str()), "no --{option}");
        }
        assert_eq!(described.len(), table.len(), "{described:?}");
        assert!(
            !page.contains("MISSING TEXT"),
            "text is still to be written"
        );
    }
}

#[test]
fn a_man_page_speaks_of_no_option_that_its_program_lacks() {
    for command in commands() {
        let page = man_page(&command);
        let words: Vec<&str> = page.split_ascii_whitespace().collect();
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
            let begin = line.get(..6)?;
            begin.contains('-').then(|| line.trim_start())
        });
        let entries: Vec<_> = entries.collect();
        let headings = man_headings(&man_page(&command));
        assert_eq!(entries.len(), headings.len(), "{help}");
        for (entry, heading) in entries.iter().zip(headings) {
            let rest = entry.strip_prefix(&heading);
            let alike = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
            assert!(alike, "--help has {entry:?}, the man page {heading:?}");
        }
    }
}

#[test]
fn every_option_is_completed_in_every_shell() {
    for command in commands() {
        let name = command.get_name();
        for (shell, dashes) in [("bash", " --"), ("zsh", "--"), ("fish", " -l ")] {
            let script = file(&format!("completions/{name}.{shell}"));
            for option in options(&command) {
                let spelled = format!("{dashes}{option}");
                let mut found = script.match_indices(&spelled);
                let is_whole = |at: usize| {
                    !script[at..].starts_with(|next: char| next.is_alphanumeric() || next == '-')
                };
                let whole = found.any(|(at, _)| is_whole(at + spelled.len()));
                assert!(whole, "{name}.{shell}: no {spelled:?}");
            }
        }
    }
}

/// What a shell that has read the completions of this program writes when it runs this line.
#[track_caller]
fn in_shell(shell: &str, name: &str, line: &str) -> Option<String> {
    if !need::program(shell) {
        return None;
    }
    let home = Scratch::new();
    let script = file(&format!("completions/{name}.{shell}")) + line;
    let tool = Tool::new("/usr/bin/env").env("HOME", home.path());
    let outcome = tool.args([shell, "-c", &script]).run().ok();
    assert_eq!(outcome.err(), "");
    Some(outcome.out())
}

#[test]
fn bash_completes_the_program_behind_the_options() {
    let complete =
        "\"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"; echo \"$COMPREPLY\"";
    for (words, current, expected) in [
        ("runshare -mu --map-root", 2, "--map-root-user\n"),
        ("runshare --mount readlin", 2, "readlink\n"),
        ("runshare -R / --owner = 0 : 0 readlin", 8, "readlink\n"),
        ("runshare ls --map-root", 2, "\n"),
        ("rnsenter -m -t 1 --preserve", 4, "--preserve-credentials\n"),
        ("rnsenter --target = 1 : 5 -n readlin", 7, "readlink\n"),
        ("rnsenter -t 1 -m ls --preserve", 5, "\n"),
        ("rchroot --skip", 1, "--skip-chdir\n"),
        ("rchroot --groups 5 / readlin", 4, "readlink\n"),
        ("rchroot / readlin", 2, "readlink\n"),
        ("rchroot / ls --skip", 3, "\n"),
    ] {
        let name = words.split(' ').next().expect("a word");
        let line =
            format!("COMP_WORDS=({words}) COMP_CWORD={current}; _{name}_line {name} {complete}");
        let Some(offered) = in_shell("bash", name, &line) else {
            return;
        };
        assert_eq!(offered, expected, "{words}");
    }
}

#[test]
fn fish_completes_the_program_behind_the_options() {
    for (line, expected) in [
        ("runshare -mu --map-root", "--map-root-user"),
        ("runshare --mount=/etc/hostnam", "--mount=/etc/hostname"),
        ("runshare --mount readlin", "readlink"),
        ("runshare -R / --owner=0:0 readlin", "readlink"),
        ("runshare ls --map-root", ""),
        ("rnsenter -t 1 --preserve", "--preserve-credentials"),
        ("rnsenter --net=/etc/hostnam", "--net=/etc/hostname"),
        ("rnsenter -t 1 -m readlin", "readlink"),
        ("rnsenter -t 1 ls --preserve", ""),
        ("rchroot --skip", "--skip-chdir"),
        ("rchroot --userspec=0:0 /et", "/etc/"),
        ("rchroot / readlin", "readlink"),
        ("rchroot / ls --skip", ""),
    ] {
        let name = line.split(' ').next().expect("a word");
        let Some(offered) = in_shell("fish", name, &format!("complete -C '{line}'")) else {
            return;
        };
        let first = offered.split(['\t', '\n']).next();
        assert_eq!(first, Some(expected), "{line}: {offered}");
    }
}

#[test]
fn a_process_is_completed_by_its_number() {
    let bash = "compopt() { :; }; COMP_WORDS=(rnsenter -t $$) COMP_CWORD=2; _rnsenter_line rnsenter $$ -t; \
                [[ $COMPREPLY == $$ ]] && echo it is offered";
    let fish =
        "complete -C 'rnsenter --target 1' | string match -qr '^1\\t'; and echo it is offered";
    for (shell, line) in [("bash", bash), ("fish", fish)] {
        let Some(offered) = in_shell(shell, "rnsenter", line) else {
            return;
        };
        assert_eq!(offered, "it is offered\n", "{shell}");
    }
    let zsh = file("completions/rnsenter.zsh");
    let both = ":{_pids; _files -/}'";
    assert_eq!(zsh.matches(both).count(), 2, "for both names");
}

#[test]
fn a_directory_of_kept_namespaces_is_completed_as_a_target() {
    let bash = "compopt() { echo $*; }; COMP_WORDS=(rnsenter -t /pro) COMP_CWORD=2; \
                _rnsenter_line rnsenter /pro -t";
    let fish = "complete -C 'rnsenter --target /pro'";
    for (shell, line, expected) in [
        ("bash", bash, "-o plusdirs\n"),
        ("fish", fish, "/proc/\tDirectory\n"),
    ] {
        let Some(offered) = in_shell(shell, "rnsenter", line) else {
            return;
        };
        assert_eq!(offered, expected, "{shell}");
    }
}

#[test]
fn zsh_can_read_its_completions() {
    if !need::program("zsh") {
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
fn mandoc_has_nothing_to_warn_of() {
    if !need::program("mandoc") {
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
