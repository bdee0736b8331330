//! The values of an expression, their types, and the conversions between these.
//!
//! A cell without content has no value in its own type: among texts it is less than the empty one, and as a number
//! no comparison with it holds. Converted to another type, a missing number is 0, and a missing text is still missing.
//! White space around a text is removed, in an expression as in a cell.

use std::borrow::Cow;

use super::error::EvalError;

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
    /// Returns a text, without the white space around it.
    pub(super) fn text(bytes: Cow<'a, [u8]>) -> Value<'a> {
        Value::Text(Some(match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(trim_space(bytes)),
            Cow::Owned(bytes) => Cow::Owned(trim_space(&bytes).to_vec()),
        }))
    }

    /// Returns the type of the value.
    pub(super) fn value_type(&self) -> Type {
        match self {
            Value::Integer(_) => Type::Integer,
            Value::Float(_) => Type::Float,
            Value::Boolean(_) => Type::Boolean,
            Value::Text(_) => Type::Text,
        }
    }

    /// Returns whether the value alone is true: all but 0, false, the empty text and what is missing.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Value::Integer(number) => number.unwrap_or(0) != 0,
            Value::Float(number) => *number != 0.0,
            Value::Boolean(truth) => *truth,
            Value::Text(text) => text.as_ref().is_some_and(|text| !text.is_empty()),
        }
    }

    /// Converts the value to an integer, 0 to 18446744073709551615.
    ///
    /// # Errors
    /// [`EvalError::InvalidValue`] for a text that is not a number, [`EvalError::OutOfRange`] for a number below or
    /// above. A float is never converted to an integer: the integer is converted to a float.
    pub(super) fn to_integer(&self) -> Result<Option<u64>, EvalError> {
        match self {
            Value::Integer(number) => Ok(*number),
            Value::Boolean(truth) => Ok(Some(u64::from(*truth))),
            Value::Text(text) => text.as_deref().map(parse_integer).transpose(),
            Value::Float(_) => Err(EvalError::InvalidValue),
        }
    }

    /// Converts the value to a float.
    ///
    /// # Errors
    /// [`EvalError::InvalidValue`] for a text that is not a number.
    pub(super) fn to_float(&self) -> Result<Option<f64>, EvalError> {
        match self {
            Value::Integer(number) => Ok(Some(number.unwrap_or(0) as f64)),
            Value::Float(number) => Ok(Some(*number)),
            Value::Boolean(truth) => Ok(Some(f64::from(u8::from(*truth)))),
            Value::Text(None) => Ok(None),
            Value::Text(Some(text)) => parse_float(text).ok_or(EvalError::InvalidValue).map(Some),
        }
    }

    /// Converts the value to a boolean. Of the texts only `true`, `yes`, `y` and `1` are true, in any case: not all
    /// that are true alone.
    pub(super) fn to_boolean(&self) -> Option<bool> {
        const TRUE: [&[u8]; 4] = [b"true", b"yes", b"y", b"1"];
        let is_true = |text: &[u8]| TRUE.iter().any(|word| text.eq_ignore_ascii_case(word));
        match self {
            Value::Text(text) => text.as_deref().map(is_true),
            other => Some(other.is_true()),
        }
    }

    /// Converts the value to a text.
    pub(super) fn into_text(self) -> Option<Cow<'a, [u8]>> {
        let text = match self {
            Value::Integer(number) => number.unwrap_or(0).to_string(),
            Value::Float(number) => format_g(number),
            Value::Boolean(truth) => truth.to_string(),
            Value::Text(text) => return text,
        };
        Some(Cow::Owned(text.into_bytes()))
    }
}

/// Removes what isspace(3) calls white space, on both sides.
fn trim_space(text: &[u8]) -> &[u8] {
    let solid = |byte: &u8| !matches!(byte, b' ' | b'\t'..=b'\r');
    match (text.iter().position(solid), text.iter().rposition(solid)) {
        (Some(first), Some(last)) => &text[first..=last],
        _ => &[],
    }
}

/// Parses an integer. The range of the digits is judged before what follows them: `-5x` is out of range, not invalid.
fn parse_integer(text: &[u8]) -> Result<u64, EvalError> {
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
    let value = parse_decimal(digits).filter(|value| !negative || *value == 0);
    match value {
        None => Err(EvalError::OutOfRange),
        Some(_) if digits.is_empty() || !rest.is_empty() => Err(EvalError::InvalidValue),
        Some(value) => Ok(value),
    }
}

/// Parses ASCII digits; `None` beyond 64 bits.
pub(super) fn parse_decimal(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |value, digit| {
        value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    })
}

/// Parses a float: `1.5`, `.5`, `1e3`, `inf`, `nan`.
pub(super) fn parse_float(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Formats a float as `%g` of printf(3) does, with six digits: `1.5`, `100000`, `1e+06`.
fn format_g(number: f64) -> String {
    let scientific = format!("{number:.5e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific; // inf
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        let decimals = usize::try_from(5 - exponent).unwrap_or(0);
        return trim_zeros(&format!("{number:.decimals$}")).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    let digits = trim_zeros(digits);
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// Removes the zeros at the end of a fraction.
fn trim_zeros(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}
