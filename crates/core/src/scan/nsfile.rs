//! Opening the file of a namespace where another process decides what is there.
//!
//! A process may put another file under the number of a descriptor between a look at it and its opening, and opening a
//! FIFO, a terminal or a tape drive does something. So what is there is opened with `O_PATH`, which does nothing,
//! checked, and only then opened again: [`safe_open`].
//!
//! [`safe_open`]: crate::safe_open

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};

use crate::safe_open::open_checked;
use crate::self_fds::SelfFds;
use crate::sys::directory::{Directory, FileStatus, status_of};
use nix::errno::Errno;
use nix::fcntl::OFlag;

/// Opens files of namespaces and nothing else.
#[derive(Debug)]
pub(super) struct NsFiles {
    fds: Result<SelfFds, Errno>,
    /// The device of nsfs, on which every namespace has its file.
    nsfs: Option<(u32, u32)>,
}

impl NsFiles {
    /// Reads what nsfs is from this process's own namespaces.
    pub(super) fn new(proc: &Directory) -> NsFiles {
        let own = proc.open_dir(c"self/ns");
        let user = own.and_then(|own| own.status(c"user"));
        NsFiles {
            fds: SelfFds::open(),
            nsfs: user.ok().map(|user| user.device),
        }
    }

    /// Returns whether this is the file of a namespace.
    pub(super) fn is_namespace(&self, status: &FileStatus) -> bool {
        Some(status.device) == self.nsfs
    }

    /// Opens the namespace that `name` represents, links being followed.
    ///
    /// # Errors
    /// Those of `openat(2)`; ENOENT if it is not a namespace, or not one any more.
    pub(super) fn open(&self, directory: impl AsFd, name: &CStr) -> Result<OwnedFd, Errno> {
        let is_namespace = |status: &FileStatus| self.is_namespace(status);
        let fds = self.fds.as_ref().map_err(|errno| *errno)?;
        let opened = open_checked(fds, directory, name, OFlag::O_RDONLY, is_namespace)?;
        opened.ok_or(Errno::ENOENT)
    }

    /// Opens the namespace with this inode number that a descriptor of `O_PATH` represents.
    ///
    /// # Errors
    /// Those of `open(2)`; ENOENT if it is something else.
    pub(super) fn reopen(&self, place: &OwnedFd, inode: u32) -> Result<OwnedFd, Errno> {
        let found = status_of(place)?;
        if !self.is_namespace(&found) || found.inode != u64::from(inode) {
            return Err(Errno::ENOENT);
        }
        let fds = self.fds.as_ref().map_err(|errno| *errno)?;
        fds.reopen(place, OFlag::O_RDONLY)
    }
}
