//! Numbers on the command line, read as the C library's `strtoul(3)` and `strtol(3)` read them: blanks and a sign
//! may be before the digits, nothing may follow them, base ten alone.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::Error;
use nix::errno::Errno;

use crate::message::{Message, sentence};
use crate::procfs::parse_digits;

/// Parses a user or group id: 0 to 4294967295.
///
/// # Errors
/// `{what}: '{text}'` for what is no number; with `Numerical result out of range` behind it where it is one that an
/// id cannot hold.
pub fn id(what: &'static str, text: &OsStr) -> Result<u32, Error> {
    decimal(text, false)
        .and_then(|number| u32::try_from(number).map_err(|_| Some(Errno::ERANGE)))
        .map_err(|reason| complaint_error(what, text, reason))
}

/// Seconds, which may be negative.
///
/// # Errors
/// As [`id`], out of range being what 64 bits cannot hold.
pub fn seconds(what: &'static str, text: &OsStr) -> Result<i64, Error> {
    decimal(text, true)
        .and_then(|number| i64::try_from(number).map_err(|_| Some(Errno::ERANGE)))
        .map_err(|reason| complaint_error(what, text, reason))
}

/// Returns `{what}: '{text}'`; `what` is a sentence by itself.
pub fn complaint(what: &'static str, text: &OsStr) -> Message {
    sentence("%s: '%s'", &[&sentence(what, &[]), &text])
}

/// [`complaint`] as an error, with the reason if there is one.
pub fn complaint_error(what: &'static str, text: &OsStr, reason: Option<Errno>) -> Error {
    let sentence = complaint(what, text);
    match reason {
        Some(errno) => Error::new(errno).context(sentence),
        None => Error::new(sentence),
    }
}

/// Returns the number that `text` is as a whole. `Err(None)`: it is not a number; `Err(Some(errno))`: it is larger than
/// 64 bits can hold, or negative where `negative` does not allow that.
pub fn decimal(text: &OsStr, negative: bool) -> Result<i128, Option<Errno>> {
    let (minus, digits) = sign_and_digits(text.as_bytes());
    // The original looks at the sign before it looks at what follows the digits.
    if minus && !negative && digits.first().is_some_and(u8::is_ascii_digit) {
        return Err(Some(Errno::ERANGE));
    }
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(None);
    }
    let value = parse_digits::<u64>(digits).ok_or(Some(Errno::ERANGE))?;
    Ok(if minus {
        -i128::from(value)
    } else {
        value.into()
    })
}

/// Returns what is before the digits taken off: blanks as `isspace(3)` has them, then one sign.
fn sign_and_digits(text: &[u8]) -> (bool, &[u8]) {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let start = text.iter().position(|byte| !blank(byte));
    match &text[start.unwrap_or(text.len())..] {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Result<u32, String> {
        let error = |error: Error| {
            error
                .chain()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" / ")
        };
        id("failed to parse uid", text.as_ref()).map_err(error)
    }

    #[test]
    fn reads_what_strtoul_reads_as_a_whole() {
        for (text, number) in [
            ("5", 5),
            (" 5", 5),
            ("\t\n\u{b}\u{c}\r+5", 5),
            ("010", 10),
            ("4294967295", u32::MAX),
        ] {
            assert_eq!(parsed(text), Ok(number), "{text:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in [
            "", " ", "abc", "5 ", "5x", "0x5", "5.0", "-", "+", "++5", "+-5", "-+5", "- 5", "٥",
        ] {
            assert_eq!(
                parsed(text),
                Err(format!("failed to parse uid: '{text}'")),
                "{text:?}"
            );
        }
    }

    #[test]
    fn reports_a_number_that_an_id_cannot_hold() {
        for text in [
            "-5",
            "-5x",
            " -0",
            "4294967296",
            "99999999999999999999999999999999999999999999",
        ] {
            let range = parsed(text).is_err_and(|error| error.contains(" / ERANGE"));
            assert!(range, "{text:?}: {:?}", parsed(text));
        }
    }

    proptest! {
        #[test]
        fn every_number_of_seconds_is_read_back(number in any::<i64>()) {
            prop_assert_eq!(seconds("", number.to_string().as_ref()).ok(), Some(number));
        }

        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            let _ = id("", text.as_ref());
            let _ = seconds("", text.as_ref());
        }
    }
}
