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

use anyhow::{Context, Error, Result, anyhow};

use crate::accounts::Accounts;
use crate::sides::Outside;
use crate::userspec;

/// The numbers to run as; `None` is for what stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity<'a> {
    /// The user as it was typed.
    user: Option<&'a OsStr>,
    pub(crate) uid: Option<u32>,
    pub(crate) gid: Option<u32>,
    /// The supplementary groups.
    pub(crate) groups: Option<Vec<u32>>,
    /// Whether a dot stood for the colon of the userspec.
    pub(crate) dotted: bool,
}

/// A userspec of which the outside has been asked.
pub(crate) struct Spec<'a> {
    spec: &'a OsStr,
    listed: bool,
    outside: Outside<Identity<'a>, Error>,
}

impl<'a> Spec<'a> {
    /// Asks the outside, if it needs to be asked; `listed`: the supplementary groups are those of `--groups`.
    pub(crate) fn ask_outside(spec: &'a OsStr, listed: bool, old_root: bool) -> Spec<'a> {
        let outside = Outside::ask(old_root, |accounts| read(spec, listed, accounts));
        Spec {
            spec,
            listed,
            outside,
        }
    }

    /// The identity that both sides together give.
    ///
    /// # Errors
    /// What is wrong with it, as the original says it.
    pub(crate) fn settle(self, inside: &dyn Accounts) -> Result<Identity<'a>> {
        let read_inside = || read(self.spec, self.listed, inside);
        let is_admitted = |outside: &Identity<'_>| {
            let known = outside.user.map(|user| userspec::is_known(user, inside));
            !known.unwrap_or_default()
        };
        self.outside.settle(read_inside, is_admitted)
    }
}

/// Reads a userspec by the accounts of one side.
fn read<'a>(spec: &'a OsStr, listed: bool, accounts: &dyn Accounts) -> Result<Identity<'a>> {
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
    let entry = needed.then(|| userspec::user_of(uid, accounts)).flatten();
    let login = entry.as_ref().map(|entry| entry.gid);
    let gid = identity.gid.or(login);
    let gid = gid.ok_or_else(|| anyhow!("no group specified for unknown uid: {uid}"))?;
    identity.gid = Some(gid);
    if !listed {
        let groups = entry.map(|entry| accounts.groups_of(&entry.name, gid));
        let groups = groups.transpose();
        let groups = groups.context("failed to get supplemental groups")?;
        identity.groups = Some(groups.unwrap_or_default());
    }
    Ok(identity)
}
