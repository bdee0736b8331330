//! Reading one process: its namespaces, its threads, and what it has open.
//!
//! Everything is read from its directory `ns`, once opened: the ten links are there, one step away, which saves a
//! sixth of the time that they take from above; the rest is one step up, `../fd`. And once it is gone nothing below
//! that directory is another process's.

use std::ffi::CStr;

use crate::ns_type::NsType;
use crate::procfs::{Stat, parse_digits};
use crate::sys::directory::{Directory, EntryBuffer};
use crate::sys::probe::Call;
use crate::sys::process::share_descriptors;
use crate::unread::Unread;
use nix::errno::Errno;

use super::fds::{FdReader, ScanContext};
use super::nsfile::NsFiles;
use super::nslink;
use super::proc_name::{ProcName, to_pid};
use super::record::Registry;
use super::ref_kinds::RefKinds;
use super::{HoldKind, Holder, Process, ProcessInfo, ScanOptions, Snapshot, Task};

/// The links below /proc/PID/ns: what a process is in, and what its children will be in where that can differ.
pub(super) const LINKS: [(&CStr, NsType, bool); 10] = [
    (c"user", NsType::User, false),
    (c"cgroup", NsType::Cgroup, false),
    (c"ipc", NsType::Ipc, false),
    (c"uts", NsType::Uts, false),
    (c"net", NsType::Net, false),
    (c"pid", NsType::Pid, false),
    (c"pid_for_children", NsType::Pid, true),
    (c"mnt", NsType::Mount, false),
    (c"time", NsType::Time, false),
    (c"time_for_children", NsType::Time, true),
];

/// Reads one process after the other.
#[derive(Debug)]
pub(super) struct ProcessReader<'a> {
    proc: &'a Directory,
    wanted: &'a ScanOptions,
    registry: Registry,
    files: NsFiles,
    fds: FdReader,
    processes: Vec<Process>,
    entries: EntryBuffer,
}

impl<'a> ProcessReader<'a> {
    /// Returns a reader of the processes below `proc`.
    pub(super) fn new(proc: &'a Directory, wanted: &'a ScanOptions) -> ProcessReader<'a> {
        ProcessReader {
            proc,
            wanted,
            registry: Registry::default(),
            files: NsFiles::new(proc),
            fds: FdReader::new(proc),
            processes: Vec::new(),
            entries: EntryBuffer::default(),
        }
    }

    /// Returns all that was read.
    pub(super) fn into_snapshot(self) -> Snapshot {
        Snapshot {
            namespaces: self.registry.namespaces,
            processes: self.processes,
            holders: self.registry.holders,
            unread: self.registry.unread,
            unsupported: self.registry.unsupported,
            found: self.registry.found,
        }
    }

    /// Returns whether the namespace that is searched for was found.
    pub(super) fn has_found(&self) -> bool {
        self.registry.found.is_some()
    }

    /// Reads a process. One that vanishes meanwhile counts for as much as was read, as if it had vanished later; one
    /// that was never there is left out.
    pub(super) fn read_process(&mut self, pid: u32) {
        let mut name = ProcName::default();
        let opened = self.proc.open_path_dir(name.write(pid, "/ns"));
        let Some(ns) = self.registry.unread.note(pid, Call::Open, opened) else {
            return;
        };
        let mut process = Process {
            pid,
            namespaces: [0; 8],
            info: None,
        };
        let new = self.read_links(&ns, &mut process);
        if new && self.wanted.find.is_none() || self.wanted.all_info {
            process.info = read_info_at(&ns, pid, &mut self.registry.unread);
        }
        if self.wanted.fds {
            self.read_fds(&ns, Task::process(pid));
        }
        if self.wanted.hidden {
            // A directory's links are itself, its parent's entry for it, and one for each directory in it.
            let threads = ns.status(c"../task").map(|status| status.links);
            let threads = self.registry.unread.note(pid, Call::Status, threads);
            if threads.is_some_and(|links| links != 2 + 1) {
                self.read_threads(&ns, &process);
            }
        }
        self.processes.push(process);
    }

    /// Reads the namespaces that a process is in. Returns whether one of them was not known before.
    fn read_links(&mut self, ns: &Directory, process: &mut Process) -> bool {
        let before = self.processes.last().map(|process| process.namespaces);
        let before = before.unwrap_or_default();
        let mut new = false;
        for (name, ns_type, of_children) in LINKS {
            if !self.is_needed(ns_type, of_children) {
                continue;
            }
            let Some(inode) = self.link_inode(ns, name, process.pid) else {
                continue;
            };
            let own = &mut process.namespaces[ns_type as usize];
            let mut refs = RefKinds::CHILDREN;
            if !of_children {
                *own = inode;
                refs = RefKinds::default();
                // Most are where the one before them was.
                if inode == before[ns_type as usize] {
                    continue;
                }
            } else if inode == *own {
                continue;
            } else {
                let holder = || Holder::Task(Task::process(process.pid), HoldKind::Children);
                self.registry.record_holder(self.wanted, inode, holder);
            }
            new |= !self.registry.add_refs_if_known(inode, refs);
            let open = || self.files.open(ns, name);
            self.registry
                .register(self.wanted, (ns_type, inode), refs, open);
        }
        new
    }

    /// Returns whether this link must be read.
    fn is_needed(&self, ns_type: NsType, of_children: bool) -> bool {
        self.wanted.includes(ns_type) && (self.wanted.hidden || !of_children)
    }

    /// Reads the threads of a process that has several: each may have left for namespaces of its own, and may have
    /// descriptors of its own.
    fn read_threads(&mut self, ns: &Directory, process: &Process) {
        let tasks = ns.open_dir(c"../task");
        let Some(tasks) = self.registry.unread.note(process.pid, Call::Open, tasks) else {
            return;
        };
        let mut threads: Vec<u32> = Vec::new();
        let note = |name: &CStr| threads.extend(parse_digits::<u32>(name.to_bytes()));
        let listed = tasks.entries(&mut self.entries, note);
        self.registry.unread.note(process.pid, Call::List, listed);
        threads.retain(|thread| *thread != process.pid);
        for thread in threads {
            let mut name = ProcName::default();
            let ns = tasks.open_path_dir(name.write(thread, "/ns"));
            let Some(ns) = self.registry.unread.note(process.pid, Call::Open, ns) else {
                continue;
            };
            let task = Task {
                process: process.pid,
                thread: Some(thread),
            };
            self.read_thread_links(&ns, process, task);
            // Where it cannot be known whether they are the process's, they may be its own.
            if share_descriptors(to_pid(process.pid), to_pid(thread)) != Ok(true) {
                self.read_fds(&ns, task);
            }
        }
    }

    fn read_thread_links(&mut self, ns: &Directory, process: &Process, thread: Task) {
        for (name, ns_type, of_children) in LINKS {
            if !self.is_needed(ns_type, of_children) {
                continue;
            }
            let Some(inode) = self.link_inode(ns, name, process.pid) else {
                continue;
            };
            if inode == process.namespace(ns_type) {
                continue;
            }
            let (refs, hold) = if of_children {
                (RefKinds::CHILDREN, HoldKind::Children)
            } else {
                (RefKinds::THREAD, HoldKind::Member)
            };
            let holder = || Holder::Task(thread, hold);
            self.registry.record_holder(self.wanted, inode, holder);
            let open = || self.files.open(ns, name);
            self.registry
                .register(self.wanted, (ns_type, inode), refs, open);
        }
    }

    /// Returns the inode number of the namespace that a link of this process leads to.
    fn link_inode(&mut self, ns: &Directory, name: &CStr, pid: u32) -> Option<u32> {
        let mut buffer = [0; 64];
        match ns.read_link_into(name, &mut buffer) {
            Ok(target) => nslink::parse_link(target).map(|(_, inode)| inode),
            Err(errno) => {
                self.note_link_error(pid, errno);
                None
            }
        }
    }

    /// A process that has no namespace of a type, as it ends, has no link either.
    #[cold]
    fn note_link_error(&mut self, pid: u32, errno: Errno) {
        self.registry.unread.note_error(pid, Call::ReadLink, errno);
    }

    fn read_fds(&mut self, ns: &Directory, task: Task) {
        let scan = ScanContext {
            wanted: self.wanted,
            registry: &mut self.registry,
            files: &self.files,
        };
        self.fds.read_fds(scan, ns, task, &mut self.entries);
    }
}

/// Returns who this process is, if it exists.
pub(super) fn read_info(
    proc: &Directory,
    pid: u32,
    unread: &mut Unread,
) -> Option<Box<ProcessInfo>> {
    let ns = proc.open_path_dir(ProcName::default().write(pid, "/ns"));
    read_info_at(&unread.note(pid, Call::Open, ns)?, pid, unread)
}

fn read_info_at(ns: &Directory, pid: u32, unread: &mut Unread) -> Option<Box<ProcessInfo>> {
    let mut line = [0; 1024];
    let read = ns.read_into(c"../stat", &mut line);
    let stat = Stat::parse(unread.note(pid, Call::Read, read)?)?;
    let owner = ns.status(c"..");
    Some(Box::new(ProcessInfo {
        parent: stat.parent,
        uid: unread.note(pid, Call::Status, owner)?.uid,
        name: stat.name.to_vec(),
    }))
}
