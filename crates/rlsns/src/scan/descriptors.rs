//! What processes have open: files of namespaces, and sockets, which belong to a network namespace.
//!
//! The link of a descriptor does not tell: a namespace's file that was opened where it is mounted shows that path, and
//! `/` once it is mounted there no longer. The device does, so each descriptor is looked at by `statx(2)`, which is
//! no slower, and asks no server.

use std::collections::HashSet;
use std::ffi::CStr;
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::libc::S_IFSOCK;
use nix::unistd::Pid;
use nscore::namespace::Namespace;
use nscore::sys::directory::{Directory, EntryBuffer, Status, status_of};
use nscore::sys::namespace::network_of;
use nscore::sys::nsfs::type_of;
use nscore::sys::process::{pidfd_getfd, pidfd_open, share_descriptors};

use super::Wanted;
use super::found::Registry;
use crate::held::Held;
use crate::link::number;

/// What was seen of descriptors so far.
#[derive(Debug)]
pub(super) struct Descriptors {
    /// The device of nsfs, on which every namespace has its file.
    nsfs: Option<(u32, u32)>,
    /// The sockets that were asked; many processes may have the same one.
    sockets: HashSet<u64>,
}

impl Descriptors {
    /// None seen yet.
    pub(super) fn new() -> Descriptors {
        let own = Directory::open(c"/proc/self/ns").and_then(|own| own.status(c"user"));
        Descriptors {
            nsfs: own.ok().map(|status| status.device),
            sockets: HashSet::new(),
        }
    }

    /// Whether a thread has its process's descriptors; where that cannot be told, it may have its own.
    pub(super) fn are_shared(process: u32, thread: u32) -> bool {
        share_descriptors(pid(process), pid(thread)) == Ok(true)
    }

    /// Looks at every descriptor of the process or thread with this directory and number.
    pub(super) fn read(
        &mut self,
        wanted: &Wanted,
        registry: &mut Registry,
        directory: &Directory,
        owner: u32,
        entries: &mut EntryBuffer,
    ) {
        let Ok(descriptors) = directory.directory(c"fd") else {
            return;
        };
        let mut pidfd = None;
        let _ = descriptors.entries(entries, |name| {
            let Ok(status) = descriptors.status(name) else {
                return;
            };
            if Some(status.device) == self.nsfs {
                meet_file(wanted, registry, &descriptors, name, &status);
            } else if status.file_type == S_IFSOCK
                && wanted.types.has(Namespace::Net)
                && self.sockets.insert(status.inode)
            {
                let pidfd = pidfd.get_or_insert_with(|| pidfd_open(pid(owner)));
                meet_socket(wanted, registry, pidfd.as_ref(), name);
            }
        });
    }
}

/// The file of a namespace is open.
fn meet_file(
    wanted: &Wanted,
    registry: &mut Registry,
    descriptors: &Directory,
    name: &CStr,
    status: &Status,
) {
    let Ok(inode) = u32::try_from(status.inode) else {
        return;
    };
    if registry.knows(inode, Held::DESCRIPTOR) {
        return;
    }
    let Ok(file) = descriptors.file(name) else {
        return;
    };
    let kind = type_of(&file).ok().and_then(Namespace::from_flag);
    if let Some(kind) = kind.filter(|kind| wanted.types.has(*kind)) {
        registry.meet(wanted, (kind, inode), Held::DESCRIPTOR, || Ok(file));
    }
}

/// A socket is open. Nothing but a copy of it tells where it belongs, and that not everybody may make.
fn meet_socket(
    wanted: &Wanted,
    registry: &mut Registry,
    pidfd: Result<&OwnedFd, &Errno>,
    name: &CStr,
) {
    let number = number(name.to_bytes()).and_then(|number| i32::try_from(number).ok());
    let (Ok(pidfd), Some(number)) = (pidfd, number) else {
        return;
    };
    let network = pidfd_getfd(pidfd, number).and_then(network_of);
    let Ok(network) = network else { return };
    let inode = status_of(&network).map(|status| u32::try_from(status.inode));
    if let Ok(Ok(inode)) = inode {
        let network = || Ok(network);
        registry.meet(wanted, (Namespace::Net, inode), Held::SOCKET, network);
    }
}

fn pid(number: u32) -> Pid {
    Pid::from_raw(i32::try_from(number).unwrap_or(i32::MAX))
}
