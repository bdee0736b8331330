//! Subordinate ids, `subuid(5)` and `subgid(5)`: the ranges that an ordinary user may map.
//!
//! A line is `OWNER:START:COUNT`, OWNER being a name or a user id; the file of groups is keyed by the user too.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Context, Error, Result, anyhow};
use nix::unistd::geteuid;
use nscore::cli::{message, number};
use nscore::hint::{Hint, WithHint};
use nscore::users;

use crate::hint;
use crate::idmap::Kind;

/// A range of subordinate ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) start: u64,
    pub(crate) count: u64,
    /// Whose it is, where it is not the caller's own.
    pub(crate) borrowed_from: Option<OsString>,
}

/// The first range of the effective user. Root, who may map any id, gets the first range of the file where it has none
/// of its own, as in the original: arch-chroot(8) and test systems rely on it.
///
/// # Errors
/// That the user has no name, that the file cannot be read, that its first line for the user is garbled, or that
/// there is none.
pub(crate) fn find_range(kind: Kind) -> Result<Range> {
    let path = kind.subordinate_file();
    let uid = geteuid().as_raw();
    let name = users::name_of(uid).ok_or_else(|| anyhow!("you (user {uid}) don't exist."))?;
    let file = fs::read(path)
        .with_hint_for(&name, move |_, name| {
            hint::missing_subordinate_ids(name, uid)
        })
        .with_context(|| format!("could not open '{path}'"))?;
    let mut range = find_user_range(&file, &name, uid)?;
    if range.is_none() && uid == 0 {
        range = find_named_range(&file)?;
    }
    range.ok_or_else(|| {
        let sentence = message(&[&"no line matching user \"", &name, &"\" in ", &path]);
        let why = Hint::new(move || hint::missing_subordinate_ids(&name, uid));
        Error::new(sentence).context(why)
    })
}

/// The range on the first whole line for this user, if there is one.
pub(crate) fn find_user_range(file: &[u8], name: &OsString, uid: u32) -> Result<Option<Range>> {
    let is_theirs = |owner: &OsStr| owner == name || is_number(owner, uid);
    match entries(file).find(|(owner, _, _)| is_theirs(owner)) {
        Some((_, start, count)) => parse_range(start, count, None).map(Some),
        None => Ok(None),
    }
}

/// The range on the first whole line whose owner does not begin with a number, if there is one.
fn find_named_range(file: &[u8]) -> Result<Option<Range>> {
    match entries(file).find(|(owner, _, _)| !begins_with_number(owner)) {
        Some((owner, start, count)) => parse_range(start, count, Some(owner)).map(Some),
        None => Ok(None),
    }
}

fn parse_range(start: &OsStr, count: &OsStr, owner: Option<&OsStr>) -> Result<Range> {
    let id = |text| number::id("failed to parse subid map", text).map(u64::from);
    Ok(Range {
        start: id(start)?,
        count: id(count)?,
        borrowed_from: owner.map(OsStr::to_owned),
    })
}

/// As `strtol(3)` has it: blanks, a sign, a digit.
fn begins_with_number(owner: &OsStr) -> bool {
    let text = owner.as_bytes().trim_ascii_start();
    let digits = match text {
        [b'+' | b'-', digits @ ..] => digits,
        digits => digits,
    };
    digits.first().is_some_and(u8::is_ascii_digit)
}

/// The whole lines: owner, start and count.
pub(crate) fn entries(file: &[u8]) -> impl Iterator<Item = (&OsStr, &OsStr, &OsStr)> {
    file.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut fields = line.splitn(3, |byte| *byte == b':').map(OsStr::from_bytes);
        Some((fields.next()?, fields.next()?, fields.next()?))
    })
}

fn is_number(owner: &OsStr, uid: u32) -> bool {
    number::decimal(owner, false).is_ok_and(|number| number == i128::from(uid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn range(file: &str) -> Result<Option<Range>> {
        find_user_range(file.as_bytes(), &OsString::from("tester"), 1001)
    }

    #[test]
    fn the_first_whole_line_of_the_user_counts() {
        let expected = Some(Range {
            start: 7,
            count: 5,
            borrowed_from: None,
        });
        for file in [
            "tester:7:5",
            "1001:7:5\ntester:8:5\n",
            "#\n\nx:1:2\ntester\ntester:1\ntester: 7:+5\n",
        ] {
            assert_eq!(range(file).unwrap(), expected, "{file:?}");
        }
        assert_eq!(range("").unwrap(), None);
        assert_eq!(range(" tester:7:5\ntester2:7:5\n").unwrap(), None);
    }

    #[test]
    fn a_line_of_a_name_is_not_one_of_a_number() {
        let owner = |file: &str| find_named_range(file.as_bytes()).unwrap()?.borrowed_from;
        assert_eq!(
            owner("5:1:2\n 7x:1:2\n-5:1:2\na:1:2\nb:1:2\n"),
            Some("a".into())
        );
        assert_eq!(owner("+:1:2\n"), Some("+".into()));
        assert_eq!(owner("0:1:2\na\nb:1\n"), None);
    }

    #[test]
    fn a_garbled_number_is_told() {
        for file in [
            "tester:x:5",
            "tester:5:",
            "tester:5:5:5",
            "tester:5:-5",
            "tester:4294967296:5",
        ] {
            assert!(range(file).is_err(), "{file:?}");
        }
    }

    proptest! {
        #[test]
        fn any_file_is_answered(file in any::<Vec<u8>>()) {
            let _ = find_user_range(&file, &OsString::from("tester"), 1001);
            let _ = find_named_range(&file);
        }
    }
}
