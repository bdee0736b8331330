//! What a terminal shows of a cell: nothing in it may be more than text.
//!
//! A process calls itself what it likes, so control characters, and bytes that are no characters, are written as
//! `\xNN`; what a character is, and how wide, is for the locale to say.

use std::borrow::Cow;
use std::cell::OnceCell;

use nscore::escape::is_bidi_control;
use nscore::sys::locale::{Character, DecodedPrefix, Locale};

/// The characters of the caller's locale, which is loaded when first it matters.
#[derive(Debug, Default)]
pub(super) struct Characters(OnceCell<Option<Locale>>);

/// Text that can be shown as it is, and how many cells of a terminal it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown<'a> {
    pub(super) text: Cow<'a, [u8]>,
    pub(super) width: usize,
}

impl Characters {
    /// Those of this locale, or of C.
    #[cfg(test)]
    pub(super) fn of(locale: Option<Locale>) -> Characters {
        Characters(OnceCell::from(locale))
    }

    fn locale(&self) -> Option<&Locale> {
        self.0.get_or_init(Locale::from_environment).as_ref()
    }

    /// Whether text is UTF-8 here.
    pub(super) fn are_utf_8(&self) -> bool {
        self.locale()
            .is_some_and(|locale| locale.encoding() == c"UTF-8")
    }

    /// The text with what must not be shown escaped.
    pub(super) fn show<'a>(&self, text: Cow<'a, [u8]>) -> Shown<'a> {
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
            let DecodedPrefix { length, character } = self.beginning(rest);
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
    pub(super) fn cut<'a>(&self, shown: &'a Shown<'_>, room: usize) -> (&'a [u8], usize) {
        if shown.width <= room {
            return (&shown.text, shown.width);
        }
        let (mut end, mut width) = (0, 0);
        while end < shown.text.len() {
            let DecodedPrefix { length, character } = self.beginning(&shown.text[end..]);
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
    pub(super) fn beginning(&self, text: &[u8]) -> DecodedPrefix {
        let first = text[0];
        // ASCII is the same everywhere, and no reason to load a locale.
        let locale = if first.is_ascii() {
            None
        } else {
            self.locale()
        };
        match locale {
            Some(locale) => locale.decode_prefix(text),
            None => DecodedPrefix {
                length: 1,
                character: matches!(first, b' '..=b'~').then(|| Character {
                    width: 1,
                    code: u32::from(first),
                }),
            },
        }
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
