//! Where sentences stand: in the tables of options, in the column descriptions, and where a source makes one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tools::TOOLS;

use super::file::unescape;
use crate::workspace;

/// What a sentence without or with arguments is made by; the format follows.
const MAKERS: [&str; 10] = [
    "sentence(",
    ".context(",
    "bail!(",
    "anyhow!(",
    "Error::msg(",
    "invalid(",
    "translate(",
    "complaint(",
    "msgid =",
    "text =",
];
/// Where descriptions of columns are; nothing else in it has blanks.
const COLUMNS: &str = "crates/rlsns/src/column.rs";

/// All of our own sentences, each with the first place where it stands.
///
/// # Errors
/// That a source cannot be read.
pub(super) fn sentences() -> Result<BTreeMap<String, String>> {
    let mut sentences = BTreeMap::new();
    for tool in TOOLS {
        for text in texts(&(tool.command)()) {
            sentences
                .entry(text)
                .or_insert_with(|| format!("{}: --help", tool.name));
        }
    }
    for path in sources()? {
        let text = fs::read_to_string(workspace().join(&path))?;
        let is_table = path == Path::new(COLUMNS);
        for sentence in in_source(&text, is_table) {
            let place = path.display().to_string();
            sentences.entry(sentence).or_insert(place);
        }
    }
    let originals = fs::read_to_string(workspace().join("po/originals")).context("po/originals")?;
    let originals: Vec<String> = originals.lines().map(unescape).collect();
    sentences.retain(|sentence, _| has_words(sentence) && !originals.contains(sentence));
    Ok(sentences)
}

/// What the help shows of a table, but for the names.
fn texts(command: &clap::Command) -> Vec<String> {
    let about = [command.get_about(), command.get_after_help()];
    let mut texts: Vec<String> = about
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    for option in command.get_arguments() {
        texts.extend(option.get_help().map(ToString::to_string));
        texts.extend(option.get_help_heading().map(str::to_owned));
    }
    texts
}

/// Whether there is something to translate: more than arguments and the name of an option.
fn has_words(sentence: &str) -> bool {
    let words = sentence.split(|character: char| !character.is_alphanumeric() && character != '%');
    let is_word = |word: &str| word.len() > 1 && !word.starts_with('%');
    !sentence.starts_with("--") && words.filter(|word| is_word(word)).count() > 0
}

/// The sources of the programs and of the core, in their order.
fn sources() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for name in [
        "core", "nsutils", "rchroot", "rlsns", "rnsenter", "runshare",
    ] {
        let directory = PathBuf::from(format!("crates/{name}/src"));
        add_sources(&directory, &mut found)?;
    }
    found.retain(|path| {
        !path.ends_with("tests.rs") && !path.starts_with("crates/core/src/language")
    });
    found.sort();
    Ok(found)
}

fn add_sources(directory: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(workspace().join(directory))? {
        let entry = entry?;
        let path = directory.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            add_sources(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// The sentences that a source makes, outside comments and tests; in a table, every text with a blank.
fn in_source(source: &str, is_table: bool) -> Vec<String> {
    let source = source
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let lines = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code = Vec::from_iter(lines).join("\n");
    let makers: &[&str] = if is_table { &["(", " "] } else { &MAKERS };
    let mut found = Vec::new();
    for maker in makers {
        let starts = code.match_indices(maker).map(|(at, text)| at + text.len());
        for start in starts {
            let rest = &code[start..];
            let rest = if is_table { rest } else { rest.trim_start() };
            if let Some(text) = rest.strip_prefix('"') {
                found.extend(literal(text));
            }
        }
    }
    if is_table {
        found.retain(|text| text.trim().contains(' '));
    }
    found
}

/// The text of a literal after its first quotation mark.
fn literal(code: &str) -> Option<String> {
    let mut is_escaped = false;
    let end = code.find(|character| {
        let ends = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        ends
    })?;
    Some(unescape(&code[..end]))
}
