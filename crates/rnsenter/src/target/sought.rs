//! A namespace that is looked for by its inode number, wherever the file of a namespace is met.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::Pid;
use nscore::safe_open::{SelfFds, open_checked};
use nscore::sys::directory::{Directory, Status, status_of};
use nscore::sys::nsfs::{owner_of, parent_of};
use nscore::sys::probe::Call;

use super::processes::Processes;

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
    ///
    /// What keeps it from being seen is noted with the process whose directory it is.
    pub(super) fn at(
        &mut self,
        processes: &Processes,
        pid: Pid,
        (directory, name): (&Directory, &CStr),
    ) -> Option<OwnedFd> {
        let found = processes.note_file(pid, Call::Status, directory.status(name))?;
        if Some(found.device) != self.device || self.met.contains(&found.inode) {
            return None;
        }
        // By now its process may have put something else there, whose opening does something.
        let is_same =
            |status: &Status| (status.device, status.inode) == (found.device, found.inode);
        let fds = self.fds(processes)?;
        let file = open_checked(fds, directory, name, OFlag::O_RDONLY, is_same);
        let file = processes.note_file(pid, Call::Open, file)??;
        self.met.insert(found.inode);
        self.through(processes, file)
    }

    /// The namespace, if a descriptor of `O_PATH` stands for its file, or for that of one that is kept inside it.
    pub(super) fn at_place(&self, processes: &Processes, place: impl AsFd) -> Option<OwnedFd> {
        let found = status_of(&place).ok()?;
        if Some(found.device) != self.device {
            return None;
        }
        let file = self.fds(processes)?.reopen(place, OFlag::O_RDONLY);
        self.through(processes, processes.note_optional(Call::Open, file)?)
    }

    fn fds(&self, processes: &Processes) -> Option<&SelfFds> {
        let fds = self.fds.as_ref().map_err(|errno| *errno);
        processes.note_optional(Call::Open, fds)
    }

    /// The namespace, if this is its file, or that of one that it owns or that was made within it.
    pub(super) fn through(&self, processes: &Processes, file: OwnedFd) -> Option<OwnedFd> {
        if self.is(&file) {
            return Some(file);
        }
        self.above(processes, &file, owner_of)
            .or_else(|| self.above(processes, &file, parent_of))
    }

    fn above(
        &self,
        processes: &Processes,
        file: &OwnedFd,
        next: fn(OwnedFd) -> Result<OwnedFd, Errno>,
    ) -> Option<OwnedFd> {
        // Where the caller may not ask, or there is none above, the search ends.
        let next = |file| processes.note_optional(Call::Ioctl, next(file));
        let copy = file.try_clone().map_err(|error| {
            let number = error.raw_os_error();
            number.map_or(Errno::EIO, Errno::from_raw)
        });
        let mut above = next(processes.note_optional(Call::Open, copy)?)?;
        while !self.is(&above) {
            above = next(above)?;
        }
        Some(above)
    }
}
