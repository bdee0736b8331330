//! Opening again what a descriptor represents, by its entry in /proc/self/fd, `proc_pid_fd(5)`.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;

use crate::sys::file::{move_above_stdio, open};
use crate::sys::procfs::ensure_procfs;

/// Flags for whatever is opened: nothing waits for another process, becomes the controlling terminal, or is inherited.
pub(crate) const SAFE_FLAGS: OFlag = OFlag::O_CLOEXEC
    .union(OFlag::O_NONBLOCK)
    .union(OFlag::O_NOCTTY);

/// This process's own /proc/self/fd, proven to be procfs: a descriptor keeps it usable in a new root that has no /proc.
///
/// A child that does not share its parent's descriptors needs one of its own.
#[derive(Debug)]
pub struct SelfFds(OwnedFd);

impl SelfFds {
    /// Opens /proc/self/fd.
    ///
    /// # Errors
    /// Those of `open(2)`: ENOENT without /proc; EXDEV if it is not on procfs.
    pub fn open() -> Result<SelfFds, Errno> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY;
        let directory = open(Path::new("/proc/self/fd"), flags)?;
        ensure_procfs(&directory)?;
        Ok(SelfFds(directory))
    }

    /// Opens what `file` represents with other flags of `open(2)`; it is close-on-exec, nothing is waited for, and a
    /// terminal does not become the controlling one.
    ///
    /// # Errors
    /// Those of `open(2)`: EACCES, ENXIO; ENOENT in a child that does not share its parent's descriptors.
    pub fn reopen(&self, file: impl AsFd, flags: OFlag) -> Result<OwnedFd, Errno> {
        let number = file.as_fd().as_raw_fd().to_string();
        let flags = flags | SAFE_FLAGS;
        move_above_stdio(openat(&self.0, number.as_str(), flags, Mode::empty())?)
    }
}
