//! Who is who in the new user namespace, `user_namespaces(7)`.
//!
//! A map has up to two parts: one **single** id, the caller's own, and **blocks** of ids. Without blocks the process
//! writes its map itself, which the kernel allows anybody for their own id. Blocks take privilege over the outer
//! namespace, so a helper that stays behind there writes them: as root directly, else through newuidmap(1) and
//! newgidmap(1), which check /etc/subuid and /etc/subgid.
//!
//! Where the two would meet, [`compose_ranges`] has the block give way.

pub(crate) mod ranges;
pub(crate) mod subid;
pub(crate) mod write;

use std::ffi::{OsStr, OsString};
use std::fmt::Write;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Error, Result};
use nix::fcntl::OFlag;
use nscore::cli::{message, number};
use nscore::procfs;

use crate::idmap::ranges::{Block, MapRange, compose_ranges};
use crate::idmap::subid::Range;

/// Users or groups: their files and programs differ, nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Users,
    Groups,
}

impl Kind {
    /// Its file below /proc/PID.
    pub(crate) fn map_file(self) -> &'static str {
        match self {
            Kind::Users => "uid_map",
            Kind::Groups => "gid_map",
        }
    }

    /// The file of the ids that ordinary users may map.
    pub(crate) fn subordinate_file(self) -> &'static str {
        match self {
            Kind::Users => "/etc/subuid",
            Kind::Groups => "/etc/subgid",
        }
    }

    /// The set-user-ID program that writes its map for an ordinary user.
    pub(crate) fn program(self) -> &'static str {
        match self {
            Kind::Users => "newuidmap",
            Kind::Groups => "newgidmap",
        }
    }
}

/// What the options say of one kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct IdMap {
    /// The inner id of the caller's own.
    pub(crate) single: Option<u32>,
    pub(crate) blocks: Vec<Block>,
    /// The user whose subordinate ids are mapped, where they are not the caller's own.
    pub(crate) borrowed_from: Option<OsString>,
}

impl IdMap {
    /// Adds the blocks of one MAP argument.
    ///
    /// # Errors
    /// `invalid mapping 'X'`, or that the subordinate ids cannot be read.
    pub(crate) fn add(&mut self, kind: Kind, text: &OsStr) -> Result<()> {
        match text.to_str() {
            Some("auto") => {
                let subordinate = self.subordinate_range(kind)?;
                let range = MapRange {
                    inner: 0,
                    outer: subordinate.start,
                    count: subordinate.count,
                };
                self.blocks.push(Block {
                    range,
                    shiftable: true,
                });
            }
            Some("subids") => {
                let subordinate = self.subordinate_range(kind)?;
                let range = MapRange {
                    inner: subordinate.start,
                    outer: subordinate.start,
                    count: subordinate.count,
                };
                self.blocks.push(Block {
                    range,
                    shiftable: false,
                });
            }
            Some("all") => self.blocks.extend(all_ids(kind)?),
            _ => {
                let invalid = || Error::new(message(&[&"invalid mapping '", &text, &"'"]));
                let range = parse_range(text).ok_or_else(invalid)?;
                self.blocks.push(Block {
                    range,
                    shiftable: false,
                });
            }
        }
        Ok(())
    }

    fn subordinate_range(&mut self, kind: Kind) -> Result<Range> {
        let range = subid::find_range(kind)?;
        self.borrowed_from.clone_from(&range.borrowed_from);
        Ok(range)
    }

    /// The lines of the map for a caller whose id outside is `outer`.
    pub(crate) fn ranges(&self, outer: u32) -> Vec<MapRange> {
        let single = self
            .single
            .map(|inner| (u64::from(inner), u64::from(outer)));
        compose_ranges(single, &self.blocks)
    }
}

/// `INNER:OUTER:COUNT`, or the older `OUTER,INNER,COUNT`.
pub(crate) fn parse_range(text: &OsStr) -> Option<MapRange> {
    let commas = text.as_bytes().contains(&b',');
    let separator = if commas { b',' } else { b':' };
    let fields = text.as_bytes().split(|byte| *byte == separator);
    let numbers: Option<Vec<u64>> = fields
        .map(|field| parse_id(OsStr::from_bytes(field)))
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

fn parse_id(text: &OsStr) -> Option<u64> {
    let number = number::decimal(text, true).ok()?;
    u32::try_from(number).ok().map(u64::from)
}

/// Every id that exists in this namespace, mapped to itself.
fn all_ids(kind: Kind) -> Result<Vec<Block>> {
    let path = format!("/proc/self/{}", kind.map_file());
    let file = procfs::open_verified(Path::new(&path), OFlag::O_RDONLY);
    let read = file.and_then(|file| Ok(io::read_to_string(File::from(file))?));
    let own = read.with_context(|| format!("could not open '{path}'"))?;
    let blocks = own.lines().filter_map(|line| {
        let mut fields = line.split_ascii_whitespace();
        let inner = fields.next()?.parse().ok()?;
        let count = fields.nth(1)?.parse().ok()?;
        Some(Block {
            range: MapRange {
                inner,
                outer: inner,
                count,
            },
            shiftable: false,
        })
    });
    Ok(blocks.collect())
}

/// The map as /proc/PID/uid_map takes it.
pub(crate) fn format_map(ranges: &[MapRange]) -> String {
    ranges.iter().fold(
        String::new(),
        |mut text,
         MapRange {
             inner,
             outer,
             count,
         }| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{inner} {outer} {count}");
            text
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_map_argument_is_three_numbers() {
        let line = |text: &str| parse_range(text.as_ref());
        let expected = MapRange {
            inner: 1,
            outer: 2,
            count: 3,
        };
        assert_eq!(line("1:2:3"), Some(expected));
        assert_eq!(line("2,1,3"), Some(expected));
        assert_eq!(line(" 1:+2: 3"), Some(expected));
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
            assert_eq!(line(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_map_argument_is_answered(text in any::<String>()) {
            let _ = parse_range(text.as_ref());
        }
    }
}
