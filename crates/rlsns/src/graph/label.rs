//! The label of a namespace: its type and inode number, then the process with the lowest PID, or what else holds it.
//!
//! A process may call itself anything, so what is not text, and what changes the direction of text, is written as
//! `\xNN`, as in the list. Graphs are UTF-8 in every locale. What has a meaning in the format of the graph is escaped
//! by that format.

use std::fmt::Write;

use nscore::escape::is_bidi_control;
use nscore::scan::{NsRecord, Snapshot};

use crate::process_info::command_line;

/// How many characters of a command line are shown.
const MAX_CHARS: usize = 40;

/// Returns the lines of a namespace's label; `truncate` shortens the command line.
pub(super) fn namespace_label(
    snapshot: &Snapshot,
    inode: u32,
    found: &NsRecord,
    truncate: bool,
) -> String {
    let mut label = format!("{} {inode}", found.ns_type.file());
    if let Some(process) = snapshot.first_member(found) {
        let command = escape_text(&command_line(process));
        let end = if truncate {
            truncation_point(&command)
        } else {
            None
        };
        let _ = write!(label, "\n{} ", process.pid);
        label += &command[..end.unwrap_or(command.len())];
        label += if end.is_some() { "…" } else { "" };
    } else {
        for (place, word) in found.refs.words().enumerate() {
            label += if place == 0 { "\nheld by " } else { ", " };
            label += word;
        }
    }
    label
}

/// Returns where a text that is too long is truncated, so that there is room for an ellipsis.
fn truncation_point(text: &str) -> Option<usize> {
    let mut ends = text.char_indices().map(|(end, _)| end);
    let end = ends.nth(MAX_CHARS - 1)?;
    ends.next().map(|_| end)
}

/// Returns bytes as text of one line.
fn escape_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let first = first_character(rest);
        // No command line can forge an escape.
        let is_escape = rest.starts_with(b"\\x");
        match first.filter(|character| !is_escape && !is_hidden(*character)) {
            Some(character) => {
                text.push(character);
                rest = &rest[character.len_utf8()..];
            }
            None => {
                // Writing to a string cannot fail.
                let _ = write!(text, "\\x{:02x}", rest[0]);
                rest = &rest[1..];
            }
        }
    }
    text
}

/// Returns the character that these bytes begin with, if any.
fn first_character(bytes: &[u8]) -> Option<char> {
    let chunk = bytes.utf8_chunks().next()?;
    chunk.valid().chars().next()
}

/// Returns whether a character is invisible: controls, line ends, what changes the direction of text, and what XML,
/// which the drawn graph is, cannot contain.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || is_bidi_control(u32::from(character))
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_text_is_escaped() {
        for (bytes, text) in [
            (&b"sleep 1000"[..], "sleep 1000"),
            ("漢字 é 👩".as_bytes(), "漢字 é 👩"),
            (b"a\tb\nc\x1b[31m\x7f", "a\\x09b\\x0ac\\x1b[31m\\x7f"),
            (
                b"\xff\xc3(\xed\xa0\x80\xe6\xbc",
                "\\xff\\xc3(\\xed\\xa0\\x80\\xe6\\xbc",
            ),
            (b"\\x41 \\n \\", "\\x5cx41 \\n \\"),
            (
                "\u{202e}a\u{2028}\u{85}".as_bytes(),
                "\\xe2\\x80\\xaea\\xe2\\x80\\xa8\\xc2\\x85",
            ),
            (b"", ""),
        ] {
            assert_eq!(escape_text(bytes), text);
        }
    }

    #[test]
    fn a_long_text_is_truncated() {
        assert_eq!(truncation_point(""), None);
        assert_eq!(truncation_point(&"漢".repeat(MAX_CHARS)), None);
        assert_eq!(
            truncation_point(&"漢".repeat(MAX_CHARS + 1)),
            Some((MAX_CHARS - 1) * '漢'.len_utf8())
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_one_line_that_can_be_read_back(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let text = escape_text(&bytes);
            prop_assert!(!text.chars().any(is_hidden));
            prop_assert_eq!(unescape(&text), bytes);
        }
    }

    /// Returns the bytes that a text represents.
    fn unescape(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let digits = rest.strip_prefix("\\x").and_then(|rest| rest.get(..2));
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            bytes.extend(byte.map_or_else(|| first.to_string().into_bytes(), |byte| vec![byte]));
            rest = &rest[byte.map_or(first.len_utf8(), |_| 4)..];
        }
        bytes
    }
}
