//! The codes of hints, for programs that read `NSUTILS_ERRORS=json`: each is a word for a cause, has a line in
//! nsutils(7), and stays.

use std::fs;

use super::collect::hints;
use crate::workspace;

/// The codes that more than one hint has, because their cause is the same, and how many have it. Another hint with one
/// of them, or with one of the others, is to be judged first: is it the same cause?
const SHARED: [(&str, usize); 32] = [
    ("detached-value", 2),
    ("did-you-mean-value", 2),
    ("empty-namespace", 2),
    ("foreign-namespace", 2),
    ("hidden-process", 2),
    ("inside-chroot", 2),
    ("invalid-map", 2),
    ("kernel-thread", 2),
    ("kernel-too-old", 5),
    ("missing-capability", 4),
    ("missing-kernel-module", 3),
    ("missing-mount-point", 2),
    ("missing-package", 2),
    ("missing-shell", 2),
    ("namespace-limit", 3),
    ("namespace-not-mounted", 2),
    ("no-namespace-requested", 2),
    ("no-such-process", 3),
    ("no-target", 2),
    ("noexec-mount", 2),
    ("not-a-namespace", 2),
    ("not-a-program", 2),
    ("not-owner", 3),
    ("program-not-in-path", 2),
    ("unknown-netns-name", 2),
    ("unmapped-id", 2),
    ("unmapped-owner", 2),
    ("unreadable-processes", 2),
    ("unsuitable-filesystem", 3),
    ("unsupported-namespace-type", 2),
    ("untrusted-directory", 2),
    ("wrong-namespace-type", 2),
];

/// The list in the man page: the codes, each with the lines that explain it.
fn listed() -> Vec<(String, String)> {
    let path = workspace().join("man/nsutils.7");
    let page = fs::read_to_string(path).expect("the page is there");
    let (_, section) = page
        .split_once("\n.Sh CODES OF HINTS\n")
        .expect("the page lists codes");
    let section = section.split("\n.Sh ").next().unwrap_or_default();
    let entries = section.split("\n.It Cm ").skip(1);
    let parts = entries.map(|entry| entry.split_once('\n').expect("a line explains it"));
    parts
        .map(|(code, text)| (code.to_owned(), text.trim_end_matches(".El").to_owned()))
        .collect()
}

#[test]
fn every_code_is_a_word_in_kebab_case() {
    for code in hints().expect("every hint has a literal").keys() {
        let is_part = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        assert!(code.split('-').all(is_part), "{code:?}");
        assert!(code.len() <= 32, "{code:?}");
    }
}

#[test]
fn no_two_hints_share_a_code_by_accident() {
    let hints = hints().expect("every hint has a literal");
    let shared = hints
        .iter()
        .filter(|(_, said)| said.len() > 1)
        .map(|(code, said)| (code.as_str(), said.len()));
    let shared: Vec<(&str, usize)> = shared.collect();
    for (code, count) in &shared {
        assert!(
            SHARED.contains(&(*code, *count)),
            "{code}: {:#?}: the list SHARED does not allow these {count}",
            hints[*code]
        );
    }
    for allowed in SHARED {
        assert!(shared.contains(&allowed), "not shared so: {allowed:?}");
    }
}

#[test]
fn the_man_page_lists_every_code_and_no_other() {
    let hints = hints().expect("every hint has a literal");
    let listed = listed();
    let codes: Vec<&str> = listed.iter().map(|(code, _)| code.as_str()).collect();
    let expected: Vec<&str> = hints.keys().map(String::as_str).collect();
    assert_eq!(codes, expected);
    for (code, text) in &listed {
        assert!(text.trim().len() > 10, "{code} is not explained: {text:?}");
    }
}
