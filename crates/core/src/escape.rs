//! Words that come from somebody else, made printable: from a container, a root, a mount table, a program's header.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// Returns whether a character is invisible and changes the order in which its neighbours are shown: direction marks,
/// and the byte order mark. They can disguise a name.
pub fn is_bidi_control(code: u32) -> bool {
    matches!(
        code,
        0x061c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069 | 0xfeff
    )
}

/// Returns a word as it is, but for what is more than text: control characters, [`is_bidi_control`] and bytes that are
/// not UTF-8 are written as `\xNN`. For messages in which an ordinary word must be the original's to the byte.
pub fn printable(word: &OsStr) -> OsString {
    let mut text = String::new();
    for chunk in word.as_bytes().utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() || is_bidi_control(u32::from(character)) {
                let mut bytes = [0; 4];
                let bytes = character.encode_utf8(&mut bytes).bytes();
                text.extend(bytes.map(|byte| format!("\\x{byte:02x}")));
            } else {
                text.push(character);
            }
        }
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text.into()
}

/// Returns a path or a word as it can be in a sentence on a terminal: whatever might be more than text is escaped, and
/// a word that is not plain is between quotes.
pub fn escape_for_terminal(word: impl AsRef<OsStr>) -> String {
    let word = word.as_ref().as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+:=@%,[]".contains(byte);
    if !word.is_empty() && word.iter().all(plain) {
        return String::from_utf8_lossy(word).into_owned();
    }
    let mut text = String::from("'");
    for chunk in word.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\'' | '\\' => text.extend(['\\', character]),
                // Above ASCII only letters and digits: there are characters that turn the direction of writing.
                ' '..='~' => text.push(character),
                _ if character.is_alphanumeric() => text.push(character),
                _ => text.extend(character.escape_unicode()),
            }
        }
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text + "'"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_that_is_not_plain_is_quoted() {
        for (word, expected) in [
            (&b"/usr/bin/a-b_c.d"[..], "/usr/bin/a-b_c.d"),
            (b"", "''"),
            (b"a b", "'a b'"),
            (b"it's\\", "'it\\'s\\\\'"),
            (b"\x1b[31m\n", "'\\u{1b}[31m\\u{a}'"),
            (b"caf\xc3\xa9", "'caf\u{e9}'"),
            (b"\xff", "'\\xff'"),
            ("\u{202e}x".as_bytes(), "'\\u{202e}x'"),
        ] {
            assert_eq!(escape_for_terminal(OsStr::from_bytes(word)), expected);
        }
    }

    #[test]
    fn a_word_stays_as_it_is_but_for_what_is_more_than_text() {
        for (word, expected) in [
            (&b"/bin/sh"[..], "/bin/sh"),
            (b"a 'b' caf\xc3\xa9", "a 'b' caf\u{e9}"),
            (b"\x1b[31m\xff", "\\x1b[31m\\xff"),
            ("\u{202e}x\u{9b}".as_bytes(), "\\xe2\\x80\\xaex\\xc2\\x9b"),
        ] {
            assert_eq!(printable(OsStr::from_bytes(word)), expected);
        }
    }

    proptest! {
        #[test]
        fn no_word_reaches_the_terminal_as_more_than_text(word in any::<Vec<u8>>()) {
            let shown = escape_for_terminal(OsStr::from_bytes(&word));
            prop_assert!(shown.chars().all(|character| !character.is_control()));
            prop_assert!(!shown.is_empty());
        }
    }
}
