//! Hints about what a command line leaves out or gets wrong.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::{geteuid, getuid};
use nscore::exec::base_name;
use nscore::hint::{Explanation, Hint, escape_for_terminal, explanation};
use nscore::procfs::IdKind;
use nscore::safe_open::user_label;
use nscore::users::user_by_uid;

use crate::duration::seconds_of;
use crate::idmap::IdMap;
use crate::idmap::ranges::MapRange;
use crate::idmap::subid::{find_user_range, subordinate_file};

/// The shells that a user would start.
const SHELLS: [&str; 8] = ["sh", "bash", "dash", "zsh", "ksh", "fish", "ash", "tcsh"];

/// Returns whether a shell is to be run that a user will type into.
pub(crate) fn is_shell_alone(operands: &[OsString]) -> bool {
    match operands {
        [] => true,
        [shell] => SHELLS.iter().any(|name| base_name(shell) == *name),
        _ => false,
    }
}

/// Returns the hint of a call that names no option at all.
pub(crate) fn nothing_unshared() -> Option<Explanation> {
    Some(explanation(
        "no-namespace-requested",
        "no new namespace was requested: --mount, --net, --pid --fork and the like create one",
        &[],
    ))
}

/// Returns the hint for a root whose owner has no number in the new user namespace: nobody inside may write to it, and
/// every file of that owner is nobody's. The caller's own root is always another user's, so of that nothing is said.
pub(crate) fn root_of_nobody(root: &Path, users: &IdMap) -> Option<Explanation> {
    if !users.is_requested() || root == Path::new("/") {
        return None;
    }
    let owner = fs::metadata(root).ok()?.uid();
    let ranges = users.ranges(geteuid().as_raw());
    let outer = |range: &MapRange| range.outer..range.outer + range.count;
    if ranges
        .iter()
        .any(|range| outer(range).contains(&u64::from(owner)))
    {
        return None;
    }
    Some(explanation(
        "unmapped-owner",
        "%s belongs to user %s, to whom the user namespace gives no ID: inside, that user's files are nobody's and \
         read-only; unpack the root in a user namespace with the same map",
        &[&escape_for_terminal(root), &user_label(owner)],
    ))
}

/// Returns the hint for a MAP that is not one: its format, and the range of IDs that the caller may map.
pub(crate) fn invalid_map(kind: IdKind) -> Hint {
    Hint::new(move || {
        let option = match kind {
            IdKind::Users => "--map-users",
            IdKind::Groups => "--map-groups",
        };
        Some(match subordinate_range(kind) {
            Some((start, count)) => {
                let file = subordinate_file(kind);
                explanation(
                    "invalid-map",
                    "a range for %s is INNER:OUTER:COUNT; %s has a range for this user: %s 0:%s:%s",
                    &[&option, &file, &option, &start, &count],
                )
            }
            None => explanation(
                "invalid-map",
                "a range for %s is INNER:OUTER:COUNT, such as 0:100000:65536",
                &[&option],
            ),
        })
    })
}

fn subordinate_range(kind: IdKind) -> Option<(u64, u64)> {
    let uid = getuid().as_raw();
    let name = user_by_uid(uid).map_or_else(OsString::new, |user| user.name);
    let file = fs::read(subordinate_file(kind)).ok()?;
    let range = find_user_range(&file, &name, uid).ok()??;
    Some((range.start, range.count))
}

/// Returns the hint for an offset that unshare(1) does not understand: the seconds of a duration.
pub(crate) fn not_seconds(option: &'static str, given: &OsStr) -> Hint {
    let given = given.to_owned();
    Hint::new(move || {
        let seconds = given.to_str().and_then(seconds_of)?;
        Some(explanation(
            "not-seconds",
            "the offset is a number of seconds: --%s %s",
            &[&option, &seconds],
        ))
    })
}

/// Returns the hint that a new time namespace is what the offsets are for.
pub(crate) fn time_is_missing() -> Hint {
    Hint::new(|| {
        Some(explanation(
            "no-time-namespace",
            "--time is missing: an offset is that of a new time namespace, in seconds",
            &[],
        ))
    })
}
