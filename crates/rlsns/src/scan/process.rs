//! Reading one process: its state, its namespaces, and what it has open.

use std::ffi::CStr;
use std::io::Write;

use nscore::namespace::Namespace;
use nscore::sys::directory::{Directory, EntryBuffer};

use super::descriptors::Descriptors;
use super::found::Registry;
use super::{Process, Snapshot, Wanted};
use crate::held::Held;
use crate::link::{self, number};
use crate::stat;

/// The links below /proc/PID/ns: what a process is in, and what its children will be in where that can differ.
const LINKS: [(&CStr, Namespace, bool); 10] = [
    (c"ns/user", Namespace::User, false),
    (c"ns/cgroup", Namespace::Cgroup, false),
    (c"ns/ipc", Namespace::Ipc, false),
    (c"ns/uts", Namespace::Uts, false),
    (c"ns/net", Namespace::Net, false),
    (c"ns/pid", Namespace::Pid, false),
    (c"ns/pid_for_children", Namespace::Pid, true),
    (c"ns/mnt", Namespace::Mount, false),
    (c"ns/time", Namespace::Time, false),
    (c"ns/time_for_children", Namespace::Time, true),
];

/// Reads one process after the other.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    proc: &'a Directory,
    wanted: &'a Wanted,
    registry: Registry,
    descriptors: Descriptors,
    processes: Vec<Process>,
    names: Vec<u8>,
    entries: EntryBuffer,
}

impl<'a> Reader<'a> {
    /// A reader of the processes below `proc`.
    pub(super) fn new(proc: &'a Directory, wanted: &'a Wanted) -> Reader<'a> {
        Reader {
            proc,
            wanted,
            registry: Registry::default(),
            descriptors: Descriptors::new(),
            processes: Vec::new(),
            names: Vec::new(),
            entries: EntryBuffer::default(),
        }
    }

    /// All that was read.
    pub(super) fn finish(self) -> Snapshot {
        Snapshot {
            namespaces: self.registry.namespaces,
            processes: self.processes,
            names: self.names,
        }
    }

    /// Reads a process. One that vanishes meanwhile counts for as much as was read, as if it had vanished later; one
    /// that was never there is left out.
    pub(super) fn read(&mut self, pid: u32) {
        let mut name = [0; 24];
        let Ok(directory) = self.proc.directory(decimal(pid, &mut name)) else {
            return;
        };
        let mut line = [0; 1024];
        let Ok(line) = directory.contents(c"stat", &mut line) else {
            return;
        };
        let Some(stat) = stat::parse(line) else {
            return;
        };
        let start = self.names.len();
        self.names.extend(stat.name);
        let mut process = Process {
            pid,
            parent: stat.parent,
            uid: None,
            name: (place(start), place(self.names.len())),
            namespaces: [0; 8],
        };
        let new = self.read_links(&directory, &mut process);
        if new || self.wanted.users {
            process.uid = directory.status(c"").ok().map(|status| status.uid);
        }
        self.processes.push(process);
        if self.wanted.hidden && !stat.kernel {
            let (wanted, registry) = (self.wanted, &mut self.registry);
            self.descriptors
                .read(wanted, registry, &directory, pid, &mut self.entries);
            if stat.threads > 1 {
                self.read_threads(&directory, &process);
            }
        }
    }

    /// Reads the namespaces that a process is in. Whether one of them was never met before.
    fn read_links(&mut self, directory: &Directory, process: &mut Process) -> bool {
        let before = self.processes.last().map(|process| process.namespaces);
        let before = before.unwrap_or_default();
        let mut new = false;
        for (name, kind, of_children) in LINKS {
            if !self.wanted.types.has(kind) || of_children && !self.wanted.hidden {
                continue;
            }
            let mut target = [0; 64];
            let target = directory.link(name, &mut target).ok();
            let Some((_, inode)) = target.and_then(link::parse) else {
                continue;
            };
            let own = &mut process.namespaces[kind as usize];
            let held = if of_children {
                Held::CHILDREN
            } else {
                Held::default()
            };
            if of_children && inode == *own {
                continue;
            }
            if !of_children {
                *own = inode;
                // Most are where the one before them was.
                if inode == before[kind as usize] {
                    continue;
                }
            }
            new |= !self.registry.knows(inode, held);
            self.registry
                .meet(self.wanted, (kind, inode), held, || directory.file(name));
        }
        new
    }

    /// Reads the threads of a process that has several: each may have left for namespaces of its own, and may have
    /// descriptors of its own.
    fn read_threads(&mut self, directory: &Directory, process: &Process) {
        let Ok(tasks) = directory.directory(c"task") else {
            return;
        };
        let mut threads = Vec::new();
        let note = |name: &CStr| threads.extend(number(name.to_bytes()));
        let _ = tasks.entries(&mut self.entries, note);
        threads.retain(|thread| *thread != process.pid);
        for thread in threads {
            let mut name = [0; 24];
            let Ok(task) = tasks.directory(decimal(thread, &mut name)) else {
                continue;
            };
            self.read_thread_links(&task, process);
            let (wanted, registry) = (self.wanted, &mut self.registry);
            if !Descriptors::are_shared(process.pid, thread) {
                self.descriptors
                    .read(wanted, registry, &task, thread, &mut self.entries);
            }
        }
    }

    fn read_thread_links(&mut self, task: &Directory, process: &Process) {
        for (name, kind, of_children) in LINKS {
            if !self.wanted.types.has(kind) {
                continue;
            }
            let mut target = [0; 64];
            let target = task.link(name, &mut target).ok();
            let Some((_, inode)) = target.and_then(link::parse) else {
                continue;
            };
            if inode == process.namespace(kind) {
                continue;
            }
            let held = if of_children {
                Held::CHILDREN
            } else {
                Held::THREAD
            };
            self.registry
                .meet(self.wanted, (kind, inode), held, || task.file(name));
        }
    }
}

/// A number as the name of a directory below /proc.
pub(super) fn decimal(number: u32, buffer: &mut [u8; 24]) -> &CStr {
    let mut rest = &mut buffer[..];
    // Ten digits at most, and a zero behind them, fit.
    let _ = write!(rest, "{number}\0");
    CStr::from_bytes_until_nul(buffer).unwrap_or_default()
}

fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
