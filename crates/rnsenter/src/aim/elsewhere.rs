//! A namespace that no process is in: kept by a thread, for children to come, by a descriptor, a socket, a mount, or by
//! another namespace that is inside it.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::libc::S_IFSOCK;
use nix::unistd::Pid;
use nscore::namespace::Namespace;
use nscore::socket_copies::SocketCopies;
use nscore::sys::directory::Directory;
use nscore::sys::listns;
use nscore::sys::namespace::{network_of, open_by_id, own_mount_namespace};
use nscore::sys::process::{pidfd_getfd, pidfd_open};

use super::holder::OWN;
use super::mounted;
use super::processes::{Processes, name, numbers_in};
use super::sought::Sought;

/// The files of what its children to come will be in.
const FOR_CHILDREN: [&CStr; 2] = [c"ns/pid_for_children", c"ns/time_for_children"];

/// Finds it.
pub(super) fn find(processes: &Processes, sought: &mut Sought) -> Option<OwnedFd> {
    let mut sockets = Sockets::default();
    let mut each = processes.each();
    let held = each.find_map(|(pid, process)| {
        in_threads(&process, sought).or_else(|| open_in(pid, &process, sought, &mut sockets))
    });
    // Whoever becomes a program closes them, and would wait.
    sockets.copies.release();
    held.or_else(|| mounted::find(processes, sought))
        .or_else(|| listed(sought))
}

/// The sockets that were met.
#[derive(Default)]
struct Sockets {
    /// Their inode numbers: many processes may have the same one.
    met: BTreeSet<u64>,
    copies: SocketCopies,
}

impl Sockets {
    /// Where a socket belongs: nothing but a copy of it tells.
    fn network(&mut self, pid: Pid, number: i32) -> Result<OwnedFd, Errno> {
        let copy = pidfd_getfd(pidfd_open(pid)?, number)?;
        let network = network_of(&copy);
        self.copies.keep(copy);
        network
    }
}

/// That of a process's threads, each of which may be somewhere else. The first of them is the process itself.
fn in_threads(process: &Directory, sought: &mut Sought) -> Option<OwnedFd> {
    let tasks = process.directory(c"task").ok()?;
    let threads = numbers_in(&tasks).ok()?;
    threads.into_iter().find_map(|thread| {
        let thread = tasks.directory(&name(thread)).ok()?;
        let mut files = OWN.into_iter().chain(FOR_CHILDREN);
        files.find_map(|file| sought.at(&thread, file))
    })
}

/// That of a descriptor of a process: a namespace's file, or a socket.
fn open_in(
    pid: Pid,
    process: &Directory,
    sought: &mut Sought,
    sockets: &mut Sockets,
) -> Option<OwnedFd> {
    let descriptors = process.directory(c"fd").ok()?;
    numbers_in(&descriptors)
        .ok()?
        .into_iter()
        .find_map(|number| {
            let entry = name(number);
            let found = descriptors.status(&entry).ok()?;
            match found.file_type {
                S_IFSOCK if !sockets.met.insert(found.inode) => None,
                S_IFSOCK => sought.through(sockets.network(pid, number).ok()?),
                _ => sought.at(&descriptors, &entry),
            }
        })
}

/// That of the kernel's own list, `listns(2)`, since Linux 6.19.
fn listed(sought: &Sought) -> Option<OwnedFd> {
    let any = own_mount_namespace().ok()?;
    let every = Namespace::ALL
        .into_iter()
        .fold(0, |flags, of| flags | of.flag());
    let (mut last, mut some) = (0, [0; 512]);
    loop {
        let listed = listns::list(every, last, &mut some).ok()?;
        let ids = &some[..listed];
        let mut opened = ids.iter().filter_map(|id| open_by_id(&any, *id).ok());
        if let Some(found) = opened.find(|file| sought.is(file)) {
            return Some(found);
        }
        last = *ids.last()?;
    }
}
