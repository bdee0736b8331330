//! The forms that the value of `--target` may have. They are told apart by their letters alone, so that the start with a
//! process number is what it would be without the others.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use nscore::container_id::is_hexadecimal;

/// The lowest inode number that a namespace may have, rounded down: MNT_NS_INIT_INO of linux/nsfs.h is 0xeffffff8. That
/// is beyond every number of a process, and the original knows nothing there.
const FIRST_INODE: u32 = 0xefff_fff0;
/// How many digits of a container's id are enough to go by, and how many it has.
const ENOUGH: usize = 12;
const WHOLE: usize = 64;

/// What a word may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form<'a> {
    /// A process, or nothing.
    Process,
    /// A namespace, as `lsns` and `readlink /proc/PID/ns/TYPE` number it.
    Inode(u32),
    /// A container whose id is this or begins so.
    Id(&'a str),
    /// A directory, if there is one.
    Path,
}

impl Form<'_> {
    /// The form of this word.
    pub(super) fn of(text: &OsStr) -> Form<'_> {
        let digits = text.to_str().filter(|text| is_hexadecimal(text.as_bytes()));
        let Some(digits) = digits else {
            return match text.as_bytes().contains(&b'/') {
                true => Form::Path,
                false => Form::Process,
            };
        };
        let is_decimal = digits.bytes().all(|digit| digit.is_ascii_digit());
        match digits.parse::<u32>() {
            Ok(inode) if inode >= FIRST_INODE && !digits.starts_with('0') => Form::Inode(inode),
            // The number of a process, maybe with zeros before it.
            Ok(pid) if is_decimal && i32::try_from(pid).is_ok() => Form::Process,
            _ if (ENOUGH..=WHOLE).contains(&digits.len()) => Form::Id(digits),
            _ => Form::Process,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Form<'_> {
        Form::of(text.as_ref())
    }

    #[test]
    fn a_word_that_means_something_to_the_original_keeps_its_meaning() {
        for text in [
            "1",
            "4194305",
            "2147483647",
            "2147483648",
            "4026531823",
            " 4026532281",
            "+4026532281",
            "4294967296",
            "000000000012",
            "000002147483647",
            "12:34",
            "4026532281:5",
            "",
            "abc",
            "abcdefabcde",
            "ABCDEFABCDEF",
            "abcdefabcdeg",
            "file",
            ".",
        ] {
            assert_eq!(form(text), Form::Process, "{text:?}");
        }
        assert_eq!(form(&"a".repeat(65)), Form::Process);
    }

    #[test]
    fn what_the_original_does_not_know_has_a_form_of_its_own() {
        assert_eq!(form("4026531832"), Form::Inode(4_026_531_832));
        assert_eq!(form("4294967295"), Form::Inode(u32::MAX));
        let whole = "0123456789abcdef".repeat(4);
        for id in ["abcdefabcdef", "123456789012", "004026532281", &whole] {
            assert_eq!(form(id), Form::Id(id));
        }
        for path in ["/", "./x", "12/", "abcdefabcdef/", "1:2/"] {
            assert_eq!(form(path), Form::Path, "{path:?}");
        }
        assert_eq!(Form::of(OsStr::from_bytes(b"/\xff")), Form::Path);
        assert_eq!(Form::of(OsStr::from_bytes(b"\xff")), Form::Process);
    }
}
