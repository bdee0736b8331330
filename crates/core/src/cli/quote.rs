//! Words of the caller's inside a message, in the two ways in which GNU's programs quote them.
//!
//! A message must be one line on a terminal whatever the word holds, so a byte that cannot be shown is written as an
//! escape. What can be shown, and which quotation marks there are, is for the caller's locale to say.

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::language::{Domain, translation};
use crate::sys::locale::Locale;

/// Quotes words as the caller's locale has it. The locale is loaded when the first word is quoted; whoever enters
/// another root has it loaded before.
#[derive(Debug, Default)]
pub struct Quotes(OnceCell<Option<Locale>>);

/// A piece of a word: one character, or a byte or more that cannot be shown.
enum WordPart<'a> {
    Shown(&'a [u8]),
    Hidden(&'a [u8]),
}

impl Quotes {
    /// Returns whether the locale is one that has to be loaded.
    pub fn have_files(&self) -> bool {
        Locale::is_wanted()
    }

    /// Loads the locale if it is not yet loaded.
    pub fn load(&self) {
        self.locale();
    }

    fn locale(&self) -> Option<&Locale> {
        self.0.get_or_init(Locale::from_environment).as_ref()
    }

    /// Returns the word as a shell would read it, always between quotes: `'a b'`, `"it's"`, `'a'$'\n''b'`.
    pub fn shell(&self, word: &OsStr) -> OsString {
        let pieces: Vec<WordPart<'_>> = self.pieces(word).collect();
        let quoted = if fits_double_quotes(&pieces) {
            [b"\"", word.as_bytes(), b"\""].concat()
        } else {
            single_quoted(&pieces)
        };
        OsString::from_vec(quoted)
    }

    /// Returns the word with C's escapes, between the locale's quotation marks: `'no\nsuch'`, `‘no'such’`.
    pub fn marked(&self, word: &OsStr) -> OsString {
        let (left, right) = self.marks();
        let mut quoted = left.to_vec();
        for piece in self.pieces(word) {
            match piece {
                WordPart::Hidden(bytes) => {
                    quoted.extend(bytes.iter().flat_map(|byte| escape(*byte)));
                }
                WordPart::Shown(shown) => {
                    if shown == b"\\" || shown == right {
                        quoted.push(b'\\');
                    }
                    quoted.extend(shown);
                }
            }
        }
        quoted.extend(right);
        OsString::from_vec(quoted)
    }

    /// Returns the quotation marks of the reader's language, else of the locale's encoding.
    fn marks(&self) -> (&'static [u8], &'static [u8]) {
        let translated = |mark| translation(Domain::Gnulib, mark).map(str::as_bytes);
        if let (true, Some(left), Some(right)) =
            (self.locale().is_some(), translated("`"), translated("'"))
        {
            return (left, right);
        }
        if self.locale().is_some_and(Locale::is_utf8) {
            ("‘".as_bytes(), "’".as_bytes())
        } else {
            (b"'", b"'")
        }
    }

    fn pieces<'a>(&'a self, word: &'a OsStr) -> impl Iterator<Item = WordPart<'a>> {
        let locale = self.locale();
        let mut rest = word.as_bytes();
        std::iter::from_fn(move || {
            let first = rest.first()?;
            let (length, is_shown) = match locale.map(|locale| locale.decode_prefix(rest)) {
                Some(beginning) => (beginning.length, beginning.character.is_some()),
                None => (1, matches!(first, b' '..=b'~')),
            };
            let (bytes, after) = rest.split_at(length);
            rest = after;
            Some(if is_shown {
                WordPart::Shown(bytes)
            } else {
                WordPart::Hidden(bytes)
            })
        })
    }
}

/// Returns whether the word can stand between double quotes: it has a single quote in it, and nothing that is special to
/// a shell, between double quotes or without quotes.
fn fits_double_quotes(pieces: &[WordPart<'_>]) -> bool {
    let is_quote = |piece: &WordPart<'_>| matches!(piece, WordPart::Shown(b"'"));
    let means_nothing = |(at, piece): (usize, &WordPart<'_>)| match piece {
        WordPart::Shown([byte]) => match byte {
            b'#' | b'~' => at == 0,
            byte => !b"!\"$&()*;<=>?[\\^`{|}".contains(byte),
        },
        WordPart::Shown(_) => true,
        WordPart::Hidden(_) => false,
    };
    pieces.iter().any(is_quote) && pieces.iter().enumerate().all(means_nothing)
}

/// Returns the word between single quotes, what cannot be shown between `$'` and `'`.
fn single_quoted(pieces: &[WordPart<'_>]) -> Vec<u8> {
    let mut quoted = b"'".to_vec();
    let mut escaping = false;
    for piece in pieces {
        match piece {
            WordPart::Hidden(bytes) => {
                if !escaping {
                    quoted.extend(b"'$'");
                }
                quoted.extend(bytes.iter().flat_map(|byte| escape(*byte)));
                escaping = true;
            }
            // A quote ends the quotation that it is in, '…' or $'…'; after it '…' begins again.
            WordPart::Shown(b"'") => {
                quoted.extend(b"'\\''");
                escaping = false;
            }
            WordPart::Shown(bytes) => {
                if escaping {
                    quoted.extend(b"''");
                }
                quoted.extend(*bytes);
                escaping = false;
            }
        }
    }
    quoted.push(b'\'');
    quoted
}

/// Returns a byte as C writes it in a string: a letter for the seven that have one, else three octal digits.
fn escape(byte: u8) -> Vec<u8> {
    let letter = match byte {
        0x07 => b'a',
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0b => b'v',
        0x0c => b'f',
        b'\r' => b'r',
        _ => return format!("\\{byte:03o}").into_bytes(),
    };
    vec![b'\\', letter]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quotes for the C locale, whatever the tests are run in.
    fn plain() -> Quotes {
        Quotes(OnceCell::from(None))
    }

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for (word, quoted) in [
            (&b""[..], "''"),
            (b"a b", "'a b'"),
            (b"it's", "\"it's\""),
            (b"a\"b", "'a\"b'"),
            (b"a'b\"c", "'a'\\''b\"c'"),
            (b"#'", "\"#'\""),
            (b"'#", "''\\''#'"),
            (b"a\nb", "'a'$'\\n''b'"),
            (b"\n\t", "''$'\\n\\t'"),
            (b"'\n", "''\\'''$'\\n'"),
            (b"\n'", "''$'\\n'\\'''"),
            (b"caf\xc3\xa9", "'caf'$'\\303\\251'"),
        ] {
            assert_eq!(plain().shell(OsStr::from_bytes(word)), quoted);
        }
    }

    #[test]
    fn c_escapes_stand_between_the_marks() {
        for (word, quoted) in [
            (&b""[..], "''"),
            (b"no\nsuch", "'no\\nsuch'"),
            (b"it's", "'it\\'s'"),
            (b"a\\b\"", "'a\\\\b\"'"),
            (
                b"\x07\x08\x0c\n\r\t\x0b\x1b\x7f\xff",
                "'\\a\\b\\f\\n\\r\\t\\v\\033\\177\\377'",
            ),
        ] {
            assert_eq!(plain().marked(OsStr::from_bytes(word)), quoted);
        }
    }
}
