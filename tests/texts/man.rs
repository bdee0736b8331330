//! The man pages as a reader sees them at 80 columns, by mandoc and by the groff that man(1) runs. What `mandoc -T
//! lint` accepts may still read wrong: a word of a heading that is the name of a macro, an example that is broken in
//! two.

use std::fs;

use testkit::{Tool, require, workspace};

const PAGES: [(&str, &str); 7] = [
    ("runshare.1", "RUNSHARE(1)"),
    ("rnsenter.1", "RNSENTER(1)"),
    ("rlsns.8", "RLSNS(8)"),
    ("rchroot.8", "RCHROOT(8)"),
    ("nsutils.1", "NSUTILS(1)"),
    ("nsutils.7", "NSUTILS(7)"),
    ("zh_CN/man7/nsutils.7", "NSUTILS(7)"),
];
const WIDTH: usize = 80;
/// What shows a page at this width, and which program that takes.
const RENDERERS: [(&str, &[&str]); 4] = [
    ("mandoc", &["mandoc", "-T", "utf8", "-O", "width=80"]),
    ("mandoc", &["mandoc", "-T", "ascii", "-O", "width=80"]),
    (
        "groff",
        &[
            "groff", "-Kutf8", "-mandoc", "-Tutf8", "-P-cbou", "-rLL=80n",
        ],
    ),
    (
        "groff",
        &["groff", "-mandoc", "-Tascii", "-P-cbou", "-rLL=80n"],
    ),
];

/// A page: its name, its source, and the lines that a reader sees.
struct Page {
    name: String,
    title: &'static str,
    source: String,
    shown: Vec<String>,
}

/// Every page by every renderer that is installed.
#[track_caller]
fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    for (program, words) in RENDERERS {
        if !require::installed(program) {
            continue;
        }
        for (file, title) in PAGES {
            if file.starts_with("zh_CN") && !words.iter().any(|word| word.contains("utf8")) {
                continue;
            }
            let path = workspace().join("man").join(file);
            let outcome = Tool::new("/usr/bin/env")
                .args(words.iter().copied())
                .arg(&path)
                .run();
            let outcome = outcome.ok();
            pages.push(Page {
                name: format!("{file} by {}", words.join(" ")),
                title,
                source: fs::read_to_string(path).expect("a page"),
                shown: outcome.out().lines().map(without_overstrikes).collect(),
            });
        }
    }
    pages
}

/// The text of a line in which a letter is made bold by writing it twice.
fn without_overstrikes(line: &str) -> String {
    let mut text = String::new();
    for letter in line.chars() {
        match letter {
            '\u{8}' => drop(text.pop()),
            _ => text.push(letter),
        }
    }
    text
}

/// The commands of the examples, a line each. In a page a backslash is `\e`.
fn commands(source: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let (mut literal, mut continued) = (false, false);
    for line in source.lines() {
        let line = line.replace("\\e", "\\");
        if let Some(command) = line.strip_prefix(".Dl ") {
            commands.push(command.to_owned());
            continue;
        }
        literal = line.starts_with(".Bd -literal") || literal && line != ".Ed";
        if literal && (continued || line.starts_with("$ ") || line.starts_with("# ")) {
            continued = line.ends_with('\\');
            commands.push(line);
        }
    }
    commands
}

#[test]
fn header_and_footer_name_the_page_and_its_package() {
    let package = format!("nsutils {}", env!("CARGO_PKG_VERSION"));
    for page in pages() {
        let mut lines = page.shown.iter().filter(|line| !line.trim().is_empty());
        let header = lines.next().expect("a header");
        let footer = lines.next_back().expect("a footer");
        let name = &page.name;
        assert!(header.starts_with(page.title), "{name}: {header}");
        assert!(header.ends_with(page.title), "{name}: {header}");
        assert!(footer.starts_with(&package), "{name}: {footer}");
        for line in [header, footer] {
            for system in ["BSD", "Debian", "Linux"] {
                assert!(!line.contains(system), "{name}: {line}");
            }
        }
    }
}

#[test]
fn headings_are_shown_as_they_are_written() {
    for page in pages() {
        let titles = page.source.lines();
        let titles = titles.filter_map(|line| {
            let title = line.strip_prefix(".Sh ").or(line.strip_prefix(".Ss "));
            Some(title?.replace("\\&", ""))
        });
        for title in titles {
            let shown = page.shown.iter().any(|line| line.trim() == title);
            assert!(shown, "{}: {title} is shown otherwise", page.name);
        }
    }
}

/// mdoc's `In` shows a word as `<word>`.
#[test]
fn angle_brackets_are_those_of_the_source() {
    for page in pages() {
        for line in &page.shown {
            for (at, _) in line.match_indices('<') {
                let rest = &line[at..];
                let word = rest.split_inclusive(['>', ' ']).next().unwrap_or_default();
                let written = page.source.contains(word.trim_end());
                assert!(written, "{}: {word} in {line}", page.name);
            }
        }
    }
}

#[test]
fn no_command_is_broken_or_wider_than_the_page() {
    for page in pages() {
        let commands = commands(&page.source);
        assert!(!commands.is_empty(), "{} has examples", page.name);
        for command in commands {
            let line = page.shown.iter().find(|line| line.trim() == command.trim());
            let line = line.unwrap_or_else(|| panic!("{}: broken: {command}", page.name));
            assert!(line.chars().count() <= WIDTH, "{}: {line}", page.name);
        }
    }
}
