//! Who could have given a cgroup its name: every directory above it, up to where its hierarchy is mounted, decides.
//!
//! The owner of the cgroup itself does not count: engines give a container its own cgroup, so that it can make more
//! below.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::statfs::{CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, fstatfs};

use crate::procfs::{MountPoint, Proc, mount_points};
use crate::safe_open::{TrustedUsers, Untrusted, open_path};
use crate::sys::directory::status_of;
use crate::sys::file::open;

/// Who could have given a cgroup its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameOwner {
    /// Root or the caller, and nobody else.
    Trusted,
    /// Another user, by a directory above it.
    Other(Untrusted),
    /// It cannot be known: the hierarchy, or that part of it, is not mounted for the caller.
    Unknown,
}

/// The owners of the names of cgroups; each is looked up once.
#[derive(Debug)]
pub struct NameOwners {
    users: TrustedUsers,
    mounts: Vec<MountPoint>,
    known: BTreeMap<(Vec<u8>, Vec<u8>), NameOwner>,
}

impl NameOwners {
    /// Reads the caller's mounts.
    pub fn new() -> NameOwners {
        let table = Proc::mounted()
            .read_file("self/mountinfo")
            .unwrap_or_default();
        let is_cgroup = |mount: &MountPoint| matches!(&*mount.filesystem, "cgroup" | "cgroup2");
        NameOwners {
            users: TrustedUsers::current(),
            mounts: mount_points(&table).filter(is_cgroup).collect(),
            known: BTreeMap::new(),
        }
    }

    /// Returns who could have given the cgroup at `path` of a hierarchy its name. The hierarchy is called as in
    /// [`CgroupLine`](crate::procfs::CgroupLine).
    pub fn find(&mut self, hierarchy: &[u8], path: &[u8]) -> NameOwner {
        let key = (hierarchy.to_vec(), path.to_vec());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let found = self.look_up(hierarchy, path);
        self.known.insert(key, found.clone());
        found
    }

    fn look_up(&self, hierarchy: &[u8], path: &[u8]) -> NameOwner {
        let mounts = self.mounts.iter();
        let mut mounts: Vec<&MountPoint> = mounts
            .filter(|mount| {
                mount.is_cgroup_hierarchy(hierarchy) && below_root(mount, path).is_some()
            })
            .collect();
        // The mount that shows most of the hierarchy shows the most directories above the cgroup.
        mounts.sort_by_key(|mount| mount.root.as_os_str().len());
        let mut answers = mounts.into_iter().map(|mount| self.ask(mount, path));
        let answer = answers.find_map(Result::ok);
        answer.unwrap_or(NameOwner::Unknown)
    }

    /// Checks the directories from this mount down to the one above the cgroup.
    ///
    /// # Errors
    /// That the mount or a directory cannot be reached: something else may be mounted over it.
    fn ask(&self, mount: &MountPoint, path: &[u8]) -> Result<NameOwner, Errno> {
        let mut directory = open(&mount.path, OFlag::O_PATH | OFlag::O_DIRECTORY)?;
        let status = status_of(&directory)?;
        let is_cgroup = matches!(
            fstatfs(&directory)?.filesystem_type(),
            CGROUP_SUPER_MAGIC | CGROUP2_SUPER_MAGIC
        );
        if !is_cgroup || status.mount.is_some_and(|id| id != mount.id) {
            return Err(Errno::ENOENT);
        }
        let mut at = mount.path.clone();
        let mut names = below_root(mount, path).unwrap_or_default();
        // The last is the cgroup itself.
        names.pop();
        let mut names = names.into_iter();
        loop {
            if let Err(untrusted) = self.users.check_unshared(&at, &status_of(&directory)?) {
                return Ok(NameOwner::Other(untrusted));
            }
            let Some(name) = names.next() else {
                return Ok(NameOwner::Trusted);
            };
            at.push(std::ffi::OsStr::from_bytes(name));
            let name = CString::new(name).map_err(|_| Errno::ENOENT)?;
            directory = open_path(&directory, &name, OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY)?;
        }
    }
}

impl Default for NameOwners {
    fn default() -> NameOwners {
        NameOwners::new()
    }
}

/// Returns the names of the directories from the root of a mount down to the cgroup at `path`; `None` if that is not
/// below it.
fn below_root<'a>(mount: &MountPoint, path: &'a [u8]) -> Option<Vec<&'a [u8]>> {
    let path = Path::new(std::ffi::OsStr::from_bytes(path));
    let below = path.strip_prefix(&mount.root).ok()?;
    let names = below.as_os_str().as_bytes().split(|byte| *byte == b'/');
    let names: Vec<&[u8]> = names.filter(|name| !name.is_empty()).collect();
    // Above the root of the caller's cgroup namespace nothing can be seen.
    (!names.is_empty() && !names.contains(&&b".."[..])).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mount(line: &str) -> MountPoint {
        mount_points(line.as_bytes()).next().expect("a mount")
    }

    #[test]
    fn a_mount_is_of_its_hierarchy_and_of_no_other() {
        let unified =
            mount("41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate");
        let cpu = mount("33 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct");
        let named = mount("40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd");
        for (hierarchy, expected) in [
            (&b""[..], [true, false, false]),
            (b"cpu,cpuacct", [false, true, false]),
            (b"cpu", [false, true, false]),
            (b"cpuset", [false, false, false]),
            (b"name=systemd", [false, false, true]),
        ] {
            let found = [&unified, &cpu, &named].map(|mount| mount.is_cgroup_hierarchy(hierarchy));
            assert_eq!(found, expected, "{hierarchy:?}");
        }
    }

    #[test]
    fn the_directories_between_the_mount_and_the_cgroup_are_found() {
        let whole = mount("41 31 0:38 / /cg rw - cgroup2 cgroup2 rw");
        let part = mount("41 31 0:38 /a /cg rw - cgroup2 cgroup2 rw");
        let names = |mount: &MountPoint, path: &'static str| {
            let names = below_root(mount, path.as_bytes())?;
            Some(
                names
                    .into_iter()
                    .map(|name| std::str::from_utf8(name).unwrap())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(names(&whole, "/a/b"), Some(vec!["a", "b"]));
        assert_eq!(names(&part, "/a/b"), Some(vec!["b"]));
        assert_eq!(names(&part, "/ab"), None);
        assert_eq!(names(&whole, "/"), None);
        assert_eq!(names(&whole, "/../a"), None);
    }
}
