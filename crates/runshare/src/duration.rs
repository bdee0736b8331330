//! Durations: `1d`, `2h30m`, `-90s`, or a number of seconds.

use std::ffi::OsStr;

use anyhow::Result;
use nscore::cli::number;

/// The units, and how many seconds they have.
const UNITS: [(char, i64); 5] = [
    ('w', 7 * 24 * 3600),
    ('d', 24 * 3600),
    ('h', 3600),
    ('m', 60),
    ('s', 1),
];

/// Parses a duration, or a number of seconds as unshare(1) does.
///
/// # Errors
/// Those of [`number::seconds`], in its words.
pub(crate) fn parse_duration(what: &'static str, text: &OsStr) -> Result<i64> {
    match text.to_str().and_then(seconds_of) {
        Some(seconds) => Ok(seconds),
        None => number::seconds(what, text),
    }
}

/// Returns the seconds of a duration with units, each of which may be given once, the larger before the smaller.
pub(crate) fn seconds_of(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut units = UNITS.iter();
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let (digits, tail) = rest.split_at(end);
        let unit = tail.chars().next()?;
        let (_, seconds) = units.find(|(name, _)| *name == unit)?;
        let part = digits.parse::<i64>().ok()?.checked_mul(*seconds)?;
        total = total.checked_add(part)?;
        rest = &tail[unit.len_utf8()..];
    }
    let has_unit = text.ends_with(|letter: char| letter.is_ascii_lowercase());
    has_unit.then_some(sign * total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_duration_is_a_sum_of_units() {
        for (text, seconds) in [
            ("1d", Some(86_400)),
            ("2h30m", Some(9_000)),
            ("1w1d1h1m1s", Some(694_861)),
            ("-90s", Some(-90)),
            ("+5m", Some(300)),
            ("0s", Some(0)),
            ("9223372036854775807s", Some(i64::MAX)),
            ("9223372036854775807m", None),
            ("9223372036854775808s", None),
            ("1m2h", None),
            ("1h1h", None),
            ("2h30", None),
            ("h", None),
            ("1.5d", None),
            ("1D", None),
            ("1 d", None),
            ("86400", None),
            ("-", None),
            ("", None),
            ("1d ", None),
            ("٥d", None),
        ] {
            assert_eq!(seconds_of(text), seconds, "{text:?}");
        }
        assert_eq!(parse_duration("", "86400".as_ref()).ok(), Some(86_400));
        assert_eq!(parse_duration("", " -5".as_ref()).ok(), Some(-5));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            let _ = seconds_of(&text);
        }

        #[test]
        fn every_number_of_seconds_is_read_back(seconds in i64::MIN + 1..i64::MAX) {
            prop_assert_eq!(seconds_of(&format!("{seconds}s")), Some(seconds));
        }
    }
}
