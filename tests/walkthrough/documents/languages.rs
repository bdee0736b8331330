//! README.zh-CN.md is README.md in Chinese: the same sections, tables and tests, and the same blocks to the byte, so
//! that the two cannot drift apart. What the sessions show is that of one run in both.

use super::document::Document;

const ENGLISH: &str = "README.md";
const CHINESE: &str = "README.zh-CN.md";

/// Writes every block of README.md into the other language's, if both have as many.
pub(crate) fn hand_over() {
    let english = Document::open(ENGLISH);
    let mut chinese = Document::open(CHINESE);
    let (from, to) = (english.blocks(), chinese.blocks());
    if from.len() == to.len() {
        let blocks = from
            .into_iter()
            .map(|block| english.lines()[block].to_vec());
        chinese.replace(to.into_iter().zip(blocks).collect());
    }
}

/// What a document has in every language: the depth of its headings, its blocks, the form of its tables and the tests
/// in them.
fn skeleton(document: &Document) -> Vec<String> {
    let mut bones = Vec::new();
    let mut inside = false;
    for line in document.lines() {
        let fence = line.starts_with("```");
        inside ^= fence;
        if fence || inside || line.starts_with("<!--") {
            bones.push(line.clone());
        } else if line.starts_with('#') {
            bones.push(line.split(' ').next().unwrap_or_default().to_owned());
        } else if line.starts_with('|') {
            let last = line.split('|').rev().nth(1).unwrap_or_default();
            let test = if last.contains(".rs: ") { last } else { "" };
            bones.push(format!("{} cells {test}", line.matches('|').count()));
        }
    }
    bones
}

#[test]
fn both_languages_have_the_same_sections_tables_and_sessions() {
    let english = skeleton(&Document::open(ENGLISH));
    let chinese = skeleton(&Document::open(CHINESE));
    for (english, chinese) in english.iter().zip(&chinese) {
        assert_eq!(
            english, chinese,
            "cargo run -p xtask -- sessions hands blocks over"
        );
    }
    assert_eq!(english.len(), chinese.len());
}
