//! Every namespace that exists, and what refers to it: processes, threads, descriptors, sockets, mounts, and the
//! kernel's own list, `listns(2)`.
//!
//! Of each process the scan reads the ten links of its namespaces, the number of its threads, and its descriptors; the
//! threads themselves only if there are several; its name and user only if it represents a namespace. Then it reads the
//! mounts of this mount namespace and of the others. A namespace that is found for the first time is opened and
//! queried; everything else compares numbers. The cost is that of /proc: it grows with the processes and their
//! descriptors.
//!
//! [`scan()`] makes the list that `rlsns` shows; [`ProcessList`] searches for one namespace, for `rnsenter`.

mod fds;
mod holder;
mod list_holders;
mod listns;
pub(crate) mod mountinfo;
mod mounts;
mod netnsid;
mod nsfile;
pub mod nslink;
pub(crate) mod proc_name;
mod process;
mod processes;
mod record;
mod ref_kinds;
mod search;
mod self_fds;
mod sockets;
mod unsupported;
mod workers;

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;

use crate::ns_type::NsType;
use crate::sys::directory::Directory;
use crate::sys::procfs::ensure_procfs;
use crate::unread::Unread;
use nix::errno::Errno;

pub use holder::{HoldKind, Holder, Task};
pub use netnsid::NetNsId;
pub use processes::ProcessList;
pub use record::NsRecord;
use record::Registry;
use ref_kinds::RefKinds;
use unsupported::Unsupported;
pub use unsupported::{NsRequest, NsRequests};

/// The directory of all processes.
const PROC: &std::ffi::CStr = c"/proc";

/// What a list needs to know; each thing costs.
#[derive(Clone, Copy, Debug)]
pub struct ScanOptions {
    /// These types alone, a bit each in the order of [`NsType::ALL`].
    pub types: NsTypes,
    /// Also what no process is in but has open: by descriptors and sockets.
    pub fds: bool,
    /// Also what the original does not find: by threads, by what children will be in, by mounts elsewhere.
    pub hidden: bool,
    /// Where namespaces are mounted here.
    pub mounts: bool,
    /// Who every process is, not only those that represent a namespace.
    pub all_info: bool,
    /// What number other network namespaces have.
    pub netnsid: bool,
    /// The 64-bit numbers.
    pub id: bool,
    /// Everything that holds the namespace with this inode number.
    pub holders_of: Option<u32>,
    /// Search for the namespace with this inode number alone, and keep it open; what is not needed for that is left
    /// out.
    pub find: Option<u32>,
    /// Questions without whose answers there is nothing to show.
    pub required: NsRequests,
}

impl ScanOptions {
    /// Returns the namespaces of these types that a process is in, and nothing else about them.
    pub fn members_of(types: NsTypes) -> ScanOptions {
        ScanOptions {
            types,
            fds: false,
            hidden: false,
            mounts: false,
            all_info: false,
            netnsid: false,
            id: false,
            holders_of: None,
            find: None,
            required: NsRequests::NONE,
        }
    }

    /// Returns whether namespaces of this type are registered: those of the wanted types, and mount namespaces, which
    /// are where others may be mounted.
    fn includes(&self, ns_type: NsType) -> bool {
        self.types.contains(ns_type) || self.hidden && ns_type == NsType::Mount
    }
}

/// A set of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NsTypes(u8);

impl NsTypes {
    /// Every type.
    pub const ALL: NsTypes = NsTypes(u8::MAX);
    /// None.
    pub const NONE: NsTypes = NsTypes(0);

    /// Returns the set with this type in it.
    pub fn with(self, ns_type: NsType) -> NsTypes {
        NsTypes(self.0 | 1 << ns_type as u8)
    }

    /// Returns whether this type is in it.
    pub fn contains(self, ns_type: NsType) -> bool {
        self.0 & 1 << ns_type as u8 != 0
    }
}

/// A process that was there.
#[derive(Debug)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// The inode numbers of its namespaces in the order of [`NsType::ALL`], 0 where it is not known.
    namespaces: [u32; 8],
    /// Who it is; known of those that represent a namespace.
    pub info: Option<Box<ProcessInfo>>,
}

/// Who a process is.
#[derive(Debug, PartialEq, Eq)]
pub struct ProcessInfo {
    /// Its parent's number, 0 if that is outside of what is seen here.
    pub parent: u32,
    /// Its user.
    pub uid: u32,
    /// Its name.
    pub name: Vec<u8>,
}

impl Process {
    /// Returns the inode number of its namespace of this type, 0 if that is not known.
    pub fn namespace(&self, ns_type: NsType) -> u32 {
        self.namespaces[ns_type as usize]
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// All namespaces by their inode numbers.
    pub namespaces: BTreeMap<u32, NsRecord>,
    /// All processes by their numbers.
    pub processes: Vec<Process>,
    /// What holds the namespace that this was asked of.
    pub holders: Vec<Holder>,
    /// What could not be read.
    pub unread: Unread,
    /// What the kernel cannot be asked.
    pub unsupported: Unsupported,
    /// The namespace that was searched for, open.
    found: Option<OwnedFd>,
}

impl Snapshot {
    /// Returns the process with this number.
    pub fn process(&self, pid: u32) -> Option<&Process> {
        let at = self
            .processes
            .binary_search_by_key(&pid, |process| process.pid);
        at.ok().map(|at| &self.processes[at])
    }

    /// Returns whether any namespace of the process with this number is known.
    pub fn knows_namespaces_of(&self, pid: u32) -> bool {
        let process = self.process(pid);
        process.is_some_and(|process| process.namespaces != [0; 8])
    }

    /// Returns the process with the lowest number in this namespace.
    pub fn first_member(&self, namespace: &NsRecord) -> Option<&Process> {
        self.processes.get(namespace.first_member?)
    }

    /// Returns the registry of the namespaces found so far, to register more; [`Snapshot::put_back`] takes over what it
    /// has by then.
    fn take_registry(&mut self) -> Registry {
        Registry {
            namespaces: std::mem::take(&mut self.namespaces),
            found: self.found.take(),
            ..Registry::default()
        }
    }

    fn put_back(&mut self, registry: Registry) {
        self.namespaces = registry.namespaces;
        self.found = registry.found;
        self.holders.extend(registry.holders);
        self.unread.merge(registry.unread);
        self.unsupported.merge(registry.unsupported);
    }

    /// Takes over what another worker has found.
    fn merge(&mut self, other: Snapshot) {
        self.processes.extend(other.processes);
        self.holders.extend(other.holders);
        self.unread.merge(other.unread);
        self.unsupported.merge(other.unsupported);
        for (inode, found) in other.namespaces {
            let same = || NsRecord::new(found.ns_type);
            self.namespaces
                .entry(inode)
                .or_insert_with(same)
                .merge(&found);
        }
    }

    /// Finds who represents each namespace: the lowest of the processes in it. One that has gone by now is left out,
    /// and with it a namespace that had nothing else.
    fn choose_representatives(&mut self, proc: &Directory) {
        self.processes.sort_unstable_by_key(|process| process.pid);
        loop {
            self.count_members();
            let representatives = self
                .namespaces
                .values()
                .filter_map(|found| found.first_member);
            let unknown: Vec<usize> = representatives
                .filter(|at| self.processes[*at].info.is_none())
                .collect();
            for at in unknown {
                let process = &mut self.processes[at];
                process.info = process::read_info(proc, process.pid, &mut self.unread);
            }
            let vanished: Vec<usize> = self
                .namespaces
                .values()
                .filter_map(|found| found.first_member)
                .filter(|at| self.processes[*at].info.is_none())
                .collect();
            if vanished.is_empty() {
                break;
            }
            for at in vanished {
                self.processes[at].namespaces = [0; 8];
            }
        }
        let is_held = |found: &NsRecord| found.refs != RefKinds::default();
        if !self.namespaces.values().all(is_held) {
            for (inode, found) in std::mem::take(&mut self.namespaces) {
                if is_held(&found) {
                    self.namespaces.entry(inode).or_insert_with(|| found);
                }
            }
        }
    }

    /// Counts who is in each namespace.
    fn count_members(&mut self) {
        self.namespaces
            .values_mut()
            .for_each(NsRecord::clear_members);
        for (at, process) in self.processes.iter().enumerate() {
            for inode in process.namespaces {
                if let Some(found) = self.namespaces.get_mut(&inode) {
                    found.add_member(at);
                }
            }
        }
    }
}

/// Looks at everything.
///
/// # Errors
/// Those of opening /proc and reading what is there; EXDEV if that is no procfs.
pub fn scan(wanted: &ScanOptions) -> Result<Snapshot, Errno> {
    let proc = Directory::open(PROC)?;
    // Somebody else's links might lead anywhere.
    ensure_procfs(&proc).map_err(|errno| match Directory::open(c"/proc/self") {
        // Nothing is mounted there at all.
        Err(Errno::ENOENT) => Errno::ENOENT,
        _ => errno,
    })?;
    let mut snapshot = workers::read_processes(&proc, wanted)?;
    snapshot.choose_representatives(&proc);
    if wanted.mounts || wanted.hidden {
        mounts::read_mounts(&proc, wanted, &mut snapshot);
    }
    if wanted.hidden {
        listns::add_listed(wanted, &mut snapshot);
    }
    if let Some(inode) = wanted.holders_of {
        snapshot.add_members_and_children(&proc, inode);
    }
    Ok(snapshot)
}
