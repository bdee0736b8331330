//! Words in a hint that come from somebody else: from a root, a mount table, a program's header.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// A path or a word as it can stand in a sentence on a terminal: whatever might be more than text is escaped, and a word
/// that is not plain stands between quotes.
pub fn shown(word: impl AsRef<OsStr>) -> String {
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
            assert_eq!(shown(OsStr::from_bytes(word)), expected);
        }
    }

    proptest! {
        #[test]
        fn no_word_reaches_the_terminal_as_more_than_text(word in any::<Vec<u8>>()) {
            let shown = shown(OsStr::from_bytes(&word));
            prop_assert!(shown.chars().all(|character| !character.is_control()));
            prop_assert!(!shown.is_empty());
        }
    }
}
