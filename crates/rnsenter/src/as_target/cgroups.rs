//! The cgroups of the target, `cgroups(7)`, of version 2 and of each hierarchy of version 1, as `docker exec` joins
//! them.
//!
//! Whoever makes a cgroup names it, and seen from a cgroup namespace a path may begin with `/..`. So each is opened
//! below the mount point of its hierarchy, by a path that may neither leave it nor follow a link.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::statfs::{CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, fstatfs};
use nscore::procfs::{CgroupLine, MountPoint, cgroup_lines, mount_points};
use nscore::sys::file::{move_above_stdio, open, write_all};

/// Joins those cgroups of `target`, the contents of its /proc/PID/cgroup, that differ from `own`; `mountinfo` says
/// where the hierarchies are mounted. A hierarchy that is not mounted is passed over.
///
/// # Errors
/// The first refusal; the other cgroups are joined all the same.
pub(super) fn join(target: &[u8], own: &[u8], mountinfo: &[u8]) -> Result<(), Errno> {
    let own: Vec<CgroupLine> = cgroup_lines(own).collect();
    let mounts: Vec<MountPoint> = mount_points(mountinfo).collect();
    let mut result = Ok(());
    for line in cgroup_lines(target).filter(|line| !own.contains(line)) {
        // One may be covered by another mount: the first that can be opened counts.
        let mounts = mounts
            .iter()
            .filter(|mount| mount.is_cgroup_hierarchy(line.hierarchy));
        let mut joined = Ok(());
        for mount in mounts {
            joined = open_procs(mount, line.path).and_then(|procs| write_all(procs, b"0"));
            if joined.is_ok() {
                break;
            }
        }
        result = result.and(joined);
    }
    result
}

fn open_procs(mount: &MountPoint, path: &[u8]) -> Result<OwnedFd, Errno> {
    let root = open(&mount.path, OFlag::O_PATH | OFlag::O_DIRECTORY)?;
    let filesystem = fstatfs(&root)?.filesystem_type();
    if ![CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC].contains(&filesystem) {
        return Err(Errno::EINVAL);
    }
    let below = Path::new(OsStr::from_bytes(path)).strip_prefix(&mount.root);
    let below = below.map_err(|_| Errno::ENOENT)?;
    let how = OpenHow::new()
        .flags(OFlag::O_WRONLY | OFlag::O_CLOEXEC | OFlag::O_NOCTTY)
        .resolve(ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS);
    move_above_stdio(openat2(&root, &below.join("cgroup.procs"), how)?)
}

#[cfg(test)]
mod tests {
    use super::{Errno, join};

    #[test]
    fn a_path_neither_leaves_its_hierarchy_nor_names_what_is_none() {
        // Not a cgroup file system, whatever the table says.
        let table = b"41 31 0:38 / /tmp rw - cgroup2 cgroup2 rw\n";
        assert_eq!(join(b"0::/a\n", b"0::/\n", table), Err(Errno::EINVAL));
        assert_eq!(join(b"0::/a\n", b"0::/a\n", table), Ok(()));
        assert_eq!(join(b"5:cpu:/a\n", b"", table), Ok(()));
        let mounts = std::fs::read("/proc/self/mountinfo").unwrap_or_default();
        let is_mounted = mounts.windows(12).any(|text| text == b" - cgroup2 c");
        if is_mounted {
            let left = join(b"0::/../../etc\n", b"", &mounts);
            assert!(
                matches!(left, Err(Errno::EXDEV | Errno::ENOENT)),
                "{left:?}"
            );
        }
    }
}
