//! A namespace that is mounted, here or in the mount namespace of another process; that one is not entered for it, but
//! gone through by the process's root.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;

use nix::unistd::Pid;
use nscore::procfs::mount_points;
use nscore::safe_open::open_mount_point;
use nscore::sys::directory::Directory;
use nscore::sys::probe::Call;

use super::processes::Processes;
use super::sought::Sought;

/// Finds it.
pub(super) fn find(processes: &Processes, sought: &mut Sought) -> Option<OwnedFd> {
    let own = processes.own().into_iter();
    let mut read = BTreeSet::new();
    own.chain(processes.each()).find_map(|(pid, process)| {
        let mounts = processes.note(pid, Call::Status, process.status(c"ns/mnt"))?;
        read.insert(mounts.inode)
            .then(|| among_mounts(processes, (pid, &process), sought))
            .flatten()
    })
}

/// That of the mounts that this process sees.
fn among_mounts(
    processes: &Processes,
    (pid, process): (Pid, &Directory),
    sought: &Sought,
) -> Option<OwnedFd> {
    let table = processes.read(pid, process, c"mountinfo")?;
    let root = processes.note_file(pid, Call::Open, process.open_path_dir(c"root"))?;
    mount_points(&table)
        .filter(|mount| mount.filesystem == "nsfs")
        .find_map(|mount| {
            let path = CString::new(mount.path.into_os_string().into_vec()).ok()?;
            // A file system on the way that does not answer is no reason to wait.
            let place = open_mount_point(&root, &path, &table);
            let place = processes.note_optional(Call::Open, place)?;
            sought.at_place(processes, place)
        })
}
