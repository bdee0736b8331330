//! A namespace that is mounted, here or in the mount namespace of another process; that one is not entered for it, but
//! gone through by the process's root.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;

use nscore::procfs::mount_points;
use nscore::safe_open::open_mount_point;
use nscore::sys::directory::Directory;

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
        .find_map(|mount| {
            let path = CString::new(mount.path.into_os_string().into_vec()).ok()?;
            // A file system on the way that does not answer is no reason to wait.
            let place = open_mount_point(&root, &path, &table).ok()?;
            sought.at_place(place)
        })
}
