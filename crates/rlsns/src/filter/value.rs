//! What an expression computes with: the values, their types, and how one type is made into another.
//!
//! A cell without content is [`Value::Absent`], whatever the type. A text never has blanks around it, neither in an
//! expression nor in a cell.

use std::borrow::Cow;

use nix::errno::Errno;

/// The type in which two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Integer,
    Float,
    Boolean,
    Text,
}

/// A value of one of the types.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Absent,
    Integer(u64),
    Float(f64),
    Boolean(bool),
    Text(Cow<'a, [u8]>),
}

impl<'a> Value<'a> {
    /// A text, the blanks around it taken off.
    pub(super) fn text(bytes: Cow<'a, [u8]>) -> Value<'a> {
        Value::Text(match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(trim(bytes)),
            Cow::Owned(bytes) => Cow::Owned(trim(&bytes).to_vec()),
        })
    }

    /// Its type; an absent value has that of its column, here a text's.
    pub(super) fn is(&self) -> Type {
        match self {
            Value::Integer(_) => Type::Integer,
            Value::Float(_) => Type::Float,
            Value::Boolean(_) => Type::Boolean,
            Value::Absent | Value::Text(_) => Type::Text,
        }
    }

    /// Whether it counts as true by itself: whatever is there, but 0, false and the empty text.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Value::Absent => false,
            Value::Integer(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Boolean(truth) => *truth,
            Value::Text(text) => !text.is_empty(),
        }
    }

    /// As an integer, 0 to 18446744073709551615.
    ///
    /// # Errors
    /// EINVAL for a text that is no number, ERANGE for a number that is none of these. A float is never asked to be an
    /// integer: it is the integer that becomes a float.
    pub(super) fn integer(&self) -> Result<Option<u64>, Errno> {
        Ok(Some(match self {
            Value::Absent => return Ok(None),
            Value::Integer(number) => *number,
            Value::Boolean(truth) => u64::from(*truth),
            Value::Text(text) => integer(text)?,
            Value::Float(_) => return Err(Errno::EINVAL),
        }))
    }

    /// As a float.
    ///
    /// # Errors
    /// EINVAL for a text that is no number.
    pub(super) fn float(&self) -> Result<Option<f64>, Errno> {
        #[allow(clippy::cast_precision_loss, reason = "a float is no more precise")]
        let exact = |number: u64| number as f64;
        Ok(Some(match self {
            Value::Absent => return Ok(None),
            Value::Integer(number) => exact(*number),
            Value::Float(number) => *number,
            Value::Boolean(truth) => f64::from(u8::from(*truth)),
            Value::Text(text) => float(text).ok_or(Errno::EINVAL)?,
        }))
    }

    /// As a boolean. Of the texts `true`, `yes`, `y` and `1` are true, in any case, and no other: not even those that
    /// count as true by themselves.
    pub(super) fn boolean(&self) -> Option<bool> {
        const TRUE: [&[u8]; 4] = [b"true", b"yes", b"y", b"1"];
        match self {
            Value::Absent => None,
            Value::Text(text) => Some(TRUE.iter().any(|word| text.eq_ignore_ascii_case(word))),
            other => Some(other.is_true()),
        }
    }

    /// As a text.
    pub(super) fn into_text(self) -> Option<Cow<'a, [u8]>> {
        let owned = |text: String| Some(Cow::Owned(text.into_bytes()));
        match self {
            Value::Absent => None,
            Value::Integer(number) => owned(number.to_string()),
            Value::Float(number) => owned(shortest(number)),
            Value::Boolean(truth) => owned(truth.to_string()),
            Value::Text(text) => Some(text),
        }
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
fn integer(text: &[u8]) -> Result<u64, Errno> {
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
        None => Err(Errno::ERANGE),
        Some(_) if digits.is_empty() || !rest.is_empty() => Err(Errno::EINVAL),
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
