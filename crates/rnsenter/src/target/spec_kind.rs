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
pub(super) enum SpecKind<'a> {
    /// A process, or nothing.
    Process,
    /// A namespace, as `lsns` and `readlink /proc/PID/ns/TYPE` number it.
    Inode(u32),
    /// A container whose id is this or begins so.
    Id(&'a str),
    /// A directory, if there is one.
    Path,
}

impl SpecKind<'_> {
    /// The form of this word.
    pub(super) fn classify(text: &OsStr) -> SpecKind<'_> {
        let digits = text.to_str().filter(|text| is_hexadecimal(text.as_bytes()));
        let Some(digits) = digits else {
            return match text.as_bytes().contains(&b'/') {
                true => SpecKind::Path,
                false => SpecKind::Process,
            };
        };
        let is_decimal = digits.bytes().all(|digit| digit.is_ascii_digit());
        match digits.parse::<u32>() {
            Ok(inode) if inode >= FIRST_INODE && !digits.starts_with('0') => SpecKind::Inode(inode),
            // The number of a process, maybe with zeros before it.
            Ok(pid) if is_decimal && i32::try_from(pid).is_ok() => SpecKind::Process,
            _ if (ENOUGH..=WHOLE).contains(&digits.len()) => SpecKind::Id(digits),
            _ => SpecKind::Process,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> SpecKind<'_> {
        SpecKind::classify(text.as_ref())
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
            assert_eq!(kind(text), SpecKind::Process, "{text:?}");
        }
        assert_eq!(kind(&"a".repeat(65)), SpecKind::Process);
    }

    #[test]
    fn what_the_original_does_not_know_has_a_form_of_its_own() {
        assert_eq!(kind("4026531832"), SpecKind::Inode(4_026_531_832));
        assert_eq!(kind("4294967295"), SpecKind::Inode(u32::MAX));
        let whole = "0123456789abcdef".repeat(4);
        for id in ["abcdefabcdef", "123456789012", "004026532281", &whole] {
            assert_eq!(kind(id), SpecKind::Id(id));
        }
        for path in ["/", "./x", "12/", "abcdefabcdef/", "1:2/"] {
            assert_eq!(kind(path), SpecKind::Path, "{path:?}");
        }
        assert_eq!(
            SpecKind::classify(OsStr::from_bytes(b"/\xff")),
            SpecKind::Path
        );
        assert_eq!(
            SpecKind::classify(OsStr::from_bytes(b"\xff")),
            SpecKind::Process
        );
    }
}
