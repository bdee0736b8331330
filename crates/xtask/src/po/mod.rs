//! The translations of our own sentences: `po/nsutils.pot` has all of them, `po/LANGUAGE.po` what each is in a
//! language.
//!
//! The sentences are collected from the programs' tables of options and from where the sources make one. What the
//! originals' catalogues have is not translated again: `po/originals` lists those sentences.

mod collect;
mod file;
#[cfg(test)]
mod hint_codes;
mod mo;
mod source;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail, ensure};

use crate::workspace;
use collect::Sentences;
use file::{read_entries, write_entries};

/// The languages that there are.
pub(crate) const LANGUAGES: [&str; 1] = ["zh_CN"];

/// What mends a stale file.
const MEND: &str = "cargo run -p xtask -- po";

/// Writes the template and the catalogues, one for a program to read with `--compile LANGUAGE FILE`, or with `--check`
/// finds what is stale or not translated.
///
/// # Errors
/// That a file cannot be read or written; with `--check` what is to be mended.
pub(crate) fn run(words: &[&str]) -> Result<String> {
    let checks = match words {
        [] => false,
        ["--check"] => true,
        ["--compile", language, file] => {
            fs::write(file, compile(language)?).with_context(|| (*file).to_owned())?;
            return Ok(String::new());
        }
        _ => bail!("usage: cargo run -p xtask -- po [--check | --compile LANGUAGE FILE]"),
    };
    let sentences = collect::sentences()?;
    let (mut report, mut wrong) = (String::new(), String::new());
    for (path, text) in files(&sentences) {
        let path = workspace().join(path);
        if fs::read_to_string(&path).unwrap_or_default() == text {
            continue;
        }
        if checks {
            wrong += &format!("stale: {}; mend with: {MEND}\n", path.display());
        } else {
            fs::write(&path, text).with_context(|| path.display().to_string())?;
            report += &format!("wrote {}\n", path.display());
        }
    }
    for (language, msgid) in untranslated(&sentences)? {
        let line = format!("{language}: not translated: {msgid:?}\n");
        if checks {
            wrong += &line;
        } else {
            report += &line;
        }
    }
    ensure!(wrong.is_empty(), "{wrong}");
    Ok(report)
}

/// The catalogue of a language as a file of msgfmt(1).
///
/// # Errors
/// That there is none.
pub(crate) fn compile(language: &str) -> Result<Vec<u8>> {
    let mut entries = read_catalogue(language)?;
    let header = format!(
        "Language: {language}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
    );
    entries.retain(|_, translation| !translation.is_empty());
    entries.insert(String::new(), header);
    mo::write(&entries)
}

fn read_catalogue(language: &str) -> Result<BTreeMap<String, String>> {
    let path = workspace().join(format!("po/{language}.po"));
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    read_entries(&text).with_context(|| path.display().to_string())
}

/// The files as they should be: a translation stays as long as its sentence is there.
fn files(sentences: &Sentences) -> Vec<(String, String)> {
    let without = sentences.keys().map(|msgid| (msgid.clone(), String::new()));
    let template = write_entries("", sentences, &without.collect());
    let mut files = vec![("po/nsutils.pot".to_owned(), template)];
    for language in LANGUAGES {
        let known = read_catalogue(language).unwrap_or_default();
        let text = write_entries(language, sentences, &known);
        files.push((format!("po/{language}.po"), text));
    }
    files
}

/// The sentences that a language lacks, or has with other arguments.
fn untranslated(sentences: &Sentences) -> Result<Vec<(&'static str, String)>> {
    let mut lacking = Vec::new();
    for language in LANGUAGES {
        let known = read_catalogue(language)?;
        for msgid in sentences.keys() {
            let translation = known.get(msgid).map(String::as_str).unwrap_or_default();
            if !nscore::language::accepts(msgid, translation) {
                lacking.push((language, msgid.clone()));
            }
        }
    }
    Ok(lacking)
}
