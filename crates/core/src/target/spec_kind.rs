//! The grammar of targets: what a word names is decided by its spelling, in a fixed order, never by what exists. So
//! nobody can change its meaning by making a file or a process, and the start with a process number costs no more than
//! without the other forms.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::container_id::is_hexadecimal;
use crate::ns_type::NsType;
use crate::scan::nslink::parse_link;

/// The lowest inode number that a namespace may have, rounded down: MNT_NS_INIT_INO of linux/nsfs.h is 0xeffffff8. That
/// is beyond every PID.
const FIRST_INODE: u32 = 0xefff_fff0;
/// How many digits of a container's ID are enough where one of them is a letter, how many where none is, and how many
/// an ID has.
const MIN_ID_LENGTH_WITH_LETTER: usize = 6;
const MIN_ID_LENGTH: usize = 12;
const ID_LENGTH: usize = 64;
/// What precedes the name of a network namespace.
const NETNS: &[u8] = b"netns:";

/// What a number is where a target is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// A PID; from 4026531824 on, which no PID reaches, the inode number of a namespace.
    Pid,
    /// The inode number of a namespace.
    Inode,
}

/// What a word may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SpecKind<'a> {
    /// A namespace file, or a directory of persistent namespaces.
    Path(&'a Path),
    /// A network namespace by its name below /run/netns.
    NetnsName(&'a OsStr),
    /// A namespace by its type and inode number, as `readlink /proc/PID/ns/TYPE` prints it.
    Namespace(NsType, u32),
    /// A namespace, as `lsns` and `readlink /proc/PID/ns/TYPE` number it.
    Inode(u32),
    /// A container whose ID is this or begins so.
    Id(&'a str),
    /// A number as the original reads it, `PID:INODE`, or nothing.
    Number,
}

impl SpecKind<'_> {
    /// Returns the form of this word.
    pub(super) fn classify(text: &OsStr, number: Number) -> SpecKind<'_> {
        let bytes = text.as_bytes();
        if bytes.contains(&b'/') {
            return SpecKind::Path(Path::new(text));
        }
        if let Some(name) = bytes.strip_prefix(NETNS) {
            return SpecKind::NetnsName(OsStr::from_bytes(name));
        }
        if let Some((ns_type, inode)) = parse_link(bytes) {
            return SpecKind::Namespace(ns_type, inode);
        }
        match text.to_str().filter(|text| is_hexadecimal(text.as_bytes())) {
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                classify_decimal(digits, number)
            }
            Some(digits) if (MIN_ID_LENGTH_WITH_LETTER..=ID_LENGTH).contains(&digits.len()) => {
                SpecKind::Id(digits)
            }
            _ => SpecKind::Number,
        }
    }
}

/// Returns the form of decimal digits: what the original reads as a number, maybe with zeros before it, stays one.
fn classify_decimal(digits: &str, number: Number) -> SpecKind<'_> {
    let value = digits.parse::<u32>();
    let is_number = match (number, value) {
        (Number::Inode, Ok(_)) => true,
        (Number::Pid, Ok(inode)) if inode >= FIRST_INODE && !digits.starts_with('0') => {
            return SpecKind::Inode(inode);
        }
        (Number::Pid, Ok(pid)) => i32::try_from(pid).is_ok(),
        (_, Err(_)) => false,
    };
    match digits.len() {
        MIN_ID_LENGTH..=ID_LENGTH if !is_number => SpecKind::Id(digits),
        _ => SpecKind::Number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> SpecKind<'_> {
        SpecKind::classify(text.as_ref(), Number::Pid)
    }

    fn kind_of_operand(text: &str) -> SpecKind<'_> {
        SpecKind::classify(text.as_ref(), Number::Inode)
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
            "abcde",
            "ABCDEFABCDEF",
            "abcdefabcdeg",
            "file",
            ".",
        ] {
            assert_eq!(kind(text), SpecKind::Number, "{text:?}");
        }
        assert_eq!(kind(&"a".repeat(65)), SpecKind::Number);
        for text in ["0", "12", "4026532281", " 5", "000000000012", "99999999999"] {
            assert_eq!(kind_of_operand(text), SpecKind::Number, "{text:?}");
        }
    }

    #[test]
    fn what_the_original_does_not_know_has_a_form_of_its_own() {
        assert_eq!(kind("4026531832"), SpecKind::Inode(4_026_531_832));
        assert_eq!(kind("4294967295"), SpecKind::Inode(u32::MAX));
        let whole = "0123456789abcdef".repeat(4);
        for id in ["abcdef", "1a2345", "123456789012", "004026532281", &whole] {
            assert_eq!(kind(id), SpecKind::Id(id));
        }
        assert_eq!(
            kind_of_operand("123456789012"),
            SpecKind::Id("123456789012")
        );
        for path in [
            "/",
            "./x",
            "12/",
            "abcdefabcdef/",
            "1:2/",
            "netns:a/b",
            "net:[5]/",
        ] {
            assert_eq!(kind(path), SpecKind::Path(Path::new(path)), "{path:?}");
        }
        let bytes = OsStr::from_bytes(b"/\xff");
        let form = SpecKind::classify(bytes, Number::Pid);
        assert_eq!(form, SpecKind::Path(Path::new(bytes)));
        assert_eq!(
            SpecKind::classify(OsStr::from_bytes(b"\xff"), Number::Pid),
            SpecKind::Number
        );
    }

    #[test]
    fn a_link_of_proc_and_a_name_are_forms_of_their_own() {
        assert_eq!(kind("net:[5]"), SpecKind::Namespace(NsType::Net, 5));
        assert_eq!(
            kind_of_operand("mnt:[4026531832]"),
            SpecKind::Namespace(NsType::Mount, 4_026_531_832)
        );
        assert_eq!(kind("netns:blue"), SpecKind::NetnsName("blue".as_ref()));
        assert_eq!(kind("netns:"), SpecKind::NetnsName("".as_ref()));
        assert_eq!(kind("netns:[5]"), SpecKind::NetnsName("[5]".as_ref()));
        for text in [
            "net:[]",
            "net:[x]",
            "net:[5",
            "net:5]",
            "nets:[5]",
            "net:[4294967296]",
        ] {
            assert_eq!(kind(text), SpecKind::Number, "{text:?}");
        }
    }
}
