//! The processes in one namespace, and whether it makes a difference which of them is entered.
//!
//! Several parties may share a namespace, as the containers of a pod share its network. They are distinguished by what
//! else they are in, not by their users: whoever is in the same namespaces with the same root is the same party.

use std::ffi::CStr;

use crate::ns_type::NsType;
use crate::procfs::Stat;
use crate::scan::ProcessList;
use crate::sys::directory::Directory;
use crate::sys::probe::Call;

/// The files of what a process or a thread is in, below its directory.
const OWN: [&CStr; 8] = [
    c"ns/user",
    c"ns/cgroup",
    c"ns/ipc",
    c"ns/uts",
    c"ns/net",
    c"ns/pid",
    c"ns/mnt",
    c"ns/time",
];

/// What a process is in: the inode numbers of its namespaces, and where its root is. `None` is what this kernel lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProcessNamespaces {
    namespaces: [Option<u64>; OWN.len()],
    /// Device, inode and mount.
    root: Option<((u32, u32), u64, Option<u64>)>,
}

/// A process in the namespace that is looked for.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) pid: u32,
    pub(super) namespaces: ProcessNamespaces,
    /// When it was started, in clock ticks since the machine was.
    started: u64,
    /// Whether its children are in a pid or time namespace that it is not in itself: then it has made that for them,
    /// and waits.
    waits_for_child: bool,
}

/// All of them.
pub(super) struct Candidates {
    /// The oldest first. Those that wait outside are among them only if there are no others.
    pub(super) list: Vec<Candidate>,
    /// The type of the namespace, which is known if a process is in it.
    pub(super) ns_type: Option<NsType>,
}

impl Candidates {
    /// Collects the processes in the namespace with this inode number.
    pub(super) fn collect(processes: &ProcessList, inode: u32) -> Candidates {
        let (ns_type, members) = processes.members(inode);
        let mut list = Vec::new();
        for pid in members {
            let candidate = processes
                .get(pid)
                .and_then(|process| Candidate::read_candidate(processes, pid, &process));
            list.extend(candidate);
        }
        if list.iter().any(|candidate| !candidate.waits_for_child) {
            list.retain(|candidate| !candidate.waits_for_child);
        }
        list.sort_by_key(|candidate| (candidate.started, candidate.pid));
        Candidates { list, ns_type }
    }

    /// Returns one of each party, the oldest first.
    pub(super) fn distinct(&self) -> Vec<&Candidate> {
        let mut parties: Vec<&Candidate> = Vec::new();
        for candidate in &self.list {
            if parties
                .iter()
                .all(|known| known.namespaces != candidate.namespaces)
            {
                parties.push(candidate);
            }
        }
        parties
    }
}

impl Candidate {
    /// Returns `None` for a process that has ended by now, or is a zombie.
    fn read_candidate(processes: &ProcessList, pid: u32, process: &Directory) -> Option<Candidate> {
        let status = |name: &CStr| processes.note(pid, Call::Status, process.status(name));
        let inode = |name: &CStr| status(name).map(|found| found.inode);
        let is_elsewhere = |own: &CStr, of_children: &CStr| match (inode(own), inode(of_children)) {
            (Some(own), Some(theirs)) => own != theirs,
            _ => false,
        };
        let waits_for_child = is_elsewhere(c"ns/pid", c"ns/pid_for_children")
            || is_elsewhere(c"ns/time", c"ns/time_for_children");
        // Nothing but its user namespace is left to a zombie.
        inode(c"ns/mnt")?;
        let root = processes.note_file(pid, Call::Status, process.status(c"root"));
        let namespaces = ProcessNamespaces {
            namespaces: OWN.map(inode),
            root: root.map(|root| (root.device, root.inode, root.mount)),
        };
        Some(Candidate {
            pid,
            namespaces,
            started: Stat::parse(&processes.read_file(pid, process, c"stat")?)?.started,
            waits_for_child,
        })
    }

    /// Returns whether the process with this number is still that one.
    pub(super) fn is_unchanged(&self, processes: &ProcessList) -> bool {
        let now = processes.get(self.pid);
        let now = now.and_then(|process| Candidate::read_candidate(processes, self.pid, &process));
        now.is_some_and(|now| (now.namespaces, now.started) == (self.namespaces, self.started))
    }
}
