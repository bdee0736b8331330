//! Subordinate IDs, `subuid(5)` and `subgid(5)`: the ranges that an ordinary user may map.
//!
//! A line is `OWNER:START:COUNT`, where OWNER is a user name or a user ID, also in the file of groups.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Context, Error, Result};
use nix::unistd::geteuid;
use nscore::cli::{number, sentence};
use nscore::procfs::IdKind;
use nscore::users;

/// A range of subordinate IDs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SubidRange {
    pub(crate) start: u64,
    pub(crate) count: u64,
    /// The user to whom it belongs, if that is not the caller.
    pub(crate) foreign_owner: Option<OsString>,
}

/// Why there is no range for the caller.
pub(crate) enum FindRangeError {
    /// The file cannot be read, or has no range for the user.
    NotFound {
        name: OsString,
        uid: u32,
        error: Error,
    },
    /// The user has no name, or a line is invalid.
    Other(Error),
}

impl From<Error> for FindRangeError {
    fn from(error: Error) -> FindRangeError {
        FindRangeError::Other(error)
    }
}

/// Returns the file that lists the subordinate IDs of all users.
pub(crate) fn subordinate_file(kind: IdKind) -> &'static str {
    match kind {
        IdKind::Users => "/etc/subuid",
        IdKind::Groups => "/etc/subgid",
    }
}

/// Returns the first range of the effective user. Root, who may map any ID, gets the first range of the file if it has
/// none of its own, as in the original: arch-chroot(8) and test systems rely on it.
///
/// # Errors
/// That the user has no name, that the file cannot be read, that its first line for the user is invalid, or that
/// there is none.
pub(crate) fn find_range(kind: IdKind) -> Result<SubidRange, FindRangeError> {
    let path = subordinate_file(kind);
    let uid = geteuid().as_raw();
    let name = users::name_of(uid)
        .ok_or_else(|| Error::new(sentence("you (user %d) don't exist.", &[&uid])))?;
    let file = match fs::read(path).with_context(|| sentence("could not open '%s'", &[&path])) {
        Ok(file) => file,
        Err(error) => return Err(FindRangeError::NotFound { name, uid, error }),
    };
    if let Some(range) = find_user_range(&file, &name, uid)? {
        return Ok(range);
    }
    if uid == 0 {
        if let Some(range) = find_named_range(&file)? {
            return Ok(range);
        }
    }
    let error = Error::new(sentence(
        "no line matching user \"%s\" in %s",
        &[&name, &path],
    ));
    Err(FindRangeError::NotFound { name, uid, error })
}

/// Returns the range on the first whole line for this user, if there is one.
pub(crate) fn find_user_range(
    file: &[u8],
    name: &OsString,
    uid: u32,
) -> Result<Option<SubidRange>> {
    let is_owner = |owner: &OsStr| owner == name || is_number(owner, uid);
    match entries(file).find(|(owner, _, _)| is_owner(owner)) {
        Some((_, start, count)) => parse_range(start, count, None).map(Some),
        None => Ok(None),
    }
}

/// Returns the range on the first whole line whose owner does not begin with a number, if there is one.
fn find_named_range(file: &[u8]) -> Result<Option<SubidRange>> {
    match entries(file).find(|(owner, _, _)| !begins_with_number(owner)) {
        Some((owner, start, count)) => parse_range(start, count, Some(owner)).map(Some),
        None => Ok(None),
    }
}

fn parse_range(start: &OsStr, count: &OsStr, owner: Option<&OsStr>) -> Result<SubidRange> {
    let id = |text| number::id("failed to parse subid map", text).map(u64::from);
    Ok(SubidRange {
        start: id(start)?,
        count: id(count)?,
        foreign_owner: owner.map(OsStr::to_owned),
    })
}

/// Returns whether `strtol(3)` would find a number: blanks, a sign, a digit.
fn begins_with_number(owner: &OsStr) -> bool {
    let text = owner.as_bytes().trim_ascii_start();
    let digits = match text {
        [b'+' | b'-', digits @ ..] => digits,
        digits => digits,
    };
    digits.first().is_some_and(u8::is_ascii_digit)
}

/// Returns the whole lines: owner, start and count.
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

    fn range(file: &str) -> Result<Option<SubidRange>> {
        find_user_range(file.as_bytes(), &OsString::from("tester"), 1001)
    }

    #[test]
    fn the_first_whole_line_of_the_user_counts() {
        let expected = Some(SubidRange {
            start: 7,
            count: 5,
            foreign_owner: None,
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
        let owner = |file: &str| find_named_range(file.as_bytes()).unwrap()?.foreign_owner;
        assert_eq!(
            owner("5:1:2\n 7x:1:2\n-5:1:2\na:1:2\nb:1:2\n"),
            Some("a".into())
        );
        assert_eq!(owner("+:1:2\n"), Some("+".into()));
        assert_eq!(owner("0:1:2\na\nb:1\n"), None);
    }

    #[test]
    fn an_invalid_number_is_an_error() {
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
