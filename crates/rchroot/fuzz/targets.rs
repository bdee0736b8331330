//! Fuzz targets: what the readers of `rchroot` promise for whatever bytes there are. An input has three parts with
//! bytes of zero between them: what the command line says, then passwd and group of the new root.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use nscore::cli::Invocation;
use testkit::c_library::{self, GnuTrait};
use testkit::check_target;
use testkit::require;

use crate::cli::{OPTIONS, TOOL};
use crate::options::Options;
use crate::userdb::{Files, NO_ID, NoDatabase, UserDatabase};
use crate::{groups, userspec};

/// The word, and the databases of the root.
fn parts(input: &[u8]) -> Option<(&OsStr, Files, [&[u8]; 2])> {
    let mut parts = input.splitn(3, |byte| *byte == 0);
    let word = OsStr::from_bytes(parts.next()?);
    let (passwd, group) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    if c_library::has_minus(passwd) || c_library::has_minus(group) {
        return None;
    }
    let files = Files::with_contents(
        std::str::from_utf8(passwd).ok()?,
        std::str::from_utf8(group).ok()?,
    );
    Some((word, files, [passwd, group]))
}

#[test]
fn argv() {
    check_target("argv", |input: &[u8]| {
        let words = input
            .split(|byte| *byte == 0)
            .map(|word| OsStr::from_bytes(word).to_owned());
        let words = [OsString::from("rchroot")].into_iter().chain(words);
        let invocation = Invocation::parse(&TOOL, OPTIONS, words);
        let Ok(options) = Options::parse(&invocation) else {
            return;
        };
        let operands = invocation.operands().expect("it was read");
        // `--changes` has no NEWROOT.
        if let Some((newroot, command)) = operands.split_first() {
            assert_eq!(*newroot, options.newroot);
            assert_eq!(*command, options.command);
        }
        assert_ne!(options.userspec, Some(OsString::new()));
    });
}

/// Returns whether a piece of the word, cut at any place, is this number or has it in the files.
fn is_said(id: u32, word: &OsStr, known: &[u32]) -> bool {
    let digits = id.to_string();
    let is_digits = |window: &[u8]| window == digits.as_bytes();
    known.contains(&id) || word.as_bytes().windows(digits.len()).any(is_digits)
}

#[test]
fn userspecs() {
    if !require::gnu_c_library(GnuTrait::UserFiles) {
        return;
    }
    check_target("userspecs", |input: &[u8]| {
        let Some((spec, files, [passwd, group])) = parts(input) else {
            return;
        };
        let users = c_library::passwd_entries(passwd);
        let groups = c_library::group_entries(group);
        let Ok(numbers) = userspec::look_up(spec, &files) else {
            return;
        };
        let uids: Vec<u32> = users.iter().map(|user| user.uid).collect();
        let gids: Vec<u32> = users
            .iter()
            .map(|user| user.gid)
            .chain(groups.iter().map(|it| it.1))
            .collect();
        for (id, known) in [(numbers.uid, uids), (numbers.gid, gids)] {
            assert_ne!(id, Some(NO_ID));
            assert!(
                id.is_none_or(|id| is_said(id, spec, &known)),
                "{spec:?} {id:?}"
            );
        }
        assert_eq!(numbers.user.is_some(), numbers.uid.is_some());
        // The numbers written down with a plus are no names and mean the same everywhere.
        let plus = |id: Option<u32>| id.map_or(String::new(), |id| format!("+{id}"));
        let again = format!("{}:{}", plus(numbers.uid), plus(numbers.gid));
        for database in [&files as &dyn UserDatabase, &NoDatabase] {
            let again =
                userspec::look_up(again.as_ref(), database).expect("numbers are always read");
            assert_eq!((again.uid, again.gid), (numbers.uid, numbers.gid));
        }
    });
}

#[test]
fn group_lists() {
    if !require::gnu_c_library(GnuTrait::UserFiles) {
        return;
    }
    check_target("group_lists", |input: &[u8]| {
        let Some((list, files, [_, group])) = parts(input) else {
            return;
        };
        let known: Vec<u32> = c_library::group_entries(group)
            .iter()
            .map(|it| it.1)
            .collect();
        let Ok(ids) = groups::look_up(list, &files) else {
            return;
        };
        let items = list.as_bytes().split(|byte| *byte == b',');
        assert_eq!(ids.len(), items.filter(|item| !item.is_empty()).count());
        assert!(
            ids.iter().all(|id| is_said(*id, list, &known)),
            "{list:?} {ids:?}"
        );
        let again: Vec<String> = ids.iter().map(|id| format!("+{id}")).collect();
        assert_eq!(
            groups::look_up(again.join(",").as_ref(), &files).ok(),
            Some(ids)
        );
    });
}

#[test]
fn user_database() {
    if !require::gnu_c_library(GnuTrait::UserFiles) {
        return;
    }
    check_target("user_database", |input: &[u8]| {
        let Some((word, files, [passwd, group])) = parts(input) else {
            return;
        };
        let users = c_library::passwd_entries(passwd);
        let groups = c_library::group_entries(group);
        let found = users.iter().find(|user| user.name == word);
        let ours = files.user_by_name(word).map(|user| (user.uid, user.gid));
        assert_eq!(ours, found.map(|user| (user.uid, user.gid)));
        assert_eq!(
            files.group(word),
            groups.iter().find(|it| it.0 == word).map(|it| it.1)
        );
        for user in &users {
            let first = users
                .iter()
                .find(|other| other.uid == user.uid)
                .map(|it| it.name.clone());
            assert_eq!(files.user_by_uid(user.uid).map(|it| it.name), first);
        }
        if word.is_empty() {
            return;
        }
        let others = groups
            .iter()
            .filter(|(_, gid, members)| *gid != 5 && members.iter().any(|it| it == word));
        let expected: Vec<u32> = [5].into_iter().chain(others.map(|it| it.1)).collect();
        assert_eq!(files.groups_of(word, 5).ok(), Some(expected));
    });
}
