//! Whom the command runs as: `--userspec` made into the numbers that the kernel takes.
//!
//! A user's login group and supplementary groups are those of the first entry with that number, as in the original;
//! only `USER::` and `USER.` take the login group of the name itself. With a group named, a number that nobody has
//! runs with no supplementary groups; without one it cannot run at all.
//!
//! Which side an identity comes from, with all of its numbers, is the rule of [`sides`](crate::sides), and one thing
//! more: **a user who is known inside is never looked for outside.** `both:hostgrp` is an error where `both` is known
//! inside and `hostgrp` is not, as in the original, and no way to become the `both` of the outside. What follows:
//!
//! | USER | known inside | outside alone | nowhere |
//! |---|---|---|---|
//! | name | inside | outside | `invalid user` |
//! | number | inside | outside | `no group specified for unknown uid` |
//! | `:GROUP`, a name | inside | outside | `invalid group` |
//! | name`:`GROUP | inside, GROUP too | outside, GROUP too | `invalid user` |
//! | number`:`number | inside, its groups | that number without groups | that number without groups |
//! | number`:`name | inside, GROUP too | where GROUP is, inside first | where GROUP is, inside first |

use std::ffi::OsStr;

use anyhow::{Context, Result, anyhow};

use crate::accounts::Accounts;
use crate::userspec::{self, user_of};

/// The numbers to run as; `None` is for what stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity<'a> {
    /// The user as it was typed.
    pub(crate) user: Option<&'a OsStr>,
    pub(crate) uid: Option<u32>,
    pub(crate) gid: Option<u32>,
    /// The supplementary groups.
    pub(crate) groups: Option<Vec<u32>>,
    /// Whether a dot stood for the colon of the userspec.
    pub(crate) dotted: bool,
}

/// Reads a userspec by the accounts of one side. The user's groups are looked up unless they are `listed` otherwise.
///
/// # Errors
/// What is wrong with it, as the original says it.
pub(crate) fn read<'a>(
    spec: &'a OsStr,
    listed: bool,
    accounts: &dyn Accounts,
) -> Result<Identity<'a>> {
    let numbers = userspec::read(spec, accounts)?;
    let mut identity = Identity {
        user: numbers.user,
        uid: numbers.uid,
        gid: numbers.gid,
        groups: None,
        dotted: numbers.dotted,
    };
    let Some(uid) = identity.uid else {
        return Ok(identity);
    };
    let needed = identity.gid.is_none() || !listed;
    let entry = needed.then(|| user_of(uid, accounts)).flatten();
    let login = entry.as_ref().map(|entry| entry.gid);
    let gid = identity.gid.or(login);
    let gid = gid.ok_or_else(|| anyhow!("no group specified for unknown uid: {uid}"))?;
    identity.gid = Some(gid);
    if !listed {
        let groups = entry.map(|entry| accounts.groups_of(&entry.name, gid));
        let groups = groups
            .transpose()
            .context("failed to get supplemental groups")?;
        identity.groups = Some(groups.unwrap_or_default());
    }
    Ok(identity)
}

/// Whether an identity of the outside may stand in where the inside has none: its user must not be known inside.
pub(crate) fn is_admitted(outside: &Identity<'_>, inside: &dyn Accounts) -> bool {
    let known = outside.user.map(|user| userspec::is_known(user, inside));
    !known.unwrap_or_default()
}
