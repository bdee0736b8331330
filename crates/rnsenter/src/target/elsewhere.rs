//! A namespace that no process is in: kept by a thread, for children to come, by a descriptor, a socket, a mount, or by
//! another namespace that is inside it.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::libc::S_IFSOCK;
use nix::unistd::Pid;
use nscore::ns_type::NsType;
use nscore::socket_copies::SocketCopies;
use nscore::sys::directory::Directory;
use nscore::sys::listns;
use nscore::sys::namespace::{network_of, open_by_id, own_mount_namespace};
use nscore::sys::probe::Call;
use nscore::sys::process::{pidfd_getfd, pidfd_open};

use super::by_inode::OWN;
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
        in_threads(processes, (pid, &process), sought)
            .or_else(|| open_in(processes, (pid, &process), sought, &mut sockets))
    });
    // Whoever becomes a program closes them, and would wait.
    sockets.copies.release();
    held.or_else(|| mounted::find(processes, sought))
        .or_else(|| listed(processes, sought))
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
fn in_threads(
    processes: &Processes,
    (pid, process): (Pid, &Directory),
    sought: &mut Sought,
) -> Option<OwnedFd> {
    let tasks = processes.note(pid, Call::Open, process.open_dir(c"task"))?;
    let threads = processes.note(pid, Call::List, numbers_in(&tasks))?;
    threads.into_iter().find_map(|thread| {
        let thread = processes.note(pid, Call::Open, tasks.open_dir(&name(thread)))?;
        let mut files = OWN.into_iter().chain(FOR_CHILDREN);
        files.find_map(|file| sought.at(processes, pid, (&thread, file)))
    })
}

/// That of a descriptor of a process: a namespace's file, or a socket.
fn open_in(
    processes: &Processes,
    (pid, process): (Pid, &Directory),
    sought: &mut Sought,
    sockets: &mut Sockets,
) -> Option<OwnedFd> {
    let descriptors = processes.note(pid, Call::Open, process.open_dir(c"fd"))?;
    let numbers = processes.note(pid, Call::List, numbers_in(&descriptors))?;
    numbers.into_iter().find_map(|number| {
        let entry = name(number);
        let found = processes.note_file(pid, Call::Status, descriptors.status(&entry))?;
        match found.file_type {
            S_IFSOCK if !sockets.met.insert(found.inode) => None,
            S_IFSOCK => {
                let network = sockets.network(pid, number);
                if matches!(network, Err(Errno::EPERM)) {
                    processes.unread().deny(pid.as_raw().unsigned_abs());
                }
                sought.through(processes, processes.note_optional(Call::Pidfd, network)?)
            }
            _ => sought.at(processes, pid, (&descriptors, &entry)),
        }
    })
}

/// That of the kernel's own list, `listns(2)`, since Linux 6.19.
fn listed(processes: &Processes, sought: &Sought) -> Option<OwnedFd> {
    let any = processes.note_optional(Call::Open, own_mount_namespace())?;
    let every = NsType::ALL
        .into_iter()
        .fold(0, |flags, of| flags | of.flag());
    let (mut last, mut some) = (0, [0; 512]);
    loop {
        let listed = listns::list(every, last, &mut some);
        let ids = &some[..processes.note_optional(Call::List, listed)?];
        let open = |id: &u64| processes.note_optional(Call::Open, open_by_id(&any, *id));
        let mut opened = ids.iter().filter_map(open);
        if let Some(found) = opened.find(|file| sought.is(file)) {
            return Some(found);
        }
        last = *ids.last()?;
    }
}
