//! Decimal numbers as the kernel writes them, and as users write them once blanks and a sign are taken off: ASCII
//! digits and nothing else.

/// Returns the number that all of `digits` are, or `None` if there is none, another byte among them, or a number that
/// `T` cannot hold. `str::parse` would accept a plus.
///
/// ```
/// use nscore::procfs::parse_digits;
///
/// assert_eq!(parse_digits::<u32>(b"4026531840"), Some(4_026_531_840));
/// assert_eq!(parse_digits::<i32>(b"4026531840"), None);
/// assert_eq!(parse_digits::<u32>(b"+5"), None);
/// ```
pub fn parse_digits<T: TryFrom<u64>>(digits: &[u8]) -> Option<T> {
    if digits.is_empty() {
        return None;
    }
    let value = digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })?;
    T::try_from(value).ok()
}

/// Splits `text` behind the digits that it begins with, which may be none.
///
/// ```
/// use nscore::procfs::split_digits;
///
/// assert_eq!(split_digits(b"12:5"), (&b"12"[..], &b":5"[..]));
/// ```
pub fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_digits_are_a_number() {
        assert_eq!(parse_digits::<u64>(b"0"), Some(0));
        assert_eq!(parse_digits::<u64>(b"007"), Some(7));
        for other in [
            &b""[..],
            b"+5",
            b"-5",
            b" 5",
            b"5 ",
            b"5x",
            b"0x5",
            b"\xd9\xa5",
        ] {
            assert_eq!(parse_digits::<u64>(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_number_that_the_type_cannot_hold_is_none() {
        assert_eq!(parse_digits(b"4294967295"), Some(u32::MAX));
        assert_eq!(parse_digits::<u32>(b"4294967296"), None);
        assert_eq!(parse_digits(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(parse_digits::<u64>(b"18446744073709551616"), None);
    }

    proptest! {
        #[test]
        fn every_number_is_read_back(number in any::<u64>()) {
            prop_assert_eq!(parse_digits(number.to_string().as_bytes()), Some(number));
        }
    }
}
