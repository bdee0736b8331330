//! The man pages have the sections that each of them needs, and every example in them is a session.

use super::document::Document;

/// The pages whose examples are run.
pub(crate) const PAGES: [&str; 5] = [
    "man/runshare.1",
    "man/rnsenter.1",
    "man/rlsns.8",
    "man/rchroot.8",
    "man/nsutils.7",
];

/// What a reader looks for in the page of a program, in the order of mdoc(7) where it says one.
const SECTIONS: [&str; 11] = [
    "NAME",
    "SYNOPSIS",
    "DESCRIPTION",
    "OPTIONS",
    "ENVIRONMENT",
    "FILES",
    "EXIT STATUS",
    "EXAMPLES",
    "COMPATIBILITY",
    "SEE ALSO",
    "BUGS",
];

fn sections(page: &Document) -> Vec<&str> {
    let lines = page.lines().iter();
    lines.filter_map(|line| line.strip_prefix(".Sh ")).collect()
}

#[test]
fn every_page_of_a_program_has_all_sections() {
    for path in PAGES.into_iter().filter(|path| !path.ends_with(".7")) {
        let page = Document::open(path);
        let known: Vec<&str> = sections(&page)
            .into_iter()
            .filter(|section| SECTIONS.contains(section))
            .collect();
        assert_eq!(known, SECTIONS, "{path}");
    }
}

#[test]
fn every_page_of_a_program_names_the_version_of_the_original() {
    for path in PAGES.into_iter().filter(|path| !path.ends_with(".7")) {
        let page = Document::open(path).lines().join("\n");
        let (_, compatibility) = page.split_once(".Sh COMPATIBILITY\n").expect("it has one");
        let named = compatibility.contains("of util-linux 2.42.4")
            || compatibility.contains("of GNU coreutils 9.10");
        assert!(named, "{path}");
    }
}

/// What the tutorial shows besides: files, and what it takes an Ansible or a Kubernetes to type.
#[test]
fn every_display_of_the_tutorial_is_a_session_or_of_another_host() {
    let page = Document::open("man/nsutils.7");
    let lines = page.lines();
    let begins = |line: &&[String]| line[0].starts_with(".Bd");
    let first_lines = lines.windows(2).filter(begins).map(|pair| &pair[1]);
    let (sessions, others): (Vec<_>, Vec<_>) =
        first_lines.partition(|line| line.starts_with("$ ") || line.starts_with("# "));
    assert_eq!(sessions.len(), page.sessions().len());
    for line in others {
        let known = ["- hosts: ", "control$ ", "admin$ ", "spec:"];
        assert!(known.iter().any(|begin| line.starts_with(begin)), "{line}");
    }
}

#[test]
fn every_example_is_a_session() {
    for path in PAGES {
        let page = Document::open(path);
        let is_display = |line: &&String| line.starts_with(".Dl") || line.starts_with(".Bd");
        let mut section = "";
        let mut displays = 0;
        for line in page.lines() {
            section = line.strip_prefix(".Sh ").unwrap_or(section);
            displays += usize::from(section == "EXAMPLES" && is_display(&line));
        }
        let begin = page.lines().iter().position(|line| line == ".Sh EXAMPLES");
        let begin = begin.unwrap_or(page.lines().len());
        let end = page.lines()[begin..]
            .iter()
            .skip(1)
            .position(|line| line.starts_with(".Sh "));
        let end = end.map_or(page.lines().len(), |length| begin + 1 + length);
        let sessions = page.sessions();
        let inside = sessions.iter().filter(|found| found.is_within(begin..end));
        assert_eq!(inside.count(), displays, "{path}");
    }
}
