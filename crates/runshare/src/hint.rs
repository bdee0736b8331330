//! Hints about what an ordinary user needs for a map of more than one id: subordinate ids, and the programs that map them.

use std::ffi::OsString;
use std::fs;

use nix::errno::Errno;
use nscore::hint::{CAP_SETGID, CAP_SETUID, shown};
use nscore::procfs::Proc;

use crate::idmap::Kind;
use crate::idmap::subid::{self, entries};
use crate::options::Options;

/// Where a machine's first range begins, and how many ids one has, as useradd(8) has it.
const FIRST: u64 = 100_000;
const COUNT: u64 = 65_536;

/// The command that gives a user the subordinate ids that it lacks, none of them in use.
pub(crate) fn missing_subordinate_ids(name: &OsString, uid: u32) -> Option<String> {
    let mut options = String::new();
    for kind in [Kind::Users, Kind::Groups] {
        // A file that is not there has no lines; one that cannot be read may have any.
        let file = match fs::read(kind.subordinate_file()) {
            Ok(file) => file,
            Err(error) if error.raw_os_error() == Some(Errno::ENOENT as i32) => Vec::new(),
            Err(_) => return None,
        };
        if subid::find_user_range(&file, name, uid).ok()?.is_none() {
            let first = first_free(&file)?;
            let last = first + COUNT - 1;
            let option = match kind {
                Kind::Users => "--add-subuids",
                Kind::Groups => "--add-subgids",
            };
            options += &format!("{option} {first}-{last} ");
        }
    }
    let name = shown(name);
    (!options.is_empty()).then(|| {
        format!("user {name} has no subordinate ids to map: `usermod {options}{name}`, as root, gives it some")
    })
}

/// Whose subordinate ids root maps, where they are not its own.
pub(crate) fn foreign_subordinate_ids(options: &Options) -> Option<String> {
    let maps = [
        (Kind::Users, &options.users),
        (Kind::Groups, &options.groups),
    ];
    let borrowed = maps
        .into_iter()
        .find_map(|(kind, map)| Some((kind, map.borrowed_from.as_ref()?)));
    let (kind, owner) = borrowed?;
    let (file, owner) = (kind.subordinate_file(), shown(owner));
    Some(format!(
        "root has no line in {file}: the range that is mapped is that of {owner}, the first there"
    ))
}

/// The first id behind every range of the file, if as many as are wanted follow it.
fn first_free(file: &[u8]) -> Option<u64> {
    let number = |field: &[u8]| std::str::from_utf8(field).ok()?.trim().parse::<u64>().ok();
    let ends = entries(file).filter_map(|(_, start, count)| {
        let (start, count) = (start.as_encoded_bytes(), count.as_encoded_bytes());
        number(start)?.checked_add(number(count)?)
    });
    let first = ends.max().unwrap_or(FIRST).max(FIRST);
    // The greatest number of all is no id.
    (first.checked_add(COUNT)? <= u64::from(u32::MAX)).then_some(first)
}

/// The capability that it takes to write a map of other ids than one's own, if it is missing.
pub(crate) fn missing_capability(errno: Errno, kind: Kind) -> Option<String> {
    let capability = match kind {
        Kind::Users => CAP_SETUID,
        Kind::Groups => CAP_SETGID,
    };
    let status = (errno == Errno::EPERM).then(|| Proc::mounted().status("self"))?;
    capability.missing(&status?, None)
}

/// Where newuidmap(1) or newgidmap(1) comes from.
pub(crate) fn missing_package(errno: Errno, program: &str) -> Option<String> {
    (errno == Errno::ENOENT).then(|| {
        format!(
            "{program}(1), which maps subordinate ids, is not installed: it is in the package uidmap of Debian and \
             Ubuntu (`apt install uidmap`), in shadow-utils or shadow elsewhere"
        )
    })
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
