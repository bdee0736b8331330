//! What is mounted below the directory that becomes the root, opened before anything covers it.

use std::fs::read_link;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;

use super::root::PointKind;
use crate::procfs::{Proc, mount_points};
use crate::sys::directory::status_of;
use crate::sys::file::{fd_path, open};

/// The file systems that hold no files of anybody's: what is written there is for the kernel.
const PSEUDO: [&str; 24] = [
    "autofs",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "fusectl",
    "hugetlbfs",
    "mqueue",
    "nfsd",
    "nsfs",
    "proc",
    "pstore",
    "resctrl",
    "rpc_pipefs",
    "securityfs",
    "selinuxfs",
    "smackfs",
    "sysfs",
    "tracefs",
];

/// A mount below the root.
#[derive(Debug)]
pub(super) struct Submount {
    /// From the root on, without a slash before it.
    pub(super) path: PathBuf,
    /// Its root, opened with `O_PATH`.
    pub(super) file: OwnedFd,
    pub(super) kind: PointKind,
    pub(super) is_pseudo: bool,
}

/// The mounts that can be seen below a directory, in the order of mountinfo.
#[derive(Debug)]
pub(super) struct Submounts(Vec<Submount>);

impl Submounts {
    /// Opens the mounts below the directory.
    ///
    /// # Errors
    /// ENOENT without /proc.
    pub(super) fn open_below(directory: impl AsFd) -> Result<Submounts, Errno> {
        let link = read_link(fd_path(directory)).map_err(|_| Errno::ENOENT)?;
        let table = Proc::mounted()
            .read_file("self/mountinfo")
            .ok_or(Errno::ENOENT)?;
        let mut found = Vec::new();
        for mount in mount_points(&table) {
            let below = match mount.path.strip_prefix(&link) {
                Ok(below) if !below.as_os_str().is_empty() => below.to_owned(),
                _ => continue,
            };
            let opened = open(&mount.path, OFlag::O_PATH | OFlag::O_NOFOLLOW);
            let (file, status) = match opened
                .and_then(|file| status_of(&file).map(|status| (file, status)))
            {
                Ok(found) => found,
                // It is covered or gone, or another user's process serves it and shows it to nobody else.
                Err(
                    Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP | Errno::EACCES | Errno::ENOTCONN,
                ) => continue,
                Err(errno) => return Err(errno),
            };
            // Another mount has covered it.
            if status.mount.is_some_and(|id| id != mount.id) {
                continue;
            }
            found.push(Submount {
                path: below,
                kind: PointKind::for_source(&file)?,
                file,
                is_pseudo: PSEUDO.contains(&mount.filesystem.as_str()),
            });
        }
        Ok(Submounts(found))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Submount> {
        self.0.iter()
    }

    /// The mount on this very path.
    pub(super) fn find(&self, path: &Path) -> Option<&Submount> {
        self.iter().find(|mount| mount.path == path)
    }

    /// Returns whether something is mounted below this path.
    pub(super) fn has_below(&self, path: &Path) -> bool {
        let mut mounts = self.iter();
        mounts.any(|mount| mount.path != path && mount.path.starts_with(path))
    }
}
