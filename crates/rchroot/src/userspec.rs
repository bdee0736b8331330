//! The grammar of `--userspec`, `[USER][:[GROUP]]`, and its lookup in one side's database.
//!
//! | after one trailing colon is cut off | user | group |
//! |---|---|---|
//! | `USER` | by name, else number | the login group of that number |
//! | `USER:` (typed `USER::`, or `USER.`) | by name alone | the login group of that name |
//! | `USER:GROUP` | by name, else number | by name, else number |
//! | `:GROUP` | none | by name, else number |
//! | empty, `:` | none | none |
//!
//! If there is no colon and the whole word is not a user, the first dot counts as the colon; if that fails too, the
//! error is that the word is not a user. A number with a plus is not looked up as a name.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Error, Result};
use nscore::cli::number::decimal;
use nscore::cli::sentence;
use nscore::language::Domain;
use nscore::users::User;

use crate::userdb::{NO_ID, UserDatabase};

/// One way to read a userspec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parts<'a> {
    user: Option<&'a OsStr>,
    group: Group<'a>,
    dotted: bool,
}

/// What follows the separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group<'a> {
    /// There is no separator.
    Unspecified,
    /// Nothing: the login group of the user's name.
    Login,
    Named(&'a OsStr),
}

/// The numbers of a userspec on one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbers<'a> {
    /// The user as it was typed.
    pub(crate) user: Option<&'a OsStr>,
    pub(crate) uid: Option<u32>,
    pub(crate) gid: Option<u32>,
    /// Whether a dot represented the colon.
    pub(crate) dotted: bool,
}

/// Reads a userspec by the database of one side.
///
/// # Errors
/// `invalid user`, `invalid group`, or `invalid spec` for `USER:` without a user of that name.
pub(crate) fn look_up<'a>(spec: &'a OsStr, database: &dyn UserDatabase) -> Result<Numbers<'a>> {
    let (first, second) = parts(spec);
    numbers(first, database).or_else(|wrong| {
        let dotted = second.and_then(|parts| numbers(parts, database).ok());
        dotted.ok_or(wrong)
    })
}

/// Returns whether a user is known under this word, as a name or as a number.
pub(crate) fn is_known(word: &OsStr, database: &dyn UserDatabase) -> bool {
    let number = || id(word).and_then(|uid| user_by_uid(uid, database));
    named_user(word, database).or_else(number).is_some()
}

/// The first user with this number.
pub(crate) fn user_by_uid(uid: u32, database: &dyn UserDatabase) -> Option<User> {
    database.user_by_uid(uid).filter(is_whole)
}

/// The ways to read a userspec; the second is tried if the first finds no user.
fn parts(spec: &OsStr) -> (Parts<'_>, Option<Parts<'_>>) {
    let text = spec.as_bytes();
    let text = text.strip_suffix(b":").unwrap_or(text);
    let whole = Parts {
        user: Some(OsStr::from_bytes(text)).filter(|_| !text.is_empty()),
        group: Group::Unspecified,
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
        Group::Unspecified
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

fn numbers<'a>(parts: Parts<'a>, database: &dyn UserDatabase) -> Result<Numbers<'a>> {
    let record = parts.user.and_then(|user| named_user(user, database));
    let uid = match (parts.user, &record) {
        (None, _) => None,
        (Some(_), Some(record)) => Some(record.uid),
        (Some(_), None) if parts.group == Group::Login => return Err(invalid("invalid spec")),
        (Some(user), None) => Some(id(user).ok_or_else(|| invalid("invalid user"))?),
    };
    let gid = match parts.group {
        Group::Unspecified => None,
        Group::Login => record.map(|record| record.gid),
        Group::Named(group) => Some(group_id(group, database)?),
    };
    Ok(Numbers {
        user: parts.user,
        uid,
        gid,
        dotted: parts.dotted,
    })
}

fn named_user(word: &OsStr, database: &dyn UserDatabase) -> Option<User> {
    if is_number_by_plus(word) {
        return None;
    }
    database.user_by_name(word).filter(is_whole)
}

fn group_id(word: &OsStr, database: &dyn UserDatabase) -> Result<u32> {
    let named = match is_number_by_plus(word) {
        true => None,
        false => database.group(word).filter(|gid| *gid != NO_ID),
    };
    named
        .or_else(|| id(word))
        .ok_or_else(|| invalid("invalid group"))
}

/// Returns whether a plus says that the word is a number and no name.
pub(crate) fn is_number_by_plus(word: &OsStr) -> bool {
    word.as_bytes().starts_with(b"+")
}

fn invalid(msgid: &'static str) -> Error {
    Error::new(sentence(msgid, &[]).in_domain(Domain::Gnulib))
}

/// Returns whether both numbers of an entry are IDs. Otherwise "leave it unchanged" would keep the caller's ID, root.
fn is_whole(user: &User) -> bool {
    user.uid != NO_ID && user.gid != NO_ID
}

/// The ID, if the word is a number.
fn id(word: &OsStr) -> Option<u32> {
    let number = decimal(word, false).ok()?;
    u32::try_from(number).ok().filter(|id| *id != NO_ID)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::userdb::{Files, NoDatabase};

    fn files() -> Files {
        Files::with_contents(
            "both:x:5102:5202\n6001:x:5105:5205\ndot.ted:x:5104:5204\nneg:x:4294967295:6\nlogin:x:5:4294967295\n",
            "bothgrp:x:5302:\n6101:x:5305:\ngr.dot:x:5304:\nneg:x:4294967295:\n",
        )
    }

    /// uid, gid and whether a dot represented the colon; or what is wrong.
    fn numbers_of(spec: &str) -> Result<(Option<u32>, Option<u32>, bool), String> {
        let numbers = look_up(spec.as_ref(), &files()).map_err(|wrong| wrong.to_string())?;
        Ok((numbers.uid, numbers.gid, numbers.dotted))
    }

    #[test]
    fn splits_at_the_first_separator() {
        for (spec, uid, gid, dotted) in [
            ("", None, None, false),
            (":", None, None, false),
            ("::", None, None, false),
            (".", None, None, true),
            (".:", None, None, true),
            ("both", Some(5102), None, false),
            ("both:", Some(5102), None, false),
            ("both::", Some(5102), Some(5202), false),
            ("both.", Some(5102), Some(5202), true),
            ("both.:", Some(5102), Some(5202), true),
            ("both:9", Some(5102), Some(9), false),
            ("both:9:", Some(5102), Some(9), false),
            ("both.gr.dot", Some(5102), Some(5304), true),
            ("dot.ted", Some(5104), None, false),
            ("dot.ted:gr.dot", Some(5104), Some(5304), false),
            (":bothgrp", None, Some(5302), false),
            (".bothgrp", None, Some(5302), true),
            ("5.5", Some(5), Some(5), true),
        ] {
            assert_eq!(numbers_of(spec), Ok((uid, gid, dotted)), "{spec}");
        }
    }

    #[test]
    fn takes_a_name_before_a_number() {
        for (spec, uid, gid) in [
            ("6001:6101", Some(5105), Some(5305)),
            ("+6001:+6101", Some(6001), Some(6101)),
            (" 6001: 6101", Some(6001), Some(6101)),
            ("06001:06101", Some(6001), Some(6101)),
            (
                "4294967294:4294967294",
                Some(u32::MAX - 1),
                Some(u32::MAX - 1),
            ),
        ] {
            assert_eq!(numbers_of(spec), Ok((uid, gid, false)), "{spec}");
        }
    }

    #[test]
    fn reports_the_first_error() {
        for (spec, wrong) in [
            ("nosuch:nosuch", "invalid user"),
            ("both:nosuch", "invalid group"),
            (":nosuch", "invalid group"),
            (":::", "invalid group"),
            ("both:9::", "invalid group"),
            ("5101::", "invalid spec"),
            ("nosuch::", "invalid spec"),
            ("both.9::", "invalid spec"),
            ("5101.", "invalid user"),
            ("both.nosuch", "invalid user"),
            ("dot.ted.9", "invalid user"),
            ("..", "invalid user"),
            ("-1", "invalid user"),
            ("5 ", "invalid user"),
            ("4294967295", "invalid user"),
            ("9:4294967295", "invalid group"),
        ] {
            assert_eq!(numbers_of(spec), Err(wrong.to_owned()), "{spec}");
        }
    }

    #[test]
    fn an_entry_that_would_leave_an_id_as_it_is_counts_for_none() {
        assert_eq!(numbers_of("neg"), Err("invalid user".to_owned()));
        assert_eq!(numbers_of("login"), Err("invalid user".to_owned()));
        assert_eq!(numbers_of(":neg"), Err("invalid group".to_owned()));
        assert_eq!(user_by_uid(5, &files()), None);
    }

    #[test]
    fn knows_a_user_by_name_or_number() {
        for (word, known) in [
            ("both", true),
            ("5102", true),
            ("+5102", true),
            ("6001", true),
            ("+6001", false),
            ("nosuch", false),
            ("neg", false),
        ] {
            assert_eq!(is_known(word.as_ref(), &files()), known, "{word}");
        }
    }

    proptest! {
        #[test]
        fn never_gives_an_id_that_would_leave_it_as_it_is(spec in "[0-9a-z:. +-]{0,14}") {
            for database in [&files() as &dyn UserDatabase, &NoDatabase] {
                if let Ok(numbers) = look_up(spec.as_ref(), database) {
                    prop_assert_ne!(numbers.uid, Some(NO_ID));
                    prop_assert_ne!(numbers.gid, Some(NO_ID));
                }
            }
        }

        #[test]
        fn numbers_stand_for_themselves(uid in 0..NO_ID, gid in 0..NO_ID, colon in ":?") {
            let spec = format!("{uid}:{gid}{colon}");
            let numbers = look_up(spec.as_ref(), &NoDatabase).map(|numbers| (numbers.uid, numbers.gid));
            prop_assert_eq!(numbers.ok(), Some((Some(uid), Some(gid))));
        }
    }
}
