//! The characters of a UTF-8 locale, without a C library: what is not in the tables below is one cell wide.

use crate::{Character, Characters, Decoded};

pub(crate) struct Utf8;

impl Characters for Utf8 {
    fn is_utf8(&self) -> bool {
        true
    }

    fn decode(&self, text: &[u8]) -> Decoded {
        let chunk = text.utf8_chunks().next().expect("it is not empty");
        if let Some(first) = chunk.valid().chars().next() {
            return Decoded {
                length: first.len_utf8(),
                character: (!first.is_control()).then(|| Character {
                    width: width(first),
                    code: u32::from(first),
                }),
            };
        }
        // As mbrtowc(3): what may continue behind the end is one thing, any other byte is one by itself.
        let is_cut = chunk.invalid().len() == text.len()
            && std::str::from_utf8(text).is_err_and(|error| error.error_len().is_none());
        Decoded {
            length: if is_cut { text.len() } else { 1 },
            character: None,
        }
    }
}

fn width(character: char) -> usize {
    match u32::from(character) {
        // Combining marks.
        0x300..=0x36f => 0,
        // Hangul, CJK, full width forms, pictures.
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff => 2,
        0xfe30..=0xfe6f | 0xff00..=0xff60 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}
