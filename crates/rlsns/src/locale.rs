//! What the C library knows for the table writer and the filter: the characters and the patterns of the caller's locale.

use std::cell::OnceCell;

use nscore::sys::locale::{self, DecodedPrefix, Locale};
use nscore::sys::regex;

use smartcols::filter::Regex;
use smartcols::table::{Ascii, Beginning, Character, Characters};

/// The characters of the caller's locale, which is loaded when first it matters.
#[derive(Debug, Default)]
pub(crate) struct LocaleCharacters(OnceCell<Option<Locale>>);

impl LocaleCharacters {
    fn locale(&self) -> Option<&Locale> {
        self.0.get_or_init(Locale::from_environment).as_ref()
    }
}

impl Characters for LocaleCharacters {
    fn are_utf_8(&self) -> bool {
        self.locale()
            .is_some_and(|locale| locale.encoding() == c"UTF-8")
    }

    fn beginning(&self, text: &[u8]) -> Beginning {
        match self.locale() {
            Some(locale) => {
                let DecodedPrefix { length, character } = locale.decode_prefix(text);
                Beginning {
                    length,
                    character: character.map(|found| Character {
                        width: found.width,
                        code: found.code,
                    }),
                }
            }
            None => Ascii.beginning(text),
        }
    }
}

/// A pattern as `regcomp(3)` and `regexec(3)` have it.
#[derive(Debug)]
struct Pattern(regex::Regex);

impl Regex for Pattern {
    fn is_match(&self, text: &[u8]) -> bool {
        self.0.is_match(text)
    }
}

/// Reads a pattern, which is of the locale that was loaded before: [`Locale::from_environment`] and
/// [`locale::load_order`].
///
/// # Errors
/// What `regerror(3)` says of it.
pub(crate) fn pattern(pattern: &[u8]) -> Result<Box<dyn Regex>, String> {
    regex::Regex::new(pattern).map(|pattern| Box::new(Pattern(pattern)) as Box<dyn Regex>)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_pattern_is_told_in_the_c_librarys_words() {
        let told = |text: &str| pattern(text.as_bytes()).map(drop);
        assert_eq!(told("("), Err("Unmatched ( or \\(".to_owned()));
        assert_eq!(told("[z-a]"), Err("Invalid range end".to_owned()));
        let preceding = "Invalid preceding regular expression".to_owned();
        assert_eq!(told("*"), Err(preceding));
        let big = "Regular expression too big".to_owned();
        assert_eq!(told(&"(".repeat(100_000)), Err(big));
    }

    #[test]
    fn a_pattern_is_an_extended_regular_expression() {
        let found = |text: &str, in_text: &str| {
            let pattern = pattern(text.as_bytes()).expect("it is right");
            pattern.is_match(in_text.as_bytes())
        };
        assert!(found("ep [0-9]$", "sleep 5"));
        assert!(found("^(uts|net)$", "net"));
        assert!(!found("^(uts|net)$", "nets"));
    }
}
