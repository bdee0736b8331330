//! What is mounted below a directory, and taking it away.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use nix::mount::{MntFlags, umount2};

/// Unmounts all that is mounted at or below `dir`, at once even if it is in use. What cannot be is left.
pub(crate) fn detach_below(dir: &Path) {
    // Of the thread: a test may have unshared the mount namespace of its own thread alone.
    let table = fs::read("/proc/thread-self/mountinfo").unwrap_or_default();
    // The last mounted first: it may be on top of an earlier one.
    for path in points(&table)
        .filter(|path| path.starts_with(dir))
        .collect::<Vec<_>>()
        .iter()
        .rev()
    {
        let _ = umount2(path, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW);
    }
}

/// The mount points of a `mountinfo` table, in its order, proc_pid_mountinfo(5).
pub fn points(table: &[u8]) -> impl Iterator<Item = PathBuf> {
    let fields = table
        .split(|byte| *byte == b'\n')
        .filter_map(|line| line.split(|byte| *byte == b' ').nth(4));
    fields.map(|field| OsString::from_vec(unescaped(field)).into())
}

/// The mount points of a `mountinfo` table, each with the options of its topmost mount, but for relatime, and its file
/// system.
///
/// # Panics
/// If a line is not one of mountinfo.
#[must_use]
pub fn mounted(table: &str) -> BTreeMap<String, (String, String)> {
    let lines = table.lines().map(|line| {
        let fields: Vec<&str> = line.split(' ').collect();
        let dash = fields.iter().position(|field| *field == "-");
        let dash = dash.unwrap_or_else(|| panic!("not a line of mountinfo: {line}"));
        let (point, options) = (fields[4].to_owned(), fields[5].replace(",relatime", ""));
        (point, (options, fields[dash + 1].to_owned()))
    });
    lines.collect()
}

/// The bytes that a field represents: a blank, tab, newline or backslash is written as `\` and three octal digits.
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&first, after)) = rest.split_first() {
        let octal = after
            .get(..3)
            .filter(|_| first == b'\\')
            .and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            bytes.push(byte);
            rest = &after[3..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::points;
    use std::path::PathBuf;

    #[test]
    fn a_mount_point_is_the_fifth_field_unescaped() {
        let table = b"22 27 0:21 / /proc rw - proc proc rw\n30 27 0:9 / /tmp/a\\040b\\134 rw shared:1 - tmpfs none rw\n";
        assert_eq!(
            points(table).collect::<Vec<_>>(),
            [PathBuf::from("/proc"), PathBuf::from("/tmp/a b\\")]
        );
    }
}
