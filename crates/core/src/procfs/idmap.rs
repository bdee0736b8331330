//! /proc/PID/uid_map and gid_map, `user_namespaces(7)`: which ids of a user namespace represent which outside.

use super::parse_digits;

/// Users or groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    /// uid_map.
    Users,
    /// gid_map.
    Groups,
}

impl IdKind {
    /// Their map, below /proc/PID.
    pub const fn map_file(self) -> &'static str {
        match self {
            IdKind::Users => "uid_map",
            IdKind::Groups => "gid_map",
        }
    }

    /// Returns what one of them is called.
    pub const fn name(self) -> &'static str {
        match self {
            IdKind::Users => "user",
            IdKind::Groups => "group",
        }
    }
}

/// One line of a map: `count` IDs from `inner` on correspond to those from `outer` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapExtent {
    /// The first ID in the user namespace.
    pub inner: u32,
    /// The first ID outside.
    pub outer: u32,
    /// How many there are.
    pub count: u32,
}

/// Returns the lines of a map; what is not three numbers is skipped.
///
/// ```
/// use nscore::procfs::map_extents;
///
/// let map = b"         0     100000      65536\n";
/// let extent = map_extents(map).next().unwrap();
/// assert_eq!((extent.inner, extent.outer, extent.count), (0, 100_000, 65536));
/// ```
pub fn map_extents(map: &[u8]) -> impl Iterator<Item = MapExtent> {
    map.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut fields = line
            .split(u8::is_ascii_whitespace)
            .filter(|field| !field.is_empty())
            .map(parse_digits);
        Some(MapExtent {
            inner: fields.next()??,
            outer: fields.next()??,
            count: fields.next()??,
        })
    })
}

/// Returns whether a map has a line with this ID on its inner side.
pub(super) fn contains(map: &[u8], id: u32) -> bool {
    map_extents(map).any(|extent| match id.checked_sub(extent.inner) {
        Some(offset) => offset < extent.count,
        None => false,
    })
}

/// Returns the ID on the inner side of a map that `outside` corresponds to, if there is one.
pub(crate) fn inner_id(map: &[u8], outside: u32) -> Option<u32> {
    map_extents(map).find_map(|extent| {
        let offset = outside.checked_sub(extent.outer)?;
        if offset < extent.count {
            extent.inner.checked_add(offset)
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{contains, inner_id};

    #[test]
    fn what_stands_for_an_id_outside_is_found() {
        let map = b"         0       1001          1\n         5     100000      65536\n";
        for (outside, expected) in [
            (0, None),
            (1000, None),
            (1001, Some(0)),
            (1002, None),
            (100_000, Some(5)),
            (165_535, Some(65540)),
            (165_536, None),
        ] {
            assert_eq!(inner_id(map, outside), expected, "{outside}");
        }
        assert_eq!(inner_id(b"0 0 4294967295\n", 0), Some(0));
        assert_eq!(inner_id(b"7 0 1\n", 0), Some(7));
        assert_eq!(inner_id(b"0 0\n0 x 5\n\xff", 0), None);
    }

    #[test]
    fn an_id_is_mapped_if_it_is_in_a_line() {
        let map = b"         0       1001          1\n         5     100000      65536\n";
        for (id, expected) in [
            (0, true),
            (1, false),
            (4, false),
            (5, true),
            (65540, true),
            (65541, false),
        ] {
            assert_eq!(contains(map, id), expected, "{id}");
        }
        assert!(!contains(b"", 0));
        assert!(contains(b"0 0 4294967295\n", u32::MAX - 1));
        assert!(!contains(b"x y z\n0 0\n", 0));
    }

    proptest! {
        #[test]
        fn any_map_is_answered(map in any::<Vec<u8>>(), id in any::<u32>()) {
            let _ = contains(&map, id);
        }
    }
}
