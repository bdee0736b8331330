//! What an expression computes with: the values, their types, and how one type is made into another.
//!
//! A cell without content has no value in its own type: among texts it stands before the empty one, and as a number
//! it compares as false with everything. Made into another type, a missing number is 0, and a missing text still
//! nothing. A text never has blanks around it, neither in an expression nor in a cell.

use std::borrow::Cow;

/// Why a cell cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It cannot be made into the type that it is compared as.
    Type,
    /// It is a number that this type does not have.
    Range,
}

/// The type in which two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Integer,
    Float,
    Boolean,
    Text,
}

/// A value of one of the types; `None` is a cell without content.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Integer(Option<u64>),
    Float(f64),
    Boolean(bool),
    Text(Option<Cow<'a, [u8]>>),
}

impl<'a> Value<'a> {
    /// A text, the blanks around it taken off.
    pub(super) fn text(bytes: Cow<'a, [u8]>) -> Value<'a> {
        Value::Text(Some(match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(trim(bytes)),
            Cow::Owned(bytes) => Cow::Owned(trim(&bytes).to_vec()),
        }))
    }

    /// What type it is of.
    pub(super) fn is(&self) -> Type {
        match self {
            Value::Integer(_) => Type::Integer,
            Value::Float(_) => Type::Float,
            Value::Boolean(_) => Type::Boolean,
            Value::Text(_) => Type::Text,
        }
    }

    /// Whether it counts as true by itself: whatever is there, but 0, false and the empty text.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Value::Integer(number) => number.unwrap_or(0) != 0,
            Value::Float(number) => *number != 0.0,
            Value::Boolean(truth) => *truth,
            Value::Text(text) => text.as_ref().is_some_and(|text| !text.is_empty()),
        }
    }

    /// As an integer, 0 to 18446744073709551615.
    ///
    /// # Errors
    /// [`Failure::Type`] for a text that is no number, [`Failure::Range`] for a number that is none of these. A float is never asked to be an
    /// integer: it is the integer that becomes a float.
    pub(super) fn integer(&self) -> Result<Option<u64>, Failure> {
        match self {
            Value::Integer(number) => Ok(*number),
            Value::Boolean(truth) => Ok(Some(u64::from(*truth))),
            Value::Text(text) => text.as_deref().map(integer).transpose(),
            Value::Float(_) => Err(Failure::Type),
        }
    }

    /// As a float.
    ///
    /// # Errors
    /// [`Failure::Type`] for a text that is no number.
    pub(super) fn float(&self) -> Result<Option<f64>, Failure> {
        match self {
            Value::Integer(number) => Ok(Some(number.unwrap_or(0) as f64)),
            Value::Float(number) => Ok(Some(*number)),
            Value::Boolean(truth) => Ok(Some(f64::from(u8::from(*truth)))),
            Value::Text(None) => Ok(None),
            Value::Text(Some(text)) => float(text).ok_or(Failure::Type).map(Some),
        }
    }

    /// As a boolean. Of the texts `true`, `yes`, `y` and `1` are true, in any case, and no other: not even those that
    /// count as true by themselves.
    pub(super) fn boolean(&self) -> Option<bool> {
        const TRUE: [&[u8]; 4] = [b"true", b"yes", b"y", b"1"];
        let is_true = |text: &[u8]| TRUE.iter().any(|word| text.eq_ignore_ascii_case(word));
        match self {
            Value::Text(text) => text.as_deref().map(is_true),
            other => Some(other.is_true()),
        }
    }

    /// As a text.
    pub(super) fn into_text(self) -> Option<Cow<'a, [u8]>> {
        let text = match self {
            Value::Integer(number) => number.unwrap_or(0).to_string(),
            Value::Float(number) => shortest(number),
            Value::Boolean(truth) => truth.to_string(),
            Value::Text(text) => return text,
        };
        Some(Cow::Owned(text.into_bytes()))
    }
}

/// Takes off the blanks on both sides, as `isspace(3)` has them.
fn trim(text: &[u8]) -> &[u8] {
    let solid = |byte: &u8| !matches!(byte, b' ' | b'\t'..=b'\r');
    match (text.iter().position(solid), text.iter().rposition(solid)) {
        (Some(first), Some(last)) => &text[first..=last],
        _ => &[],
    }
}

/// The integer that a text without blanks around it is. What the digits say counts before what follows them: `-5x` is
/// out of range, not wrong.
fn integer(text: &[u8]) -> Result<u64, Failure> {
    let (negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let length = unsigned
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = unsigned.split_at(length);
    let value = decimal(digits).filter(|value| !negative || *value == 0);
    match value {
        None => Err(Failure::Range),
        Some(_) if digits.is_empty() || !rest.is_empty() => Err(Failure::Type),
        Some(value) => Ok(value),
    }
}

/// What ASCII digits are worth, where 64 bits can hold it.
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |value, digit| {
        value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    })
}

/// The float that a text without blanks around it is: `1.5`, `.5`, `1e3`, `inf`, `nan`.
pub(super) fn float(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A float with six digits as `%g` of `printf(3)` writes it: `1.5`, `100000`, `1e+06`.
fn shortest(number: f64) -> String {
    let scientific = format!("{number:.5e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific; // inf
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        let decimals = usize::try_from(5 - exponent).unwrap_or(0);
        return without_zeros(&format!("{number:.decimals$}")).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    let digits = without_zeros(digits);
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// A number's fraction cut where only zeros follow.
fn without_zeros(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}
