//! A namespace that is looked for by its inode number, wherever the file of a namespace is met.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nscore::sys::directory::{Directory, status_of};
use nscore::sys::file::above_standard;
use nscore::sys::nsfs::{owner_of, parent_of};

/// The number, and what was met on the way to it.
pub(super) struct Sought {
    inode: u64,
    /// That of nsfs, on which every namespace has its file; none without /proc.
    device: Option<(u32, u32)>,
    /// The inode numbers of the namespaces that were met.
    met: BTreeSet<u64>,
}

impl Sought {
    pub(super) fn new(inode: u32) -> Sought {
        let own = Directory::open(c"/proc/self/ns").and_then(|own| own.status(c"mnt"));
        Sought {
            inode: inode.into(),
            device: own.ok().map(|own| own.device),
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
        let file = directory.file(name).and_then(above_standard).ok()?;
        self.met.insert(found.inode);
        self.through(file)
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
