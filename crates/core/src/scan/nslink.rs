//! What a link to a namespace says, `namespaces(7)`: `net:[4026531840]`, the type and the inode number.

use crate::ns_type::NsType;
use crate::procfs::parse_digits;

/// Reads a link's target; `None` for anything else.
pub fn parse_link(target: &[u8]) -> Option<(NsType, u32)> {
    let colon = target.iter().position(|byte| *byte == b':')?;
    let ns_type = NsType::from_file(&target[..colon])?;
    Some((ns_type, parse_inode(&target[colon + 1..])?))
}

/// Reads `[4026531840]`.
pub fn parse_inode(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"[")?.strip_suffix(b"]")?;
    parse_digits(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_link_to_a_namespace_is_read_and_nothing_else() {
        assert_eq!(
            parse_link(b"net:[4026531840]"),
            Some((NsType::Net, 4_026_531_840))
        );
        assert_eq!(parse_link(b"mnt:[1]"), Some((NsType::Mount, 1)));
        for other in [
            &b""[..],
            b"/run/netns/a",
            b"socket:[5]",
            b"net:",
            b"net:[]",
            b"net:[5",
            b"net:5]",
            b"net:[5]x",
            b"net:[4294967296]",
            b"net:[-5]",
            b"/net:[5]",
            b"net:[5] (deleted)",
        ] {
            assert_eq!(parse_link(other), None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = parse_link(&bytes);
        }
    }
}
