//! From an expression to tokens.
//!
//! A token is the longest that can be read: `eq1` is a name, `1eq` is two tokens, `1KB` is `1K` and `B`. The words for
//! operators and truth values are all lower or all upper case: `And` is the name of a column.

use std::borrow::Cow;

use super::error::FilterError;
use super::operator::{OPERATORS, Operator};
use super::value::{Value, parse_decimal, parse_float};

/// What a token means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind<'a> {
    /// A number, a string, or a truth value.
    Literal(Value<'static>),
    /// The name of a column.
    Name(&'a str),
    Operator(Operator),
}

/// A token: what it means, and where it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind<'a>,
    text: &'a [u8],
    /// The offset of its first byte.
    pub(super) start: usize,
}

impl Token<'_> {
    /// Describes the token and its place for a message; a string, which can be long and of any bytes, is not shown.
    pub(super) fn describe(&self) -> String {
        let at = self.start + 1;
        match &self.kind {
            TokenKind::Literal(Value::Text(_)) => format!("the string at byte {at}"),
            _ => format!("'{}' at byte {at}", String::from_utf8_lossy(self.text)),
        }
    }
}

/// The meaning of a token and its length in bytes.
type Lexed<'a> = (TokenKind<'a>, usize);

/// Returns the tokens one by one, up to the first error.
pub(super) struct Lexer<'a> {
    expression: &'a [u8],
    start: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(expression: &'a [u8]) -> Lexer<'a> {
        Lexer {
            expression,
            start: 0,
        }
    }

    /// Reads the token that begins at the next byte; `None` at the end.
    fn lex_token(&self) -> Option<Result<Lexed<'a>, FilterError>> {
        let rest = &self.expression[self.start..];
        Some(match *rest.first()? {
            b'0'..=b'9' => lex_number(rest),
            b'a'..=b'z' | b'A'..=b'Z' => Ok(lex_name(rest)),
            b'"' | b'\'' => lex_string(rest).ok_or(FilterError::unclosed_string(self.start)),
            byte => lex_symbol(rest).ok_or(FilterError::unknown_character(byte, self.start)),
        })
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Result<Token<'a>, FilterError>;

    fn next(&mut self) -> Option<Self::Item> {
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n');
        self.start += count_while(&self.expression[self.start..], is_blank);
        let start = self.start;
        Some(self.lex_token()?.map(|(kind, length)| {
            self.start += length;
            let text = &self.expression[start..self.start];
            Token { kind, text, start }
        }))
    }
}

/// Reads `5`, `5K`, `5KiB` or `5.5`. An integer beyond 64 bits is the greatest one; with a suffix it is an error.
fn lex_number(rest: &[u8]) -> Result<Lexed<'_>, FilterError> {
    let digits = count_while(rest, u8::is_ascii_digit);
    let value = parse_decimal(&rest[..digits]);
    if let [b'.', b'0'..=b'9', ..] = rest[digits..] {
        let length = digits + 1 + count_while(&rest[digits + 1..], u8::is_ascii_digit);
        let value = parse_float(&rest[..length]).unwrap_or(f64::INFINITY);
        return Ok((TokenKind::Literal(Value::Float(value)), length));
    }
    let Some(power) = rest.get(digits).and_then(suffix_power) else {
        let value = Value::Integer(Some(value.unwrap_or(u64::MAX)));
        return Ok((TokenKind::Literal(value), digits));
    };
    let has_long_suffix = rest[digits + 1..].starts_with(b"iB");
    let length = digits + if has_long_suffix { 3 } else { 1 };
    match value.and_then(|value| multiply_by_1024(value, power)) {
        Some(value) => Ok((TokenKind::Literal(Value::Integer(Some(value))), length)),
        None => Err(FilterError::out_of_range(&rest[..length])),
    }
}

/// Returns the power of 1024 that a suffix represents.
fn suffix_power(suffix: &u8) -> Option<usize> {
    let letters = b"KMGTPEZY";
    let index = letters.iter().position(|letter| letter == suffix)?;
    Some(index + 1)
}

fn multiply_by_1024(value: u64, times: usize) -> Option<u64> {
    (0..times).try_fold(value, |value, _| value.checked_mul(1024))
}

/// Reads the name of a column or a keyword.
fn lex_name(rest: &[u8]) -> Lexed<'_> {
    let length = count_while(rest, |byte| {
        byte.is_ascii_alphanumeric() || b"_.%:/-".contains(byte)
    });
    let name = std::str::from_utf8(&rest[..length]).unwrap_or_default();
    (keyword(name).unwrap_or(TokenKind::Name(name)), length)
}

/// Returns what a name means if it is a word of the language.
fn keyword(name: &str) -> Option<TokenKind<'static>> {
    let has_upper = name.contains(|letter: char| letter.is_ascii_uppercase());
    let has_lower = name.contains(|letter: char| letter.is_ascii_lowercase());
    if has_upper && has_lower {
        return None;
    }
    for (word, truth) in [("true", true), ("false", false)] {
        if name.eq_ignore_ascii_case(word) {
            return Some(TokenKind::Literal(Value::Boolean(truth)));
        }
    }
    let mut operators = OPERATORS.iter();
    let (_, _, operator) = operators.find(|(_, word, _)| name.eq_ignore_ascii_case(word))?;
    Some(TokenKind::Operator(*operator))
}

/// Reads `"…"` or `'…'`: one line, without escapes.
fn lex_string(rest: &[u8]) -> Option<Lexed<'_>> {
    let (quote, inside) = rest.split_first()?;
    let length = count_while(inside, |byte| byte != quote && *byte != b'\n');
    if inside.get(length) != Some(quote) {
        return None;
    }
    let text = Value::text(Cow::Owned(inside[..length].to_vec()));
    Some((TokenKind::Literal(text), length + 2))
}

/// Reads an operator that is not a word.
fn lex_symbol(rest: &[u8]) -> Option<Lexed<'_>> {
    let mut operators = OPERATORS.iter();
    let (symbol, _, operator) =
        operators.find(|(symbol, _, _)| rest.starts_with(symbol.as_bytes()))?;
    Some((TokenKind::Operator(*operator), symbol.len()))
}

/// Returns how many bytes at the beginning satisfy the condition.
fn count_while(text: &[u8], condition: impl Fn(&u8) -> bool) -> usize {
    text.iter().take_while(|byte| condition(byte)).count()
}
