//! The ID maps of the new user namespace, `user_namespaces(7)`.
//!
//! A map has up to two parts: a **single** ID, the caller's own, and **ranges** of IDs. Without ranges the process
//! writes its map itself, which the kernel permits any user for their own ID. Ranges require privilege over the outer
//! namespace, so a helper that remains there writes them: root directly, any other user through newuidmap(1) and
//! newgidmap(1), which check /etc/subuid and /etc/subgid.
//!
//! If a range contains the single ID, [`ranges::compose_ranges`] cuts the range.

pub(crate) mod hint;
pub(crate) mod mounts;
pub(crate) mod ranges;
pub(crate) mod subid;
pub(crate) mod write;

use nscore::cli::sentence;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Error, Result};
use nix::fcntl::OFlag;
use nscore::hint::Hint;
use nscore::procfs::{self, IdKind, map_extents};

use crate::idmap::hint::missing_subordinate_ids;
use crate::idmap::ranges::{MapArg, MapRange, RequestedRange, compose_ranges};
use crate::idmap::subid::{FindRangeError, SubidRange, find_range};

/// Whether `setgroups(2)` may be called in the user namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setgroups {
    Allow,
    Deny,
}

/// The map of users or of groups that the options ask for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct IdMap {
    /// The inner ID to which the caller's own is mapped.
    pub(crate) single: Option<u32>,
    pub(crate) ranges: Vec<RequestedRange>,
    /// The user whose subordinate IDs are mapped, if they are not the caller's own.
    pub(crate) foreign_owner: Option<OsString>,
}

impl IdMap {
    /// Returns whether an option asks for a map.
    pub(crate) fn is_requested(&self) -> bool {
        self.single.is_some() || !self.ranges.is_empty()
    }

    /// Adds the ranges of one MAP argument.
    ///
    /// # Errors
    /// That the subordinate IDs or /proc/self/uid_map cannot be read, or that the caller has no subordinate IDs.
    pub(crate) fn add(&mut self, kind: IdKind, map: MapArg) -> Result<()> {
        match map {
            MapArg::Range(range) => self.ranges.push(RequestedRange::fixed(range)),
            MapArg::Auto => {
                let SubidRange { start, count, .. } = self.subordinate_range(kind)?;
                self.ranges.push(RequestedRange {
                    range: MapRange {
                        inner: 0,
                        outer: start,
                        count,
                    },
                    shiftable: true,
                });
            }
            MapArg::Subids => {
                let SubidRange { start, count, .. } = self.subordinate_range(kind)?;
                let range = MapRange::identity(start, count);
                self.ranges.push(RequestedRange::fixed(range));
            }
            MapArg::All => self.ranges.extend(all_ids(kind)?),
        }
        Ok(())
    }

    fn subordinate_range(&mut self, kind: IdKind) -> Result<SubidRange> {
        let range = find_range(kind).map_err(with_subid_hint)?;
        self.foreign_owner.clone_from(&range.foreign_owner);
        Ok(range)
    }

    /// Returns the lines of the map for a caller whose ID outside is `outer`.
    pub(crate) fn ranges(&self, outer: u32) -> Vec<MapRange> {
        let single = self
            .single
            .map(|inner| (u64::from(inner), u64::from(outer)));
        compose_ranges(single, &self.ranges)
    }
}

/// Adds the hint with the command that gives the user subordinate IDs, if they are what is missing.
fn with_subid_hint(error: FindRangeError) -> Error {
    match error {
        FindRangeError::NotFound { name, uid, error } => {
            error.context(Hint::new(move || missing_subordinate_ids(&name, uid)))
        }
        FindRangeError::Other(error) => error,
    }
}

/// Returns every ID of this user namespace, mapped to itself.
fn all_ids(kind: IdKind) -> Result<Vec<RequestedRange>> {
    let path = format!("/proc/self/{}", kind.map_file());
    let map =
        read_map(Path::new(&path)).with_context(|| sentence("could not open '%s'", &[&path]))?;
    let ranges = map_extents(&map).map(|extent| {
        let (start, count) = (u64::from(extent.inner), u64::from(extent.count));
        RequestedRange::fixed(MapRange::identity(start, count))
    });
    Ok(ranges.collect())
}

fn read_map(path: &Path) -> Result<Vec<u8>> {
    let mut map = Vec::new();
    File::from(procfs::open_verified(path, OFlag::O_RDONLY)?).read_to_end(&mut map)?;
    Ok(map)
}

/// Returns the map in the format of /proc/PID/uid_map.
pub(crate) fn format_map(ranges: &[MapRange]) -> String {
    let mut text = String::new();
    for range in ranges {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {} {}", range.inner, range.outer, range.count);
    }
    text
}
