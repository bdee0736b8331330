//! What can be wrong with an expression, and with the cells that it is evaluated for.

use std::error::Error;
use std::fmt;

/// Why an expression is not a filter. Its text is one line; bytes are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterError {
    /// It is not in the language; the text says what is wrong where, or what is wrong with a regular expression.
    Syntax(String),
    /// This number has a suffix and is greater than 18446744073709551615.
    OutOfRange(String),
    /// It is in the language, but these columns do not exist. A name that occurs twice is listed twice.
    UnknownColumns(Vec<String>),
}

/// Why a filter cannot be evaluated for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvalError {
    /// A value cannot be converted to the type that it is compared as.
    InvalidValue,
    /// A number is not in the range of the type that it is compared as.
    OutOfRange,
}

impl Error for FilterError {}
impl Error for EvalError {}

impl fmt::Display for FilterError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FilterError::Syntax(text) => out.write_str(text),
            FilterError::OutOfRange(number) => write!(out, "the number {number} is out of range"),
            FilterError::UnknownColumns(names) => {
                write!(out, "unknown column: {}", names.join(", "))
            }
        }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            EvalError::InvalidValue => "invalid value",
            EvalError::OutOfRange => "number out of range",
        })
    }
}

impl FilterError {
    pub(super) fn unknown_character(byte: u8, start: usize) -> FilterError {
        let at = start + 1;
        FilterError::Syntax(match byte {
            b'!'..=b'~' => format!("unknown character '{}' at byte {at}", char::from(byte)),
            _ => format!("unknown character 0x{byte:02x} at byte {at}"),
        })
    }

    pub(super) fn unclosed_string(start: usize) -> FilterError {
        let at = start + 1;
        FilterError::Syntax(format!("the string at byte {at} has no closing quote"))
    }

    pub(super) fn out_of_range(number: &[u8]) -> FilterError {
        FilterError::OutOfRange(String::from_utf8_lossy(number).into_owned())
    }

    /// `found` describes a token; `None` is the end of the expression.
    pub(super) fn unexpected(found: Option<String>, expected: &str) -> FilterError {
        FilterError::Syntax(match found {
            None => format!("expected {expected} at the end"),
            Some(found) => format!("expected {expected}, found {found}"),
        })
    }

    pub(super) fn unclosed_parenthesis(start: usize) -> FilterError {
        let at = start + 1;
        FilterError::Syntax(format!("the parenthesis at byte {at} is not closed"))
    }

    pub(super) fn unopened_parenthesis(start: usize) -> FilterError {
        let at = start + 1;
        FilterError::Syntax(format!("the parenthesis at byte {at} closes nothing"))
    }

    /// `operator` describes `=~` or `!~`.
    pub(super) fn missing_regex(operator: &str) -> FilterError {
        FilterError::Syntax(format!("{operator} must be followed by a string"))
    }
}
