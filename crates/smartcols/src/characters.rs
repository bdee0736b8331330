//! What the library has to know about the locale of the reader, and which characters it never writes as they are.

/// The characters of a locale: how bytes become characters, and how many cells of a terminal each occupies.
///
/// ASCII is the same everywhere: neither method is called for text that is ASCII only, so an implementation may load
/// its locale on the first call.
pub trait Characters {
    /// Returns whether the encoding is UTF-8: trees are then drawn with box-drawing characters.
    fn is_utf8(&self) -> bool;

    /// Decodes the first character of `text`, which is not empty and does not begin with an ASCII byte.
    fn decode(&self, text: &[u8]) -> Decoded;
}

/// The first character of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// How many bytes it occupies: at least 1, at most the length of the text.
    pub length: usize,
    /// The character; `None` if the bytes are not a character or the character is not printable. They are then
    /// escaped.
    pub character: Option<Character>,
}

/// A printable character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Character {
    /// How many cells of a terminal it occupies: 0, 1 or 2.
    pub width: usize,
    /// Its Unicode code point.
    pub code: u32,
}

/// The characters of the C locale: ASCII only.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ascii;

impl Characters for Ascii {
    fn is_utf8(&self) -> bool {
        false
    }

    fn decode(&self, _: &[u8]) -> Decoded {
        Decoded {
            length: 1,
            character: None,
        }
    }
}

/// Decodes the first character of `text`, which is not empty.
pub(crate) fn decode_first(text: &[u8], characters: &dyn Characters) -> Decoded {
    let first = text[0];
    if !first.is_ascii() {
        return characters.decode(text);
    }
    let character = match first {
        b' '..=b'~' => Some(Character {
            width: 1,
            code: u32::from(first),
        }),
        _ => None,
    };
    Decoded {
        length: 1,
        character,
    }
}

/// Returns whether a character is invisible and changes the order in which its neighbours are shown: a direction mark
/// or the byte order mark. Names can be disguised with them, so they are escaped in every format.
pub(crate) fn is_bidi_control(code: u32) -> bool {
    matches!(
        code,
        0x061c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069 | 0xfeff
    )
}
