//! The search for one namespace by its inode number, for a program that enters it: the processes that are in it; or,
//! where no process is in it, the namespace itself, from a thread, for children, from a descriptor, a socket, a mount,
//! or another namespace that was made in it.
//!
//! It is the same scan as that of a list, but without a thread of its own, since a program with threads may not enter
//! namespaces, and it ends once the namespace is found.

use std::os::fd::OwnedFd;

use crate::ns_type::NsType;
use crate::sys::directory::Directory;
use crate::sys::probe::Call;
use nix::errno::Errno;

use super::proc_name::ProcName;
use super::process::{LINKS, ProcessReader};
use super::processes::ProcessList;
use super::{NsTypes, ScanOptions, listns, mounts, nslink};

impl ProcessList {
    /// Returns the processes in the namespace with this inode number, the lowest PID first, and its type, which is
    /// known if there is one.
    pub fn members(&self, inode: u32) -> (Option<NsType>, Vec<u32>) {
        let (mut ns_type, mut members) = (None, Vec::new());
        for pid in &self.pids {
            let ns = self
                .proc
                .open_path_dir(ProcName::default().write(*pid, "/ns"));
            let Some(ns) = self.note(*pid, Call::Open, ns) else {
                continue;
            };
            let found = find_link(&ns, ns_type, inode);
            if let Some(Some(found)) = self.note(*pid, Call::ReadLink, found) {
                ns_type = Some(found);
                members.push(*pid);
            }
        }
        (ns_type, members)
    }

    /// Opens the namespace with this inode number, in which no process is, if anything that the caller may look at
    /// refers to it.
    pub fn find_hidden(&self, inode: u32) -> Option<OwnedFd> {
        let options = ScanOptions {
            fds: true,
            hidden: true,
            find: Some(inode),
            ..ScanOptions::members_of(NsTypes::ALL)
        };
        let mut reader = ProcessReader::new(&self.proc, &options);
        for pid in &self.pids {
            reader.read_process(*pid);
            if reader.has_found() {
                break;
            }
        }
        let mut snapshot = reader.into_snapshot();
        if snapshot.found.is_none() {
            mounts::read_mounts(&self.proc, &options, &mut snapshot);
        }
        if snapshot.found.is_none() {
            listns::add_listed(&options, &mut snapshot);
        }
        self.unread().merge(snapshot.unread);
        snapshot.found
    }
}

/// Returns the type of the namespace with this inode number, if the process with this directory `ns` is in it; `known`
/// is the type, if that is known.
///
/// # Errors
/// That the caller may not inspect the process, or that the call fails.
fn find_link(ns: &Directory, known: Option<NsType>, inode: u32) -> Result<Option<NsType>, Errno> {
    let mut buffer = [0; 64];
    for (name, ns_type, is_for_children) in LINKS {
        if is_for_children || known.is_some_and(|known| known != ns_type) {
            continue;
        }
        match ns.read_link_into(name, &mut buffer) {
            Ok(target) if nslink::parse_link(target) == Some((ns_type, inode)) => {
                return Ok(Some(ns_type));
            }
            // This kernel has no such type, or the process is a zombie.
            Ok(_) | Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(None)
}
