//! `--pivot-root`: the new root becomes that of the mount namespace, and the old one is gone.
//!
//! After `chroot(2)` the old root is merely hidden: whoever has the capability gets back to it, and the kernel makes no
//! user namespace for a process whose root is not its mount namespace's. `pivot_root(2)` exchanges the root itself.
//!
//! It takes two steps. What is done in the new root, such as to mount a proc, which a user namespace may do only where
//! one is to be seen already, is done in between, by a process that has merely changed its root: so it all goes as with
//! `--root` alone, and no path leads out. The exchange comes last.

use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use anyhow::{Context, Result};
use nix::fcntl::OFlag;
use nix::unistd::{chroot, fchdir, pivot_root};
use nscore::sys::file::open;
use nscore::sys::mount::{attach, clone_tree, detach_here};

/// A root that is to be the mount namespace's.
pub(crate) struct NewRoot {
    old: OwnedFd,
    new: OwnedFd,
}

impl NewRoot {
    /// Makes `directory` the root of this process, and the working directory. What is mounted there and below is mounted
    /// once more, on itself: only a mount can become the root, and one that a user namespace was given cannot be moved.
    ///
    /// # Errors
    /// Those of the system calls; ENOSYS before Linux 5.2.
    pub(crate) fn enter(directory: &Path) -> Result<NewRoot> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY;
        let point = open(directory, flags)?;
        let old = open(Path::new("/"), flags)?;
        let new = clone_tree(&point).context("open_tree failed")?;
        attach(&new, &point).context("move_mount failed")?;
        change_root(&new)?;
        Ok(NewRoot { old, new })
    }

    /// Makes it the mount namespace's, and takes the old root away with all that is mounted there.
    ///
    /// # Errors
    /// Those of the system calls; EINVAL from `pivot_root(2)` where the old root is no mount point.
    pub(crate) fn pivot(self) -> Result<()> {
        let working = open(Path::new("."), OFlag::O_PATH | OFlag::O_DIRECTORY)?;
        change_root(&self.old)?;
        fchdir(&self.new)?;
        // The old root is put upon the new one, from which it is taken at once.
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
