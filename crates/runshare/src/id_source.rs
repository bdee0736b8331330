//! The user and the group that the program runs as: a number, or a name, which is looked up outside unless `--root` is
//! given. There it is looked up inside: in the new root's own files, which are read as files, because the name service
//! would load code of that root.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use anyhow::{Context, Error, Result};
use nscore::cli::{number, sentence};
use nscore::procfs::IdKind;
use nscore::regular_file::read_small;
use nscore::users::{id_in, id_of};

/// A user or group ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IdSource {
    Number(u32),
    Name(OsString),
}

impl IdSource {
    /// Parses a number, or a name if `allows_name`.
    ///
    /// # Errors
    /// In the words of unshare(1).
    pub(crate) fn parse(kind: IdKind, text: &OsStr, allows_name: bool) -> Result<IdSource> {
        let is_number = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_whitespace();
        let begins_as_number = match text.as_encoded_bytes() {
            [] | [b'+' | b'-', ..] => true,
            [first, ..] => is_number(first),
        };
        if allows_name && !begins_as_number {
            return Ok(IdSource::Name(text.to_owned()));
        }
        number::id(what(kind), text).map(IdSource::Number)
    }

    /// Returns the ID, a name being looked up by the name service.
    ///
    /// # Errors
    /// That there is no such user or group.
    pub(crate) fn look_up(&self, kind: IdKind) -> Result<u32> {
        let name = match self {
            IdSource::Number(id) => return Ok(*id),
            IdSource::Name(name) => name,
        };
        id_of(kind, name).ok_or_else(|| unknown_name(kind, name))
    }

    /// Returns the ID, a name being looked up in the files of this root.
    ///
    /// # Errors
    /// That there is no such user or group, or that the file cannot be read.
    pub(crate) fn find_inside(&self, kind: IdKind) -> Result<u32> {
        let name = match self {
            IdSource::Number(id) => return Ok(*id),
            IdSource::Name(name) => name,
        };
        let path = match kind {
            IdKind::Users => "/etc/passwd",
            IdKind::Groups => "/etc/group",
        };
        let file = read_small(Path::new(path))
            .with_context(|| sentence("cannot read %s of the new root", &[&path]))?;
        id_in(kind, &file, name).ok_or_else(|| unknown_name(kind, name))
    }
}

fn what(kind: IdKind) -> &'static str {
    match kind {
        IdKind::Users => "failed to parse uid",
        IdKind::Groups => "failed to parse gid",
    }
}

fn unknown_name(kind: IdKind, name: &OsStr) -> Error {
    number::complaint_error(what(kind), name, None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_what_does_not_begin_as_a_number() {
        let parse = |text: &str, names| IdSource::parse(IdKind::Users, text.as_ref(), names).ok();
        let name = |text: &str| Some(IdSource::Name(text.into()));
        assert_eq!(parse("5", true), Some(IdSource::Number(5)));
        assert_eq!(parse(" +5", true), Some(IdSource::Number(5)));
        assert_eq!(parse("www-data", true), name("www-data"));
        assert_eq!(parse("_apt", true), name("_apt"));
        for text in ["", "5x", "-5", "4294967296", " x"] {
            assert_eq!(parse(text, true), None, "{text:?}");
        }
        assert_eq!(parse("www-data", false), None);
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            let _ = IdSource::parse(IdKind::Groups, text.as_ref(), true);
        }
    }
}
