//! Parsers for the values of single options, one for each kind of value; every message about a bad value is here.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Error, Result};
use nscore::cli::{number, sentence};
use nscore::hint::unknown_word;
use nscore::procfs::IdKind;
use nscore::sys::mount::Propagation;

use crate::hint::invalid_map;
use crate::idmap::Setgroups;
use crate::idmap::ranges::{MapArg, MapRange};

/// The words of `--propagation`.
const PROPAGATION_MODES: [&str; 4] = ["private", "shared", "slave", "unchanged"];

/// Parses a propagation mode; `None` for `unchanged`.
pub(crate) fn parse_propagation(mode: &OsStr) -> Result<Option<Propagation>> {
    match mode.to_str() {
        Some("private") => Ok(Some(Propagation::Private)),
        Some("shared") => Ok(Some(Propagation::Shared)),
        Some("slave") => Ok(Some(Propagation::Slave)),
        Some("unchanged") => Ok(None),
        _ => {
            let unknown = sentence("unsupported propagation mode: %s", &[&mode]);
            Err(Error::new(unknown).context(unknown_word(mode, PROPAGATION_MODES)))
        }
    }
}

/// Parses `allow` or `deny`.
pub(crate) fn parse_setgroups(word: &OsStr) -> Result<Setgroups> {
    match word.to_str() {
        Some("allow") => Ok(Setgroups::Allow),
        Some("deny") => Ok(Setgroups::Deny),
        _ => {
            let unknown = sentence("unsupported --setgroups argument '%s'", &[&word]);
            Err(Error::new(unknown).context(unknown_word(word, ["allow", "deny"])))
        }
    }
}

/// Parses an ID to be mapped: a number, otherwise a name. The greatest number means "no ID" and is refused.
pub(crate) fn parse_mapped_id(
    text: &OsStr,
    msgid: &'static str,
    by_name: fn(&OsStr) -> Option<u32>,
) -> Result<u32> {
    match parse_map_number(text) {
        Some(id) if id != u32::MAX => Ok(id),
        _ => by_name(text).ok_or_else(|| Error::new(sentence(msgid, &[&text]))),
    }
}

/// Parses `UID:GID`, numbers only.
pub(crate) fn parse_owner(text: &OsStr) -> Result<(u32, u32)> {
    let id = |text: &str| number::id("", text.as_ref()).ok();
    let ids = text.to_str().and_then(|text| {
        let (user, group) = text.split_once(':')?;
        Some((id(user)?, id(group)?))
    });
    ids.ok_or_else(|| Error::msg("failed to parse owner"))
}

/// Parses the MAP of `--map-users` and `--map-groups`.
pub(crate) fn parse_map(kind: IdKind, text: &OsStr) -> Result<MapArg> {
    match text.to_str() {
        Some("auto") => Ok(MapArg::Auto),
        Some("subids") => Ok(MapArg::Subids),
        Some("all") => Ok(MapArg::All),
        _ => match parse_map_range(text) {
            Some(range) => Ok(MapArg::Range(range)),
            None => {
                let invalid = sentence("invalid mapping '%s'", &[&text]);
                Err(Error::new(invalid).context(invalid_map(kind)))
            }
        },
    }
}

/// Parses `INNER:OUTER:COUNT`, or the older `OUTER,INNER,COUNT`.
pub(crate) fn parse_map_range(text: &OsStr) -> Option<MapRange> {
    let commas = text.as_bytes().contains(&b',');
    let separator = if commas { b',' } else { b':' };
    let fields = text.as_bytes().split(|byte| *byte == separator);
    let numbers: Option<Vec<u64>> = fields
        .map(|field| parse_map_number(OsStr::from_bytes(field)).map(u64::from))
        .collect();
    match (numbers?.as_slice(), commas) {
        ([inner, outer, count], false) | ([outer, inner, count], true) => Some(MapRange {
            inner: *inner,
            outer: *outer,
            count: *count,
        }),
        _ => None,
    }
}

fn parse_map_number(text: &OsStr) -> Option<u32> {
    let number = number::decimal(text, true).ok()?;
    u32::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_map_range_is_three_numbers() {
        let range = |text: &str| parse_map_range(text.as_ref());
        let expected = MapRange {
            inner: 1,
            outer: 2,
            count: 3,
        };
        assert_eq!(range("1:2:3"), Some(expected));
        assert_eq!(range("2,1,3"), Some(expected));
        assert_eq!(range(" 1:+2: 3"), Some(expected));
        for text in [
            "1:2",
            "1:2:3:4",
            "1,2:3",
            "1:2:3 ",
            ":2:3",
            "-1:2:3",
            "4294967296:2:3",
            "a:b:c",
            "",
        ] {
            assert_eq!(range(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_map_range_is_answered(text in any::<String>()) {
            let _ = parse_map_range(text.as_ref());
        }
    }
}
