//! README.zh-CN.md is README.md in Chinese: the same sections, and the same sessions to the byte, so that the two cannot
//! drift apart. What differs from machine to machine is that of one run in both.

use super::document::Document;

const ENGLISH: &str = "README.md";
const CHINESE: &str = "README.zh-CN.md";

/// Writes what the sessions of README.md show into the other language's.
pub(crate) fn hand_over() {
    let english = Document::open(ENGLISH).sessions();
    let mut chinese = Document::open(CHINESE);
    let mut sessions = chinese.sessions();
    for (to, from) in sessions.iter_mut().zip(english) {
        if to.session.commands() == from.session.commands() {
            to.session = from.session;
        }
    }
    chinese.write(sessions);
}

/// What is of one kind in a line of both: the depth of a heading, a block's language, a row's tests.
fn skeleton(document: &Document) -> Vec<String> {
    let mut bones = Vec::new();
    let mut block = false;
    for line in document.lines() {
        if let Some(language) = line.strip_prefix("```") {
            block = !block;
            bones.push(format!("```{language}"));
        } else if block {
            bones.push(line.clone());
        } else if line.starts_with('#') {
            bones.push(line.split(' ').next().unwrap_or_default().to_owned());
        } else if line.starts_with("<!--") {
            bones.push(line.clone());
        } else if line.starts_with('|') {
            // The names of tests, and numbers, are the same in every language.
            let last = line.split('|').rev().nth(1).unwrap_or_default();
            let cells = line.split('|').count();
            let same = if last.contains(".rs: ") { last } else { "" };
            bones.push(format!("| {cells} {same}"));
        }
    }
    bones
}

#[test]
fn both_languages_have_the_same_sections_tables_and_sessions() {
    let english = skeleton(&Document::open(ENGLISH));
    let chinese = skeleton(&Document::open(CHINESE));
    for (line, (english, chinese)) in english.iter().zip(&chinese).enumerate() {
        assert_eq!(
            english, chinese,
            "the {line}th heading, row or line of a block"
        );
    }
    assert_eq!(english.len(), chinese.len());
}
