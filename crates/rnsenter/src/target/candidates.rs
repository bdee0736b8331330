//! The processes in one namespace, and whether it makes a difference which of them is entered.
//!
//! Several parties may share a namespace, as the containers of a pod share its network. They are told apart by what else
//! they are in, not by their users: whoever is in the same namespaces with the same root is the same party.

use std::ffi::CStr;

use nix::errno::Errno;
use nix::unistd::Pid;
use nscore::procfs::Stat;
use nscore::sys::directory::Directory;
use nscore::sys::probe::Call;

use super::by_inode::OWN;
use super::processes::Processes;
use super::sought::Sought;

/// What a process is in: the inode numbers of its namespaces, and where its root is. `None` is what this kernel lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MountInfo {
    namespaces: [Option<u64>; OWN.len()],
    /// Device, inode and mount.
    root: Option<((u32, u32), u64, Option<u64>)>,
}

/// A process in the namespace that is looked for.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) pid: Pid,
    pub(super) place: MountInfo,
    /// When it was started, in clock ticks since the machine was.
    started: u64,
    /// Whether its children are in a pid or time namespace that it is not in itself: then it has made that for them, and
    /// waits.
    waits_for_child: bool,
}

/// All of them.
pub(super) struct Candidates {
    /// The oldest first. Those that wait outside are among them only if there are no others.
    pub(super) list: Vec<Candidate>,
    /// The file below /proc/PID that is the namespace's.
    pub(super) name: Option<&'static CStr>,
}

impl Candidates {
    /// Looks at every process.
    pub(super) fn collect(processes: &Processes, sought: &Sought) -> Candidates {
        let mut found = Candidates {
            list: Vec::new(),
            name: None,
        };
        for (pid, directory) in processes.each() {
            let is_in = found.is_in(&directory, sought);
            if processes.note(pid, Call::Status, is_in) == Some(true) {
                let candidate = Candidate::read_candidate(processes, pid, &directory);
                found.list.extend(candidate);
            }
        }
        let list = &mut found.list;
        if list.iter().any(|candidate| !candidate.waits_for_child) {
            list.retain(|candidate| !candidate.waits_for_child);
        }
        list.sort_by_key(|candidate| (candidate.started, candidate.pid));
        found
    }

    /// Whether a process is in the namespace, whose type is known once one is.
    ///
    /// # Errors
    /// That the caller may not look into it, or that the call fails.
    fn is_in(&mut self, process: &Directory, sought: &Sought) -> Result<bool, Errno> {
        let any = self.name.is_none().then_some(OWN).into_iter().flatten();
        for name in self.name.into_iter().chain(any) {
            match sought.is_at(process, name) {
                Ok(true) => {
                    self.name = Some(name);
                    return Ok(true);
                }
                // This kernel has no such type, or the process is a zombie.
                Ok(false) | Err(Errno::ENOENT) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(false)
    }

    /// One of each party, the oldest first.
    pub(super) fn distinct(&self) -> Vec<&Candidate> {
        let mut parties: Vec<&Candidate> = Vec::new();
        for candidate in &self.list {
            if parties.iter().all(|known| known.place != candidate.place) {
                parties.push(candidate);
            }
        }
        parties
    }
}

impl Candidate {
    /// `None` for a process that has ended by now, or is a zombie.
    fn read_candidate(processes: &Processes, pid: Pid, process: &Directory) -> Option<Candidate> {
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
        let place = MountInfo {
            namespaces: OWN.map(inode),
            root: root.map(|root| (root.device, root.inode, root.mount)),
        };
        Some(Candidate {
            pid,
            place,
            started: Stat::parse(&processes.read(pid, process, c"stat")?)?.started,
            waits_for_child,
        })
    }

    /// Whether the process with this number is still that one.
    pub(super) fn is_unchanged(&self, processes: &Processes) -> bool {
        let now = processes.one(self.pid);
        let now = now.and_then(|process| Candidate::read_candidate(processes, self.pid, &process));
        now.is_some_and(|now| (now.place, now.started) == (self.place, self.started))
    }
}
