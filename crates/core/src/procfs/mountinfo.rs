//! /proc/PID/mountinfo, `proc_pid_mountinfo(5)`: a line for each mount that can be reached from the root of a process.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::parse_digits;

/// One line, as far as it is of use here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountPoint {
    /// The number of this mount, and of the one that it is on.
    pub id: u64,
    /// See `id`.
    pub parent: u64,
    /// The directory of the filesystem that is its root.
    pub root: PathBuf,
    /// Where it is mounted.
    pub path: PathBuf,
    /// Whether mounts below it travel to its peers, `mount_namespaces(7)`.
    pub is_shared: bool,
    /// The type of the filesystem: `proc`, `ext4`.
    pub filesystem: String,
    /// Its own options, with commas between them.
    pub options: String,
}

impl MountPoint {
    /// Returns whether it shows this hierarchy of cgroups, called as in [`CgroupLine`](super::CgroupLine): version 1
    /// has its controllers or its name among the options of the file system.
    pub fn is_cgroup_hierarchy(&self, hierarchy: &[u8]) -> bool {
        if hierarchy.is_empty() {
            return self.filesystem == "cgroup2";
        }
        let has = |wanted: &[u8]| {
            let mut options = self.options.split(',');
            options.any(|option| option.as_bytes() == wanted)
        };
        self.filesystem == "cgroup" && hierarchy.split(|byte| *byte == b',').all(has)
    }
}

/// Returns the mounts of a table in its order, which is that of mounting. A line that is not a mount is skipped.
///
/// ```
/// use nscore::procfs::mount_points;
///
/// let table = b"36 35 98:0 / /a\\040b rw,noatime shared:1 - ext4 /dev/sda1 rw\n";
/// let mount = mount_points(table).next().ok_or("a line")?;
/// assert_eq!(mount.path.as_os_str(), "/a b");
/// assert!(mount.is_shared && mount.filesystem == "ext4");
/// # Ok::<(), &str>(())
/// ```
pub fn mount_points(table: &[u8]) -> impl Iterator<Item = MountPoint> {
    table.split(|byte| *byte == b'\n').filter_map(parse_line)
}

/// Returns the mount of a table that `path`, which has no symbolic link in it, is on: that with the longest mount point
/// above it, and of several there the last, which is the one that is seen.
pub fn mount_of(table: &[u8], path: &Path) -> Option<MountPoint> {
    let above = mount_points(table).filter(|mount| path.starts_with(&mount.path));
    above.max_by_key(|mount| mount.path.as_os_str().len())
}

/// Parses `36 35 98:0 /root /point rw,noatime shared:1 - ext3 /dev/sda1 rw`: any number of fields before the dash.
fn parse_line(line: &[u8]) -> Option<MountPoint> {
    let mut fields = line.split(|byte| *byte == b' ');
    let id = parse_digits(fields.next()?)?;
    let parent = parse_digits(fields.next()?)?;
    let root = OsString::from_vec(unescape(fields.nth(1)?)).into();
    let path = OsString::from_vec(unescape(fields.next()?)).into();
    let mut is_shared = false;
    for tag in fields.by_ref().skip(1).take_while(|field| *field != b"-") {
        is_shared |= tag.starts_with(b"shared:");
    }
    let mut text = || {
        fields
            .next()
            .map(|field| String::from_utf8_lossy(field).into_owned())
    };
    let filesystem = text()?;
    let _source = text()?;
    Some(MountPoint {
        id,
        parent,
        root,
        path,
        is_shared,
        filesystem,
        options: text()?,
    })
}

/// Returns the path that a field represents: a blank, tab, newline or backslash is written as `\` and three octal
/// digits.
pub(crate) fn unescape(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, tail @ ..] = rest {
        let escape = tail.first_chunk().filter(|_| *first == b'\\');
        let escaped = escape.and_then(octal);
        bytes.push(escaped.unwrap_or(*first));
        rest = &tail[if escaped.is_some() { 3 } else { 0 }..];
    }
    bytes
}

fn octal(digits: &[u8; 3]) -> Option<u8> {
    digits.iter().try_fold(0_u8, |value, digit| {
        let digit = (b'0'..=b'7').contains(digit).then(|| digit - b'0')?;
        value.checked_mul(8)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(line: &str) -> Option<MountPoint> {
        mount_points(line.as_bytes()).next()
    }

    #[test]
    fn a_line_may_have_any_number_of_tags() {
        for (tags, is_shared) in [
            ("", false),
            (" shared:7", true),
            (" master:2 propagate_from:1", false),
            (" master:1 shared:2", true),
        ] {
            let line =
                format!("36 35 98:0 / /a\\040b\\134 rw,nodev{tags} - proc none rw,hidepid=2\n");
            let expected = MountPoint {
                id: 36,
                parent: 35,
                root: "/".into(),
                path: "/a b\\".into(),
                is_shared,
                filesystem: "proc".into(),
                options: "rw,hidepid=2".into(),
            };
            assert_eq!(one(&line), Some(expected), "{tags:?}");
        }
    }

    #[test]
    fn what_is_no_line_is_passed_over() {
        for line in [
            "",
            "36",
            "x 35 98:0 / / rw - proc none rw",
            "36 35 98:0 / / rw proc none rw",
            "+36 35 98:0 / / rw - proc none rw",
        ] {
            assert_eq!(one(line), None, "{line:?}");
        }
        assert_eq!(
            mount_points(b"\n\n1 1 0:1 / / rw - rootfs none rw\n").count(),
            1
        );
    }

    #[test]
    fn what_is_no_escape_stands_for_itself() {
        let mount = one("1 1 0:1 /\\+12 /\\9\\777\\04 rw - a b c").expect("a line");
        assert_eq!(mount.root, Path::new("/\\+12"));
        assert_eq!(mount.path, Path::new("/\\9\\777\\04"));
    }

    #[test]
    fn the_kernels_own_table_is_read_as_a_whole() {
        let table = std::fs::read("/proc/self/mountinfo").expect("it is always there");
        let lines = table
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        assert_eq!(mount_points(&table).count(), lines.count());
    }

    #[test]
    fn the_last_of_the_longest_mount_points_is_the_one_that_is_seen() {
        let table = b"1 0 0:1 / / rw - ext4 a rw\n2 1 0:2 / /a rw - tmpfs b rw\n3 2 0:3 / /a rw - tmpfs c rw\n\
                      4 1 0:4 / /ab rw - tmpfs d rw\n";
        let id = |path: &str| mount_of(table, Path::new(path)).map(|mount| mount.id);
        assert_eq!(id("/a/x"), Some(3));
        assert_eq!(id("/ab"), Some(4));
        assert_eq!(id("/x/a"), Some(1));
        assert_eq!(id("x"), None);
    }

    proptest! {
        #[test]
        fn any_table_is_answered(table in any::<Vec<u8>>()) {
            let _ = mount_points(&table).count();
        }
    }
}
