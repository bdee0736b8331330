//! The caller's locale, for smartcols: characters and their widths, and regular expressions.

use std::cell::OnceCell;

use nscore::language::{Domain, translation};
use nscore::sys::locale::{DecodedPrefix, Locale};
use nscore::sys::regex;

use smartcols::filter::Regex;
use smartcols::{Ascii, Character, Characters, Decoded};

/// The characters of the caller's locale, which is loaded when it is needed first.
#[derive(Debug, Default)]
pub(crate) struct LocaleCharacters(OnceCell<Option<Locale>>);

impl LocaleCharacters {
    fn locale(&self) -> Option<&Locale> {
        self.0.get_or_init(Locale::from_environment).as_ref()
    }
}

impl Characters for LocaleCharacters {
    fn is_utf8(&self) -> bool {
        self.locale().is_some_and(Locale::is_utf8)
    }

    fn decode(&self, text: &[u8]) -> Decoded {
        match self.locale() {
            Some(locale) => {
                let DecodedPrefix { length, character } = locale.decode_prefix(text);
                Decoded {
                    length,
                    character: character.map(|found| Character {
                        width: found.width,
                        code: found.code,
                    }),
                }
            }
            None => Ascii.decode(text),
        }
    }
}

/// An extended regular expression, regcomp(3) and regexec(3).
#[derive(Debug)]
struct PosixRegex(regex::Regex);

impl Regex for PosixRegex {
    fn is_match(&self, text: &[u8]) -> bool {
        self.0.is_match(text)
    }
}

/// Compiles a regular expression; ranges in it are those of the locale that was loaded before:
/// [`Locale::from_environment`] and [`load_order`](nscore::sys::locale::load_order).
///
/// # Errors
/// The message of regerror(3).
pub(crate) fn compile_regex(pattern: &[u8]) -> Result<Box<dyn Regex>, String> {
    let compiled = regex::Regex::new(pattern);
    let compiled = compiled.map(|pattern| Box::new(PosixRegex(pattern)) as Box<dyn Regex>);
    compiled.map_err(|english| match translation(Domain::Libc, &english) {
        Some(text) => text.to_owned(),
        None => english,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_pattern_is_told_in_the_c_librarys_words() {
        let compile = |text: &str| compile_regex(text.as_bytes()).map(drop);
        let words = if cfg!(target_env = "musl") {
            [
                "Missing ')'",
                "Invalid character range",
                "Repetition not preceded by valid expression",
            ]
        } else {
            [
                "Unmatched ( or \\(",
                "Invalid range end",
                "Invalid preceding regular expression",
            ]
        };
        let said = ["(", "[z-a]", "*"].map(compile);
        assert_eq!(said, words.map(|words| Err(words.to_owned())));
        let big = "Regular expression too big".to_owned();
        assert_eq!(compile(&"(".repeat(100_000)), Err(big));
    }

    #[test]
    fn a_pattern_is_an_extended_regular_expression() {
        let found = |text: &str, in_text: &str| {
            let pattern = compile_regex(text.as_bytes()).expect("it is right");
            pattern.is_match(in_text.as_bytes())
        };
        assert!(found("ep [0-9]$", "sleep 5"));
        assert!(found("^(uts|net)$", "net"));
        assert!(!found("^(uts|net)$", "nets"));
    }

    /// smartcols knows no other crate, so it has the list of these characters that nscore has for messages too.
    #[test]
    fn the_table_writer_escapes_the_characters_that_messages_escape() {
        for character in (' '..='\u{ffff}').filter(|character| !character.is_control()) {
            let text = character.to_string();
            let mut json = Vec::new();
            smartcols::json::write_string(&mut json, text.as_bytes());
            let is_escaped = json.starts_with(b"\"\\u");
            let is_bidi = nscore::escape::is_bidi_control(u32::from(character));
            assert_eq!(is_escaped, is_bidi, "{character:?}");
        }
    }
}
