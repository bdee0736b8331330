//! Cells as a terminal may show them: nothing in them is more than text.
//!
//! A cell may hold whatever a process calls itself, so control characters and bytes that are not characters are
//! written as `\xNN`. [`Characters`] decides what a character is, and how wide.

use std::borrow::Cow;

use crate::characters::{Characters, Decoded, decode_first, is_bidi_control};

/// Text that can be written to a terminal, and how many cells of the terminal it occupies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EscapedText<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    pub(crate) width: usize,
}

impl<'a> EscapedText<'a> {
    /// Escapes what must not reach a terminal.
    pub(crate) fn new(text: Cow<'a, [u8]>, characters: &dyn Characters) -> EscapedText<'a> {
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'[' | b']'..=b'~');
        if text.iter().all(is_plain) {
            let width = text.len();
            return EscapedText { bytes: text, width };
        }
        let mut escaped = EscapedText {
            bytes: Cow::Owned(Vec::with_capacity(text.len() * 2)),
            width: 0,
        };
        let mut rest = &text[..];
        while !rest.is_empty() {
            let Decoded { length, character } = decode_first(rest, characters);
            let (bytes, after) = rest.split_at(length);
            // A backslash before an x is escaped, so that a cell cannot contain an escape of its own.
            match character.filter(|found| !is_bidi_control(found.code)) {
                Some(found) if !rest.starts_with(b"\\x") => escaped.push(bytes, found.width),
                _ => {
                    for byte in bytes {
                        escaped.push(&escape_byte(*byte), ESCAPE_WIDTH);
                    }
                }
            }
            rest = after;
        }
        escaped
    }

    /// Returns as much of the text as fits into `room` cells, and how many cells that occupies.
    pub(crate) fn truncate(&self, room: usize, characters: &dyn Characters) -> (&[u8], usize) {
        if self.width <= room {
            return (&self.bytes, self.width);
        }
        let (mut end, mut width) = (0, 0);
        while end < self.bytes.len() {
            let Decoded { length, character } = decode_first(&self.bytes[end..], characters);
            let wider = width + character.map_or(0, |found| found.width);
            if wider > room {
                break;
            }
            end += length;
            width = wider;
        }
        (&self.bytes[..end], width)
    }

    fn push(&mut self, bytes: &[u8], width: usize) {
        self.bytes.to_mut().extend_from_slice(bytes);
        self.width += width;
    }
}

/// How many cells an escaped byte occupies.
const ESCAPE_WIDTH: usize = 4;

/// Returns a byte as `\xNN`.
pub(crate) fn escape_byte(byte: u8) -> [u8; ESCAPE_WIDTH] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |number: u8| DIGITS[usize::from(number & 0xf)];
    [b'\\', b'x', digit(byte >> 4), digit(byte)]
}
