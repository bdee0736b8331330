//! Hints about what a map of more than one ID requires: subordinate IDs, a capability, and the programs that map them.

use std::ffi::{OsStr, OsString};
use std::fs;

use nix::errno::Errno;
use nscore::hint::{CAP_SETGID, CAP_SETUID, Explanation, escape_for_terminal, explanation};
use nscore::procfs::{IdKind, Proc};

use crate::idmap::subid::{entries, find_user_range, subordinate_file};

/// Where the first range of a machine starts and how many IDs a range has, as in useradd(8).
const FIRST: u64 = 100_000;
const COUNT: u64 = 65_536;

/// Returns the command that gives a user the missing subordinate IDs, none of which is in use.
pub(crate) fn missing_subordinate_ids(name: &OsString, uid: u32) -> Option<Explanation> {
    let mut options = String::new();
    for kind in [IdKind::Users, IdKind::Groups] {
        // A missing file has no lines; one that cannot be read may have any.
        let file = match fs::read(subordinate_file(kind)) {
            Ok(file) => file,
            Err(error) if error.raw_os_error() == Some(Errno::ENOENT as i32) => Vec::new(),
            Err(_) => return None,
        };
        if find_user_range(&file, name, uid).ok()?.is_none() {
            let first = first_free(&file)?;
            let last = first + COUNT - 1;
            let option = match kind {
                IdKind::Users => "--add-subuids",
                IdKind::Groups => "--add-subgids",
            };
            options += &format!("{option} {first}-{last} ");
        }
    }
    if options.is_empty() {
        return None;
    }
    let name = escape_for_terminal(name);
    Some(explanation(
        "no-subordinate-ids",
        "user %s has no subordinate ids to map: run `usermod %s%s` as root to add \
         them",
        &[&name, &options, &name],
    ))
}

/// Returns a hint that root maps the subordinate IDs of another user.
pub(crate) fn foreign_subordinate_ids(kind: IdKind, owner: &OsStr) -> Explanation {
    let (file, owner) = (subordinate_file(kind), escape_for_terminal(owner));
    explanation(
        "foreign-subordinate-ids",
        "root has no line in %s: the range of %s, the first in it, is mapped",
        &[&file, &owner],
    )
}

/// Returns the first ID after every range of the file, if enough IDs follow it.
fn first_free(file: &[u8]) -> Option<u64> {
    let number = |field: &[u8]| std::str::from_utf8(field).ok()?.trim().parse::<u64>().ok();
    let ends = entries(file).filter_map(|(_, start, count)| {
        let (start, count) = (start.as_encoded_bytes(), count.as_encoded_bytes());
        number(start)?.checked_add(number(count)?)
    });
    let first = ends.max().unwrap_or(FIRST).max(FIRST);
    // The greatest number means "no ID".
    (first.checked_add(COUNT)? <= u64::from(u32::MAX)).then_some(first)
}

/// Names the capability that a map of other IDs than the caller's own requires, if it is missing.
pub(crate) fn missing_capability(errno: Errno, kind: IdKind) -> Option<Explanation> {
    if errno != Errno::EPERM {
        return None;
    }
    let capability = match kind {
        IdKind::Users => CAP_SETUID,
        IdKind::Groups => CAP_SETGID,
    };
    capability.missing(&Proc::for_hint().status("self")?, None)
}

/// Names the packages of newuidmap(1) and newgidmap(1).
pub(crate) fn missing_package(errno: Errno, program: &str) -> Option<Explanation> {
    if errno != Errno::ENOENT {
        return None;
    }
    Some(explanation(
        "missing-package",
        "%s(1), which maps subordinate ids, is not installed: install the package uidmap \
         on Debian and Ubuntu (`apt install uidmap`), shadow-utils or shadow elsewhere",
        &[&program],
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_free_range_is_behind_all_others() {
        for (file, first) in [
            ("", Some(100_000)),
            ("a:5:5\n", Some(100_000)),
            ("a:100000:65536\nb:165536:65536\n", Some(231_072)),
            ("b:165536:65536\na:100000:65536\n", Some(231_072)),
            ("a:x:y\nb:200000:z\n", Some(100_000)),
            ("a:4294901759:0", Some(4_294_901_759)),
            ("a:4294901760:0", None),
            ("a:18446744073709551615:1", Some(100_000)),
            ("a:18446744073709551615:0", None),
        ] {
            assert_eq!(first_free(file.as_bytes()), first, "{file:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_free_is_nobodys(ranges in prop::collection::vec((0..4_000_000_000_u64, 0..300_000_u64), 0..9)) {
            let lines: String = ranges.iter().map(|(start, count)| format!("u:{start}:{count}\n")).collect();
            if let Some(first) = first_free(lines.as_bytes()) {
                let meets = |(start, count): &(u64, u64)| *start < first + COUNT && first < start + count;
                prop_assert!(!ranges.iter().any(meets));
                prop_assert!(first + COUNT <= u64::from(u32::MAX));
            }
        }
    }
}
