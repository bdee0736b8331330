//! A namespace that is looked for by its inode number, wherever the file of a namespace is met.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nscore::safe_open::{SelfFds, open_checked};
use nscore::sys::directory::{Directory, Status, status_of};
use nscore::sys::nsfs::{owner_of, parent_of};

/// The number, and what was met on the way to it.
pub(super) struct Sought {
    inode: u64,
    /// That of nsfs, on which every namespace has its file; none without /proc.
    device: Option<(u32, u32)>,
    fds: Result<SelfFds, Errno>,
    /// The inode numbers of the namespaces that were met.
    met: BTreeSet<u64>,
}

impl Sought {
    pub(super) fn new(inode: u32) -> Sought {
        let own = Directory::open(c"/proc/self/ns").and_then(|own| own.status(c"mnt"));
        Sought {
            inode: inode.into(),
            device: own.ok().map(|own| own.device),
            fds: SelfFds::open(),
            met: BTreeSet::new(),
        }
    }

    /// Whether the file of this name is that of the namespace.
    ///
    /// # Errors
    /// EACCES if it is not for the caller to look at; ENOENT.
    pub(super) fn is_at(&self, directory: &Directory, name: &CStr) -> Result<bool, Errno> {
        let found = directory.status(name)?;
        Ok(Some(found.device) == self.device && found.inode == self.inode)
    }

    /// Whether this is its file.
    pub(super) fn is(&self, file: impl AsFd) -> bool {
        status_of(file)
            .is_ok_and(|found| Some(found.device) == self.device && found.inode == self.inode)
    }

    /// The namespace, if the file of this name is that of it, or of one that is kept inside it.
    pub(super) fn at(&mut self, directory: &Directory, name: &CStr) -> Option<OwnedFd> {
        let found = directory.status(name).ok()?;
        if Some(found.device) != self.device || self.met.contains(&found.inode) {
            return None;
        }
        // By now its process may have put something else there, whose opening does something.
        let is_same =
            |status: &Status| (status.device, status.inode) == (found.device, found.inode);
        let fds = self.fds.as_ref().ok()?;
        let file = open_checked(fds, directory, name, OFlag::O_RDONLY, is_same).ok()??;
        self.met.insert(found.inode);
        self.through(file)
    }

    /// The namespace, if a descriptor of `O_PATH` stands for its file, or for that of one that is kept inside it.
    pub(super) fn at_place(&self, place: impl AsFd) -> Option<OwnedFd> {
        let found = status_of(&place).ok()?;
        if Some(found.device) != self.device {
            return None;
        }
        let fds = self.fds.as_ref().ok()?;
        self.through(fds.reopen(place, OFlag::O_RDONLY).ok()?)
    }

    /// The namespace, if this is its file, or that of one that it owns or that was made within it.
    pub(super) fn through(&self, file: OwnedFd) -> Option<OwnedFd> {
        if self.is(&file) {
            return Some(file);
        }
        self.above(&file, owner_of)
            .or_else(|| self.above(&file, parent_of))
    }

    fn above(
        &self,
        file: &OwnedFd,
        next: fn(OwnedFd) -> Result<OwnedFd, Errno>,
    ) -> Option<OwnedFd> {
        let mut above = next(file.try_clone().ok()?).ok()?;
        while !self.is(&above) {
            above = next(above).ok()?;
        }
        Some(above)
    }
}
