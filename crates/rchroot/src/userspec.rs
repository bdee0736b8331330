//! The grammar of `--userspec`, `[USER][:[GROUP]]`, and what it says to one side's accounts.
//!
//! | after one trailing colon is cut off | user | group |
//! |---|---|---|
//! | `USER` | by name, else number | the login group of that number |
//! | `USER:` (typed `USER::`, or `USER.`) | by name alone | the login group of that name |
//! | `USER:GROUP` | by name, else number | by name, else number |
//! | `:GROUP` | none | by name, else number |
//! | empty, `:` | none | none |
//!
//! A dot stands for the colon where there is no colon and the whole word is no user: the first one, and then what is
//! wrong is that the word is no user. A plus before a number keeps it from being looked up as a name.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Result, anyhow, bail};
use nscore::cli::number::decimal;
use nscore::users::User;

use crate::accounts::{Accounts, NO_ID};

/// One way to read a userspec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parts<'a> {
    user: Option<&'a OsStr>,
    group: Group<'a>,
    dotted: bool,
}

/// What stands behind the separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group<'a> {
    /// There is no separator.
    Unsaid,
    /// Nothing: the login group of the user's name.
    Login,
    Named(&'a OsStr),
}

/// The numbers that a userspec stands for on one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbers<'a> {
    /// The user as it was typed.
    pub(crate) user: Option<&'a OsStr>,
    pub(crate) uid: Option<u32>,
    pub(crate) gid: Option<u32>,
    /// Whether a dot stood for the colon.
    pub(crate) dotted: bool,
}

/// Reads a userspec by the accounts of one side.
///
/// # Errors
/// `invalid user`, `invalid group`, or `invalid spec` for `USER:` without a user of that name.
pub(crate) fn read<'a>(spec: &'a OsStr, accounts: &dyn Accounts) -> Result<Numbers<'a>> {
    let (first, second) = parts(spec);
    numbers(first, accounts).or_else(|wrong| {
        let dotted = second.and_then(|parts| numbers(parts, accounts).ok());
        dotted.ok_or(wrong)
    })
}

/// Whether a user is known under this word, as a name or as a number.
pub(crate) fn is_known(word: &OsStr, accounts: &dyn Accounts) -> bool {
    let number = || id(word).and_then(|uid| user_of(uid, accounts));
    named_user(word, accounts).or_else(number).is_some()
}

/// The first user with this number.
pub(crate) fn user_of(uid: u32, accounts: &dyn Accounts) -> Option<User> {
    accounts.user_by_uid(uid).filter(is_whole)
}

/// The ways to read a userspec, the second where the first finds nobody.
fn parts(spec: &OsStr) -> (Parts<'_>, Option<Parts<'_>>) {
    let text = spec.as_bytes();
    let text = text.strip_suffix(b":").unwrap_or(text);
    let whole = Parts {
        user: Some(OsStr::from_bytes(text)).filter(|_| !text.is_empty()),
        group: Group::Unsaid,
        dotted: false,
    };
    match split(text, b':') {
        Some(parts) => (parts, None),
        None => (whole, split(text, b'.')),
    }
}

/// Splits at the first separator, if there is one.
fn split(text: &[u8], separator: u8) -> Option<Parts<'_>> {
    let at = text.iter().position(|byte| *byte == separator)?;
    let (user, group) = (&text[..at], &text[at + 1..]);
    let login = if user.is_empty() {
        Group::Unsaid
    } else {
        Group::Login
    };
    Some(Parts {
        user: (!user.is_empty()).then(|| OsStr::from_bytes(user)),
        group: match group {
            [] => login,
            group => Group::Named(OsStr::from_bytes(group)),
        },
        dotted: separator == b'.',
    })
}

fn numbers<'a>(parts: Parts<'a>, accounts: &dyn Accounts) -> Result<Numbers<'a>> {
    let record = parts.user.and_then(|user| named_user(user, accounts));
    let uid = match (parts.user, &record) {
        (None, _) => None,
        (Some(_), Some(record)) => Some(record.uid),
        (Some(_), None) if parts.group == Group::Login => bail!("invalid spec"),
        (Some(user), None) => Some(id(user).ok_or_else(|| anyhow!("invalid user"))?),
    };
    let gid = match parts.group {
        Group::Unsaid => None,
        Group::Login => record.map(|record| record.gid),
        Group::Named(group) => Some(group_id(group, accounts)?),
    };
    Ok(Numbers {
        user: parts.user,
        uid,
        gid,
        dotted: parts.dotted,
    })
}

fn named_user(word: &OsStr, accounts: &dyn Accounts) -> Option<User> {
    let is_name = !word.as_bytes().starts_with(b"+");
    let user = is_name.then(|| accounts.user_by_name(word)).flatten();
    user.filter(is_whole)
}

fn group_id(word: &OsStr, accounts: &dyn Accounts) -> Result<u32> {
    let is_name = !word.as_bytes().starts_with(b"+");
    let named = is_name.then(|| accounts.group(word)).flatten();
    let named = named.filter(|gid| *gid != NO_ID);
    named
        .or_else(|| id(word))
        .ok_or_else(|| anyhow!("invalid group"))
}

/// Whether both numbers of an entry are ones. With another, "leave it as it is" would keep the caller's, root's.
fn is_whole(user: &User) -> bool {
    user.uid != NO_ID && user.gid != NO_ID
}

/// The id that the word is as a number.
fn id(word: &OsStr) -> Option<u32> {
    let number = decimal(word, false).ok()?;
    u32::try_from(number).ok().filter(|id| *id != NO_ID)
}
