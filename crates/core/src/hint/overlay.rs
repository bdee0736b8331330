//! Why a directory cannot hold the upper layer of an overlay.

use std::path::Path;

use nix::errno::Errno;
use nix::sys::statfs::{
    FUSE_SUPER_MAGIC, FsType, MSDOS_SUPER_MAGIC, NFS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC, statfs,
};

use super::path::explain_path;
use super::{Explanation, escape_for_terminal, explanation};
use crate::sys::uname::is_linux_since;

/// The file systems that overlayfs refuses, or on which it cannot mark what was deleted.
const UNFIT: [(FsType, &str); 4] = [
    (OVERLAYFS_SUPER_MAGIC, "overlayfs"),
    (NFS_SUPER_MAGIC, "NFS"),
    (FUSE_SUPER_MAGIC, "FUSE"),
    (MSDOS_SUPER_MAGIC, "FAT"),
];

/// Explains why the upper layer of an overlay cannot be in this directory.
pub fn explain_overlay(errno: Errno, directory: &Path) -> Option<Explanation> {
    let named = || escape_for_terminal(directory.as_os_str());
    if errno == Errno::ESTALE {
        return Some(explanation(
            "replaced-directory",
            "%s was replaced by another directory meanwhile",
            &[&named()],
        ));
    }
    if errno == Errno::ENODEV {
        return Some(explanation(
            "missing-kernel-module",
            "this kernel does not have overlayfs: `modprobe overlay`, as root, loads it",
            &[],
        ));
    }
    if errno == Errno::EPERM && !is_linux_since(5, 11) {
        return Some(explanation(
            "kernel-too-old",
            "an overlay in a user namespace requires Linux 5.11",
            &[],
        ));
    }
    let found = statfs(directory).map(|found| found.filesystem_type());
    let unfit = UNFIT.iter().find(|(magic, _)| Ok(*magic) == found);
    match unfit {
        Some((OVERLAYFS_SUPER_MAGIC, _)) => Some(explanation(
            "unsuitable-filesystem",
            "%s is on overlayfs, as in most containers, which cannot hold the upper layer of an overlay: choose a \
             directory on ext4, xfs, btrfs or a tmpfs",
            &[&named()],
        )),
        Some((_, name)) => Some(explanation(
            "unsuitable-filesystem",
            "%s is on %s, which cannot hold the upper layer of an overlay: choose a directory \
             on ext4, xfs, btrfs or a tmpfs",
            &[&named(), &name],
        )),
        None => explain_path(errno, directory),
    }
}
