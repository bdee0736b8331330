//! What a terminal shows of a cell: nothing in it may be more than text.
//!
//! A process calls itself what it likes, so control characters, and bytes that are no characters, are written as
//! `\xNN`; what a character is, and how wide, is for the locale to say.

use std::borrow::Cow;

/// What characters there are in the locale of the reader, and how wide a terminal shows them. ASCII is the same
/// everywhere and nothing that is asked of this.
pub trait Characters {
    /// Whether text is UTF-8 here: then trees are drawn with lines.
    fn are_utf_8(&self) -> bool;

    /// What the text, which is not empty and does not begin with ASCII, begins with.
    fn beginning(&self, text: &[u8]) -> Beginning;
}

/// What a text begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// How many bytes it is.
    pub length: usize,
    /// The character, if it is one that can be shown.
    pub character: Option<Character>,
}

/// A character that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Character {
    /// How many cells of a terminal it takes: 0, 1 or 2.
    pub width: usize,
    /// Its code point.
    pub code: u32,
}

/// The characters of the C locale: ASCII and no others.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ascii;

impl Characters for Ascii {
    fn are_utf_8(&self) -> bool {
        false
    }

    fn beginning(&self, _: &[u8]) -> Beginning {
        Beginning {
            length: 1,
            character: None,
        }
    }
}

/// Text that can be shown as it is, and how many cells of a terminal it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown<'a> {
    pub(super) text: Cow<'a, [u8]>,
    pub(super) width: usize,
}

/// Whether a character has no look but changes that of its neighbours' order: direction marks and the byte order
/// mark. A name can be disguised by them.
pub(super) fn is_bidi_control(code: u32) -> bool {
    matches!(
        code,
        0x061c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069 | 0xfeff
    )
}

/// The text with what must not be shown escaped.
pub(super) fn show<'a>(text: Cow<'a, [u8]>, characters: &dyn Characters) -> Shown<'a> {
    let plain = |byte: &u8| matches!(byte, b' '..=b'[' | b']'..=b'~');
    if text.iter().all(plain) {
        let width = text.len();
        return Shown { text, width };
    }
    let mut shown = Shown {
        text: Cow::Owned(Vec::with_capacity(text.len() * 2)),
        width: 0,
    };
    let mut rest = &text[..];
    while !rest.is_empty() {
        let Beginning { length, character } = beginning(rest, characters);
        let (bytes, after) = rest.split_at(length);
        // A backslash before an x is escaped so that nobody can write an escape of his own.
        match character.filter(|found| !is_bidi_control(found.code)) {
            Some(found) if !rest.starts_with(b"\\x") => shown.push(bytes, found.width),
            _ => bytes
                .iter()
                .for_each(|byte| shown.push(&escape(*byte), ESCAPE)),
        }
        rest = after;
    }
    shown
}

/// As much of a text that can be shown as this many cells have room for, and how many it takes.
pub(super) fn cut<'a>(
    shown: &'a Shown<'_>,
    room: usize,
    characters: &dyn Characters,
) -> (&'a [u8], usize) {
    if shown.width <= room {
        return (&shown.text, shown.width);
    }
    let (mut end, mut width) = (0, 0);
    while end < shown.text.len() {
        let Beginning { length, character } = beginning(&shown.text[end..], characters);
        let wider = width + character.map_or(0, |found| found.width);
        if wider > room {
            break;
        }
        end += length;
        width = wider;
    }
    (&shown.text[..end], width)
}

/// What the text, which is not empty, begins with.
pub(super) fn beginning(text: &[u8], characters: &dyn Characters) -> Beginning {
    let first = text[0];
    if !first.is_ascii() {
        return characters.beginning(text);
    }
    Beginning {
        length: 1,
        character: matches!(first, b' '..=b'~').then(|| Character {
            width: 1,
            code: u32::from(first),
        }),
    }
}

impl Shown<'_> {
    fn push(&mut self, text: &[u8], width: usize) {
        self.text.to_mut().extend_from_slice(text);
        self.width += width;
    }
}

/// How many cells an escape takes.
const ESCAPE: usize = 4;

/// A byte as `\xNN`.
pub(super) fn escape(byte: u8) -> [u8; ESCAPE] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |number: u8| DIGITS[usize::from(number & 0xf)];
    [b'\\', b'x', digit(byte >> 4), digit(byte)]
}
