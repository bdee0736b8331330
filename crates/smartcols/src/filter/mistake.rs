//! What can be wrong with an expression, told for a person: bytes are counted from one.

use super::lexer::{Token, Word};
use super::value::Value;

/// Why an expression is no filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// It cannot be read; the words, of one line, say what is wrong where.
    Unreadable(String),
    /// This number in it has a suffix and is more than 64 bits can hold.
    Range(String),
    /// It can, but these columns do not exist; one that stands in it twice is here twice.
    UnknownColumns(Vec<String>),
}

impl Mistake {
    pub(super) fn unknown_character(byte: u8, start: usize) -> Mistake {
        let at = start + 1;
        Mistake::Unreadable(match byte {
            b'!'..=b'~' => format!("unknown character '{}' at byte {at}", char::from(byte)),
            _ => format!("unknown character 0x{byte:02x} at byte {at}"),
        })
    }

    pub(super) fn unclosed_string(start: usize) -> Mistake {
        let at = start + 1;
        Mistake::Unreadable(format!("the string at byte {at} has no closing quote"))
    }

    pub(super) fn out_of_range(number: &[u8]) -> Mistake {
        Mistake::Range(String::from_utf8_lossy(number).into_owned())
    }

    /// A word, or the end, where something else is `wanted`.
    pub(super) fn unexpected(word: Option<&Word>, wanted: &str) -> Mistake {
        Mistake::Unreadable(match word {
            None => format!("{wanted} is wanted at the end"),
            Some(word) => format!("{} stands where {wanted} is wanted", described(word)),
        })
    }

    pub(super) fn never_closed(start: usize) -> Mistake {
        let at = start + 1;
        Mistake::Unreadable(format!("the parenthesis at byte {at} is never closed"))
    }

    pub(super) fn closes_none(start: usize) -> Mistake {
        let at = start + 1;
        Mistake::Unreadable(format!("the parenthesis at byte {at} closes none"))
    }

    pub(super) fn no_pattern(operator: &Word) -> Mistake {
        let operator = described(operator);
        Mistake::Unreadable(format!("{operator} wants a string behind it"))
    }
}

/// A word and where it stands; a string, which can be long and of any bytes, is not shown.
fn described(word: &Word) -> String {
    let at = word.start + 1;
    match &word.token {
        Token::Literal(Value::Text(_)) => format!("the string at byte {at}"),
        _ => format!("'{}' at byte {at}", String::from_utf8_lossy(word.text)),
    }
}
