//! A namespace that is mounted, here or in the mount namespace of another process; that one is not entered for it, but
//! gone through by the process's root.

use std::collections::BTreeSet;
use std::os::fd::OwnedFd;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nscore::procfs::mount_points;
use nscore::sys::directory::Directory;
use nscore::sys::file::above_standard;

use super::processes::{Processes, read};
use super::sought::Sought;

/// Finds it.
pub(super) fn find(processes: &Processes, sought: &mut Sought) -> Option<OwnedFd> {
    let own = processes.own().into_iter();
    let others = processes.each().map(|(_, process)| process);
    let mut read = BTreeSet::new();
    own.chain(others).find_map(|process| {
        let mounts = process.status(c"ns/mnt").ok()?;
        read.insert(mounts.inode)
            .then(|| among_mounts(&process, sought))
            .flatten()
    })
}

/// That of the mounts that this process sees.
fn among_mounts(process: &Directory, sought: &Sought) -> Option<OwnedFd> {
    let table = read(process, c"mountinfo")?;
    let root = process.passage(c"root").ok()?;
    mount_points(&table)
        .filter(|mount| mount.filesystem == "nsfs")
        .find_map(|mount| sought.at_place(open_within(&root, &mount.path).ok()?))
}

/// Opens the place at a path, never leaving that root; whatever is found there is not opened itself, for opening a
/// device or a FIFO can do things.
fn open_within(root: &Directory, path: &Path) -> Result<OwnedFd, Errno> {
    let how = OpenHow::new()
        .flags(OFlag::O_PATH | OFlag::O_CLOEXEC)
        .resolve(ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS);
    above_standard(openat2(root, path, how)?)
}
