//! README.zh-CN.md is README.md in Chinese: the same sections, tables and tests, and the same blocks to the byte, so
//! that the two cannot drift apart. What the sessions show is that of one run in both. The tutorial in Chinese has the
//! displays of the English one likewise; it may lack some of those behind the eight namespaces.

use super::document::Document;
use super::session::Session;

const ENGLISH: &str = "README.md";
const CHINESE: &str = "README.zh-CN.md";
const TUTORIAL: &str = "man/nsutils.7";
const CHINESE_TUTORIAL: &str = "man/zh_CN/man7/nsutils.7";
/// The section of the tutorial up to which no display may be missing, which is the fifth.
const EXTENSIONS: usize = 5;

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

/// What is typed in a display; what is in it if it is not a session.
fn typed(display: &[String]) -> Vec<String> {
    match Session::parse(display, true) {
        Some(session) => session.lines.into_iter().map(|line| line.words).collect(),
        None => display.to_vec(),
    }
}

/// Writes what the displays of the tutorial show into those of the Chinese one in which the same is typed.
pub(crate) fn hand_tutorial_over() {
    let (english, mut chinese) = (Document::open(TUTORIAL), Document::open(CHINESE_TUTORIAL));
    let mut from = english.displays().into_iter();
    let mut shown = Vec::new();
    for place in chinese.displays() {
        let words = typed(&chinese.lines()[place.clone()]);
        let same = from.find(|from| typed(&english.lines()[from.clone()]) == words);
        if let Some(same) = same {
            shown.push((place, english.lines()[same].to_vec()));
        }
    }
    chinese.replace(shown);
}

/// The displays before a section.
fn displays_before(document: &Document, section: usize) -> Vec<&[String]> {
    let lines = document.lines().iter().enumerate();
    let mut sections = lines.filter(|(_, line)| line.starts_with(".Sh "));
    let end = sections.nth(section).expect("it has the section").0;
    let displays = document.displays().into_iter();
    let before = displays.filter(|place| place.end <= end);
    before.map(|place| &document.lines()[place]).collect()
}

#[test]
fn the_tutorial_in_chinese_shows_what_the_english_one_does() {
    let (english, chinese) = (Document::open(TUTORIAL), Document::open(CHINESE_TUTORIAL));
    let all = displays_before(&english, EXTENSIONS);
    assert!(all.len() >= 14, "only {} displays", all.len());
    assert_eq!(
        all,
        displays_before(&chinese, EXTENSIONS),
        "of the eight namespaces"
    );
    let mut displays = english.displays().into_iter();
    for place in chinese.displays() {
        let shown = &chinese.lines()[place];
        let found = displays.any(|place| &english.lines()[place] == shown);
        assert!(
            found,
            "cargo run -p xtask -- sessions hands this over:\n{shown:#?}"
        );
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
