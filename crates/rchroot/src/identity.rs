//! The identity that the command runs with: `--userspec` resolved to the numbers that the kernel takes.
//!
//! A user's login group and supplementary groups are those of the first entry with that number, as in the original;
//! only `USER::` and `USER.` take the login group of the name itself. With a group named, a number that nobody has
//! runs with no supplementary groups; without one it cannot run at all.
//!
//! Which side an identity comes from, with all of its numbers, is the rule of [`lookup_order`](crate::lookup_order),
//! and one thing more: **a user who is known inside is never looked for outside.** `both:hostgrp` is an error where
//! `both` is known inside and `hostgrp` is not, as in the original, and no way to become the `both` of the outside.
//! What follows:
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

use anyhow::{Context, Error, Result};
use nscore::cli::sentence;

use crate::lookup_order::Outside;
use crate::userdb::UserDatabase;
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
    /// Whether a dot represented the colon of the userspec.
    pub(crate) dotted: bool,
}

/// A userspec after the lookup outside.
pub(crate) struct Spec<'a> {
    spec: &'a OsStr,
    has_list: bool,
    outside: Outside<Identity<'a>, Error>,
}

impl<'a> Spec<'a> {
    /// Looks the spec up outside, if that is needed. `has_list`: the supplementary groups are those of `--groups`.
    pub(crate) fn prefetch(
        outside: &dyn UserDatabase,
        old_root: bool,
        spec: &'a OsStr,
        has_list: bool,
    ) -> Spec<'a> {
        let read = |database: &dyn UserDatabase| look_up(spec, has_list, database);
        let outside = Outside::prefetch(outside, old_root, read);
        Spec {
            spec,
            has_list,
            outside,
        }
    }

    /// The identity, after the lookup inside.
    ///
    /// # Errors
    /// What is wrong with it, in the original's words.
    pub(crate) fn resolve(self, inside: &dyn UserDatabase) -> Result<Identity<'a>> {
        let look_up_inside = || look_up(self.spec, self.has_list, inside);
        let is_admitted = |outside: &Identity<'_>| {
            let known = outside.user.map(|user| userspec::is_known(user, inside));
            !known.unwrap_or_default()
        };
        self.outside.resolve(look_up_inside, is_admitted)
    }
}

/// Reads a userspec by the database of one side.
fn look_up<'a>(
    spec: &'a OsStr,
    has_list: bool,
    database: &dyn UserDatabase,
) -> Result<Identity<'a>> {
    let numbers = userspec::look_up(spec, database)?;
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
    let entry = match identity.gid {
        Some(_) if has_list => None,
        _ => userspec::user_by_uid(uid, database),
    };
    let login = entry.as_ref().map(|entry| entry.gid);
    let gid = identity.gid.or(login);
    let gid = gid
        .ok_or_else(|| Error::new(sentence("no group specified for unknown uid: %ju", &[&uid])))?;
    identity.gid = Some(gid);
    if !has_list {
        let groups = entry.map(|entry| database.groups_of(&entry.name, gid));
        let groups = groups.transpose();
        let groups = groups.context("failed to get supplemental groups")?;
        identity.groups = Some(groups.unwrap_or_default());
    }
    Ok(identity)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::userdb::Files;

    /// The world of the tests beside the original, as far as it matters here.
    fn outside() -> Files {
        Files::with_contents(
            "root:x:0:0\nboth:x:4102:4202\nhoston:x:4101:4201\n7001:x:4103:4203\n",
            "hostgrp:x:4301:hoston\nbothgrp:x:4302:both,hoston\n",
        )
    }

    fn inside() -> Files {
        Files::with_contents(
            "both:x:5102:5202\njailon:x:5101:5201\ntwin:x:5101:5209\nzed:x:5999:5998\n",
            "bothgrp:x:5302:both,jailon\njailgrp:x:5301:jailon,both\nzedgrp:x:5997:zed\n",
        )
    }

    /// `u g G` of a spec with another root, `-` for what stays as it is, or what is wrong.
    fn resolved(spec: &str) -> String {
        let spec = Spec::prefetch(&outside(), false, spec.as_ref(), false);
        match spec.resolve(&inside()) {
            Ok(identity) => describe(&identity),
            Err(wrong) => wrong.to_string(),
        }
    }

    fn describe(identity: &Identity<'_>) -> String {
        let number = |id: Option<u32>| id.map_or_else(|| "-".into(), |id| id.to_string());
        let groups = identity.groups.as_ref().map_or_else(
            || "-".into(),
            |groups| {
                groups
                    .iter()
                    .map(u32::to_string)
                    .collect::<Vec<_>>()
                    .join(",")
            },
        );
        format!("{} {} {groups}", number(identity.uid), number(identity.gid))
    }

    #[test]
    fn comes_from_one_side() {
        for (spec, identity) in [
            ("both", "5102 5202 5202,5302,5301"),
            ("hoston", "4101 4201 4201,4301,4302"),
            ("nosuch", "invalid user"),
            ("5101", "5101 5201 5201,5302,5301"),
            ("4101", "4101 4201 4201,4301,4302"),
            ("7001", "4103 4203 4203"),
            ("9999", "no group specified for unknown uid: 9999"),
            (":bothgrp", "- 5302 -"),
            (":hostgrp", "- 4301 -"),
            (":nosuch", "invalid group"),
            (":9", "- 9 -"),
            ("", "- - -"),
        ] {
            assert_eq!(resolved(spec), identity, "{spec}");
        }
    }

    #[test]
    fn a_group_comes_from_its_users_side() {
        for (spec, identity) in [
            ("both:bothgrp", "5102 5302 5302,5301"),
            ("both:hostgrp", "invalid group"),
            ("hoston:bothgrp", "4101 4302 4302,4301"),
            ("hoston:jailgrp", "invalid user"),
            ("hoston:9", "4101 9 9,4301,4302"),
            ("both.hostgrp", "invalid user"),
            ("hoston.bothgrp", "4101 4302 4302,4301"),
        ] {
            assert_eq!(resolved(spec), identity, "{spec}");
        }
    }

    #[test]
    fn a_number_goes_where_its_group_is() {
        for (spec, identity) in [
            ("5101:9", "5101 9 9,5302,5301"),
            ("4101:9", "4101 9 "),
            ("9999:9", "9999 9 "),
            ("7001:9", "7001 9 "),
            ("4101:jailgrp", "4101 5301 "),
            ("4101:hostgrp", "4101 4301 4301,4302"),
            ("9999:hostgrp", "9999 4301 "),
            ("5101:hostgrp", "invalid group"),
            ("9999:nosuch", "invalid group"),
        ] {
            assert_eq!(resolved(spec), identity, "{spec}");
        }
    }

    #[test]
    fn the_first_entry_of_a_number_has_the_login_group_unless_the_colon_asks_for_the_names() {
        for (spec, identity) in [
            ("twin", "5101 5201 5201,5302,5301"),
            ("twin:", "5101 5201 5201,5302,5301"),
            ("twin::", "5101 5209 5209,5302,5301"),
            ("twin.", "5101 5209 5209,5302,5301"),
            ("5101::", "invalid spec"),
            ("5101.", "invalid user"),
            ("hoston::", "4101 4201 4201,4301,4302"),
        ] {
            assert_eq!(resolved(spec), identity, "{spec}");
        }
    }

    #[test]
    fn a_list_of_groups_spares_the_users_own() {
        let identity = look_up("both".as_ref(), true, &inside());
        assert_eq!(identity.expect("both is known").groups, None);
        let unknown = look_up("9999".as_ref(), true, &inside());
        assert!(unknown.is_err());
    }

    /// Words of which any may be a user or a group, on either side or none.
    fn word() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "",
            "both",
            "hoston",
            "jailon",
            "twin",
            "bothgrp",
            "hostgrp",
            "jailgrp",
            "nosuch",
            "7001",
            "5101",
            "+5101",
            "4101",
            "9",
            " 9",
            "-1",
            "4294967295",
        ])
    }

    proptest! {
        #[test]
        fn no_identity_is_put_together_from_two_sides(
            user in word(), separator in "[:.]{0,2}", group in word(), colon in ":?",
        ) {
            let spec = format!("{user}{separator}{group}{colon}");
            let alone = |side: &Files| look_up(spec.as_ref(), false, side);
            let asked = Spec::prefetch(&outside(), false, spec.as_ref(), false);
            match (asked.resolve(&inside()), alone(&inside()), alone(&outside())) {
                (Ok(both), Ok(inside), _) => prop_assert_eq!(both, inside),
                (Ok(both), Err(_), outside) => prop_assert_eq!(both, outside.expect("one side has it")),
                (Err(both), inside, _) => {
                    prop_assert_eq!(both.to_string(), inside.expect_err("the inside has not").to_string());
                }
            }
        }
    }
}
