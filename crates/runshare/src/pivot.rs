//! `--pivot-root`: the new root becomes that of the mount namespace, and the old one is unmounted.
//!
//! After `chroot(2)` the old root is only hidden: a process with CAP_SYS_CHROOT gets back to it, and the kernel refuses
//! to create a user namespace in a chroot. `pivot_root(2)` changes the root itself.
//!
//! This is done in two steps. Mounting a proc, which a user namespace may do only while another proc is visible, and
//! the like happen in between, when the process has only changed its root: so everything works as with `--root` alone,
//! and no path leads out. pivot_root(2) comes last.

use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use anyhow::{Context, Result};
use nix::fcntl::OFlag;
use nix::unistd::{chroot, fchdir, pivot_root};
use nscore::sys::file::open;
use nscore::sys::mount::{attach, clone_tree, detach_here};

/// A root that is to become that of the mount namespace.
pub(crate) struct PivotRoot {
    old: OwnedFd,
    new: OwnedFd,
}

impl PivotRoot {
    /// Makes `directory` the root and the working directory of this process. The mounts there and below are
    /// bind-mounted on themselves: only a mount can become the root, and one inherited from another user namespace
    /// cannot be moved.
    ///
    /// # Errors
    /// Those of the system calls; ENOSYS before Linux 5.2.
    pub(crate) fn enter(directory: &OwnedFd) -> Result<PivotRoot> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY;
        let old = open(Path::new("/"), flags)?;
        let new = clone_tree(directory).context("open_tree failed")?;
        attach(&new, directory).context("move_mount failed")?;
        change_root(&new)?;
        Ok(PivotRoot { old, new })
    }

    /// Makes the new root that of the mount namespace, and unmounts the old root with all its mounts.
    ///
    /// # Errors
    /// Those of the system calls; EINVAL from `pivot_root(2)` if the old root is not a mount point.
    pub(crate) fn pivot(self) -> Result<()> {
        let working = open(Path::new("."), OFlag::O_PATH | OFlag::O_DIRECTORY)?;
        change_root(&self.old)?;
        fchdir(&self.new)?;
        // The old root is mounted on the new one and unmounted at once.
        pivot_root(".", ".").context("pivot_root failed")?;
        detach_here().context("umount failed")?;
        fchdir(working)?;
        Ok(())
    }
}

fn change_root(directory: impl AsFd) -> Result<()> {
    fchdir(directory)?;
    chroot(".")?;
    Ok(())
}
