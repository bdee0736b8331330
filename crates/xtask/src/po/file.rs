//! Files of gettext: reading and writing `.po`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

/// The text that a literal in C or Rust represents; a line that ends with a backslash continues in the next.
pub(super) fn unescape(literal: &str) -> String {
    let mut text = String::new();
    let mut characters = literal.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some('\n')) => {
                while characters.next_if(|next| next.is_whitespace()).is_some() {}
            }
            ('\\', Some('n')) => {
                characters.next();
                text.push('\n');
            }
            ('\\', Some(_)) => text.extend(characters.next()),
            _ => text.push(character),
        }
    }
    text
}

fn quote(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n"))
}

/// The sentences and their translations, without the header.
///
/// # Errors
/// That a line is not one of a .po file.
pub(super) fn read_entries(text: &str) -> Result<BTreeMap<String, String>> {
    let mut entries = BTreeMap::new();
    let mut msgid = String::new();
    let (mut msgstr, mut is_translation) = (String::new(), false);
    for line in text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .chain(["msgid \"\""])
    {
        let rest = match line.strip_prefix("msgid ") {
            Some(rest) => {
                entries.insert(std::mem::take(&mut msgid), std::mem::take(&mut msgstr));
                is_translation = false;
                rest
            }
            None => match line.strip_prefix("msgstr ") {
                Some(rest) => {
                    is_translation = true;
                    rest
                }
                None => line,
            },
        };
        if rest.is_empty() {
            continue;
        }
        let literal = rest
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let part = unescape(literal.with_context(|| format!("cannot read {line:?}"))?);
        let whole = if is_translation {
            &mut msgstr
        } else {
            &mut msgid
        };
        whole.push_str(&part);
    }
    entries.remove("");
    Ok(entries)
}

/// The file of a language, or the template for the empty one.
pub(super) fn write_entries(
    language: &str,
    sentences: &BTreeMap<String, String>,
    known: &BTreeMap<String, String>,
) -> String {
    let header = format!(
        "Project-Id-Version: nsutils\nLanguage: {language}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
    );
    let mut text = format!(
        "# The sentences of nsutils, collected by cargo run -p xtask -- po.\nmsgid \"\"\nmsgstr {}\n",
        quote(&header)
    );
    for (msgid, place) in sentences {
        let translation = known.get(msgid).map(String::as_str).unwrap_or_default();
        let kind = if msgid.contains('%') {
            "#, c-format\n"
        } else {
            ""
        };
        text += &format!(
            "\n#: {place}\n{kind}msgid {}\nmsgstr {}\n",
            quote(msgid),
            quote(translation)
        );
    }
    text
}
