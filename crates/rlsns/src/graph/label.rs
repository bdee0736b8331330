//! What is written into a box: the type and the number, then the lowest process, or what else holds the namespace.
//!
//! A process calls itself what it likes, so what is no text, and what moves the text around it, is written as `\xNN`,
//! as in the list; the pictures are UTF-8 whatever the locale is. What a language of pictures would read as its own is
//! for that language to escape.

use std::fmt::Write;

use nscore::escape::is_bidi_control;

use crate::person::command;
use nscore::scan::{NsRecord, Snapshot};

/// How many characters of a command line are drawn.
const MOST: usize = 40;

/// The lines of a namespace's label; the command line is cut where `cut` says so.
pub(super) fn of(snapshot: &Snapshot, inode: u32, found: &NsRecord, cut: bool) -> String {
    let mut label = format!("{} {inode}", found.kind.file());
    if let Some(process) = snapshot.first_member(found) {
        let command = shown(&command(process));
        let end = if cut { end(&command) } else { None };
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

/// Where a text that is too long is cut, so that there is room for an ellipsis.
fn end(text: &str) -> Option<usize> {
    let mut ends = text.char_indices().map(|(end, _)| end);
    let end = ends.nth(MOST - 1)?;
    ends.next().map(|_| end)
}

/// Bytes as text on one line.
fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let first = first_character(rest);
        // So that nobody can write an escape of their own.
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

/// The character that these bytes begin with, if they do.
fn first_character(bytes: &[u8]) -> Option<char> {
    let chunk = bytes.utf8_chunks().next()?;
    chunk.valid().chars().next()
}

/// Whether a character has no look of its own: controls, ends of lines, what changes the direction of text, and what
/// no XML may hold, for that is what a picture becomes.
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
    fn what_is_no_text_is_escaped() {
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
            assert_eq!(shown(bytes), text);
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(end(""), None);
        assert_eq!(end(&"漢".repeat(MOST)), None);
        assert_eq!(
            end(&"漢".repeat(MOST + 1)),
            Some((MOST - 1) * '漢'.len_utf8())
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_one_line_that_tells_them(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let text = shown(&bytes);
            prop_assert!(!text.chars().any(is_hidden));
            prop_assert_eq!(told(&text), bytes);
        }
    }

    /// The bytes that a text shows.
    fn told(text: &str) -> Vec<u8> {
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
