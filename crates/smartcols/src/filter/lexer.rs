//! An expression cut into its words.
//!
//! A word is the longest that can be read: `eq1` is a name, `1eq` is two words, `1KB` is `1K` and `B`. The words for
//! operators and truths are all lower or all upper case: `And` is a column's name.

use std::borrow::Cow;

use super::mistake::Mistake;
use super::operator::{OPERATORS, Operator};
use super::value::{Value, decimal, float};

/// What a word means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// A number, a string, or a truth.
    Literal(Value<'static>),
    /// A column's name.
    Name(&'a str),
    Operator(Operator),
}

/// A word: what it means, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word<'a> {
    pub(super) token: Token<'a>,
    pub(super) text: &'a [u8],
    /// How many bytes stand before it.
    pub(super) start: usize,
}

/// A token, and how many bytes it takes.
type Read<'a> = Result<(Token<'a>, usize), Mistake>;

/// Gives the words one by one, up to the first mistake.
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

    /// What begins at the next byte, if that is none of the blanks.
    fn read(&self) -> Option<Read<'a>> {
        let rest = &self.expression[self.start..];
        Some(match *rest.first()? {
            b'0'..=b'9' => number(rest),
            b'a'..=b'z' | b'A'..=b'Z' => Ok(name(rest)),
            b'"' | b'\'' => string(rest).ok_or(Mistake::unclosed_string(self.start)),
            other => symbol(rest).ok_or(Mistake::unknown_character(other, self.start)),
        })
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Result<Word<'a>, Mistake>;

    fn next(&mut self) -> Option<Self::Item> {
        self.start += count(&self.expression[self.start..], |byte| {
            matches!(byte, b' ' | b'\t' | b'\n')
        });
        let start = self.start;
        Some(self.read()?.map(|(token, length)| {
            self.start += length;
            let text = &self.expression[start..self.start];
            Word { token, text, start }
        }))
    }
}

/// `5`, `5K`, `5KiB`, `5.5`. An integer beyond 64 bits is the greatest there is; one with a suffix is a mistake then.
fn number(rest: &[u8]) -> Read<'_> {
    let digits = count(rest, u8::is_ascii_digit);
    let value = decimal(&rest[..digits]);
    let literal = |value, length| Ok((Token::Literal(value), length));
    if let [b'.', b'0'..=b'9', ..] = rest[digits..] {
        let length = digits + 1 + count(&rest[digits + 1..], u8::is_ascii_digit);
        let value = float(&rest[..length]).unwrap_or(f64::INFINITY);
        return literal(Value::Float(value), length);
    }
    let Some(power) = rest.get(digits).and_then(power) else {
        return literal(Value::Integer(Some(value.unwrap_or(u64::MAX))), digits);
    };
    let long = rest[digits + 1..].starts_with(b"iB");
    let length = digits + if long { 3 } else { 1 };
    let scaled = value.and_then(|value| scale(value, power));
    match scaled {
        Some(_) => literal(Value::Integer(scaled), length),
        None => Err(Mistake::out_of_range(&rest[..length])),
    }
}

/// Which power of 1024 a suffix stands for.
fn power(suffix: &u8) -> Option<usize> {
    let letters = b"KMGTPEZY";
    let place = letters.iter().position(|letter| letter == suffix)?;
    Some(place + 1)
}

fn scale(value: u64, power: usize) -> Option<u64> {
    (0..power).try_fold(value, |value, _| value.checked_mul(1024))
}

/// A column's name, or a word of the language.
fn name(rest: &[u8]) -> (Token<'_>, usize) {
    let length = count(rest, |byte| {
        byte.is_ascii_alphanumeric() || b"_.%:/-".contains(byte)
    });
    let name = std::str::from_utf8(&rest[..length]).unwrap_or_default();
    (word(name).unwrap_or(Token::Name(name)), length)
}

/// What a word of the language means.
fn word(name: &str) -> Option<Token<'static>> {
    let mixed = name.contains(|letter: char| letter.is_ascii_uppercase())
        && name.contains(|letter: char| letter.is_ascii_lowercase());
    let is = |word: &str| !mixed && name.eq_ignore_ascii_case(word);
    let truth = [("true", true), ("false", false)]
        .into_iter()
        .find(|(word, _)| is(word))
        .map(|(_, truth)| Token::Literal(Value::Boolean(truth)));
    let operator = || OPERATORS.iter().find(|(_, word, _)| is(word));
    truth.or_else(|| operator().map(|(_, _, operator)| Token::Operator(*operator)))
}

/// `"…"` or `'…'`, of one line, in which nothing stands for anything else.
fn string(rest: &[u8]) -> Option<(Token<'_>, usize)> {
    let (quote, inside) = rest.split_first()?;
    let length = count(inside, |byte| byte != quote && *byte != b'\n');
    let text = Value::text(Cow::Owned(inside[..length].to_vec()));
    (inside.get(length) == Some(quote)).then_some((Token::Literal(text), length + 2))
}

/// An operator that is no word.
fn symbol(rest: &[u8]) -> Option<(Token<'_>, usize)> {
    OPERATORS
        .iter()
        .find(|(symbol, _, _)| rest.starts_with(symbol.as_bytes()))
        .map(|(symbol, _, operator)| (Token::Operator(*operator), symbol.len()))
}

/// How many bytes at the beginning are such.
fn count(text: &[u8], such: impl Fn(&u8) -> bool) -> usize {
    text.iter().take_while(|byte| such(byte)).count()
}
