//! Where a user or group ID comes from: `--setuid`, `--setgid` and `--groups`.
//!
//! The original knows numbers and `follow`; a name is an extension. Where the program sees the caller's files, a name
//! is looked up by the name service before anything is entered. Where it sees the container's, the container's
//! /etc/passwd and /etc/group say whose it is; they are read as files, after the root has changed, and nothing from the
//! container is ever loaded.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Error, Result};
use nscore::cli::{number, sentence};
use nscore::procfs::IdKind;
use nscore::regular_file::read_small;
use nscore::users::{id_in, id_of};

/// A user or group id to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IdSource {
    Number(u32),
    /// To be looked up.
    Name(OsString),
    /// The target's own.
    Follow,
}

/// The supplementary groups to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GroupsSource {
    /// The target's own.
    Follow,
    /// These.
    List(Vec<IdSource>),
}

impl IdSource {
    /// Parses the value of `--setuid` or `--setgid`; names are known only under our own name.
    ///
    /// # Errors
    /// `failed to parse uid: 'TEXT'`.
    pub(crate) fn parse(kind: IdKind, text: &OsStr, allows_names: bool) -> Result<IdSource> {
        if text == "follow" {
            return Ok(IdSource::Follow);
        }
        let is_name = number::decimal(text, false) == Err(None) && !text.is_empty();
        if is_name && allows_names {
            return Ok(IdSource::Name(text.to_owned()));
        }
        number::id(parse_error(kind), text).map(IdSource::Number)
    }

    /// Replaces a name by its number as the name service of the caller has it.
    ///
    /// # Errors
    /// `failed to parse uid: 'NAME'`.
    pub(crate) fn look_up_outside(self, kind: IdKind) -> Result<IdSource> {
        let IdSource::Name(name) = self else {
            return Ok(self);
        };
        let unknown = || number::complaint_error(parse_error(kind), &name, None);
        id_of(kind, &name).map(IdSource::Number).ok_or_else(unknown)
    }

    /// Replaces a name by its number as the files of the root that was entered have it.
    ///
    /// # Errors
    /// That the file has no such name, or cannot be read.
    pub(crate) fn look_up_inside(self, kind: IdKind) -> Result<IdSource> {
        let IdSource::Name(name) = self else {
            return Ok(self);
        };
        let (path, what) = match kind {
            IdKind::Users => ("/etc/passwd", sentence("user", &[])),
            IdKind::Groups => ("/etc/group", sentence("group", &[])),
        };
        let file = read_small(Path::new(path));
        let failed = || sentence("cannot find %s %s in %s inside", &[&what, &name, &path]);
        let file = file.map_err(|errno| Error::new(errno).context(failed()))?;
        id_in(kind, &file, &name)
            .map(IdSource::Number)
            .ok_or_else(|| Error::new(failed()))
    }
}

impl GroupsSource {
    /// Parses the value of `--groups`: numbers and names with commas between them, none of them, or `follow`.
    ///
    /// # Errors
    /// `failed to parse gid: 'TEXT'`.
    pub(crate) fn parse(text: &OsStr) -> Result<GroupsSource> {
        if text == "follow" {
            return Ok(GroupsSource::Follow);
        }
        let items = text.as_bytes().split(|byte| *byte == b',');
        let items = items.filter(|item| !item.is_empty()).map(OsStr::from_bytes);
        let parse = |item| match IdSource::parse(IdKind::Groups, item, true)? {
            IdSource::Follow => Ok(IdSource::Name(item.to_owned())),
            source => Ok(source),
        };
        items
            .map(parse)
            .collect::<Result<_>>()
            .map(GroupsSource::List)
    }

    /// [`IdSource::look_up_outside`] for each.
    ///
    /// # Errors
    /// As for one.
    pub(crate) fn look_up_outside(self) -> Result<GroupsSource> {
        self.look_up(|source| source.look_up_outside(IdKind::Groups))
    }

    /// [`IdSource::look_up_inside`] for each.
    ///
    /// # Errors
    /// As for one.
    pub(crate) fn look_up_inside(self) -> Result<GroupsSource> {
        self.look_up(|source| source.look_up_inside(IdKind::Groups))
    }

    fn look_up(self, find: impl Fn(IdSource) -> Result<IdSource>) -> Result<GroupsSource> {
        match self {
            GroupsSource::Follow => Ok(GroupsSource::Follow),
            GroupsSource::List(list) => {
                let list = list.into_iter().map(find).collect::<Result<_>>();
                list.map(GroupsSource::List)
            }
        }
    }
}

/// Returns what the original says of what it cannot read.
fn parse_error(kind: IdKind) -> &'static str {
    match kind {
        IdKind::Users => "failed to parse uid",
        IdKind::Groups => "failed to parse gid",
    }
}

#[cfg(test)]
mod tests {
    use super::{GroupsSource, IdKind, IdSource};

    #[test]
    fn a_name_is_what_is_not_a_number_and_only_where_names_are_known() {
        let parse = |text: &str, names| IdSource::parse(IdKind::Users, text.as_ref(), names).ok();
        assert_eq!(parse("7", true), Some(IdSource::Number(7)));
        assert_eq!(parse("follow", false), Some(IdSource::Follow));
        assert_eq!(parse("root", true), Some(IdSource::Name("root".into())));
        for text in ["root", "", "4294967296", "-1"] {
            assert_eq!(parse(text, false), None, "{text}");
        }
        for text in ["", "4294967296", "-1", "99999999999999999999"] {
            assert_eq!(parse(text, true), None, "{text}");
        }
    }

    #[test]
    fn a_list_of_groups_may_be_empty() {
        let parse = |text: &str| GroupsSource::parse(text.as_ref()).ok();
        let (one, name) = (IdSource::Number(1), IdSource::Name("x".into()));
        assert_eq!(parse(""), Some(GroupsSource::List(Vec::new())));
        assert_eq!(parse("1,,x"), Some(GroupsSource::List(vec![one, name])));
        assert_eq!(parse("follow"), Some(GroupsSource::Follow));
        assert_eq!(parse("4294967296"), None);
    }
}
