//! Where sentences are: in the tables of options, in the column descriptions, and where a source makes one.

use std::collections::BTreeMap;
#[cfg(test)]
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tools::TOOLS;

use super::file::unescape;
use super::source::{Source, in_table};
use crate::workspace;

/// Where descriptions of columns are; nothing else in it has blanks.
const COLUMNS: &str = "crates/rlsns/src/column.rs";

/// Sentences, each with the first place where it is.
pub(super) type Sentences = BTreeMap<String, String>;

/// All of our own sentences, each with the first place where it is.
///
/// # Errors
/// That a source cannot be read.
pub(super) fn sentences() -> Result<Sentences> {
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
        let place = path.display().to_string();
        let found = match path == Path::new(COLUMNS) {
            true => in_table(&text),
            false => Source::new(&text)
                .sentences()
                .with_context(|| place.clone())?,
        };
        for sentence in found {
            sentences.entry(sentence).or_insert_with(|| place.clone());
        }
    }
    let originals = listed("po/originals")?;
    let exceptions = listed("po/exceptions")?;
    for exception in exceptions.iter().filter(|line| !line.starts_with('#')) {
        ensure!(
            sentences.contains_key(exception),
            "po/exceptions: nothing says {exception:?} any more"
        );
    }
    let is_translated =
        |sentence: &String| !originals.contains(sentence) && !exceptions.contains(sentence);
    sentences.retain(|sentence, _| has_words(sentence) && is_translated(sentence));
    Ok(sentences)
}

/// All hints: the codes, each with its sentences.
///
/// # Errors
/// That a source cannot be read; that a code is no literal.
#[cfg(test)]
pub(super) fn hints() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut hints: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in sources()? {
        let text = fs::read_to_string(workspace().join(&path))?;
        let found = Source::new(&text).hints();
        for (code, said) in found.with_context(|| path.display().to_string())? {
            hints.entry(code).or_default().insert(said);
        }
    }
    Ok(hints)
}

/// The sentences of a file, one a line.
fn listed(path: &str) -> Result<Vec<String>> {
    let text = fs::read_to_string(workspace().join(path)).with_context(|| path.to_owned())?;
    Ok(text.lines().map(unescape).collect())
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

/// Returns whether there is something to translate: more than arguments and the name of an option.
fn has_words(sentence: &str) -> bool {
    let words = sentence.split(|character: char| !character.is_alphanumeric() && character != '%');
    let is_word = |word: &str| word.len() > 1 && !word.starts_with('%');
    let is_option = sentence.starts_with("--") && !sentence.contains(' ');
    !is_option && words.filter(|word| is_word(word)).count() > 0
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
