//! The holders of one namespace, each by its name; of every other namespace only the kinds of its holders are recorded,
//! see [`RefKinds`](super::ref_kinds::RefKinds).

use crate::ns_type::NsType;
use crate::sys::directory::Directory;

use super::{Snapshot, process};

/// One holder. They are ordered as they are listed: processes by their numbers, then mounts, then other namespaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A process, or a thread of one.
    Task(Task, HoldKind),
    /// It is mounted at this path.
    Mount {
        /// In the mount namespace with this inode number; `None` is the caller's own.
        within: Option<u32>,
        /// The path as seen from that namespace's root.
        path: Vec<u8>,
    },
    /// This namespace was made in it.
    Child(NsType, u32),
}

/// A process, or one of its threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Task {
    /// The process's number.
    pub process: u32,
    /// The thread's, if it is about that one alone.
    pub thread: Option<u32>,
}

/// How a process or a thread holds a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HoldKind {
    /// It is in it.
    Member,
    /// Its children will be in it.
    Children,
    /// It has its file open, under this number.
    Descriptor(u32),
    /// It has a socket of it open, under this number.
    Socket(u32),
}

impl Task {
    /// The process itself.
    pub fn process(process: u32) -> Task {
        let thread = None;
        Task { process, thread }
    }
}

impl Snapshot {
    /// Adds the holders that only the whole tells, its members and its children, and puts all in their order. Who has
    /// gone by now holds nothing.
    pub(super) fn add_members_and_children(&mut self, proc: &Directory, inode: u32) {
        let Some(kind) = self.namespaces.get(&inode).map(|found| found.kind) else {
            return;
        };
        let mut holders = std::mem::take(&mut self.holders);
        let members = self
            .processes
            .iter()
            .filter(|process| process.namespace(kind) == inode);
        holders.extend(
            members.map(|process| Holder::Task(Task::process(process.pid), HoldKind::Member)),
        );
        let children = self
            .namespaces
            .iter()
            .filter(|(_, child)| child.owner == inode || child.parent == inode);
        holders.extend(children.map(|(child, found)| Holder::Child(found.kind, *child)));
        let all = holders.clone();
        holders.retain(|holder| !is_implied(holder, &all) && self.load_info(proc, holder));
        holders.sort_unstable();
        self.holders = holders;
    }

    /// Whether a holder is there still; who it is, is known from then on.
    fn load_info(&mut self, proc: &Directory, holder: &Holder) -> bool {
        let Holder::Task(task, _) = holder else {
            return true;
        };
        let numbers = |process: &super::Process| process.pid;
        let Ok(at) = self.processes.binary_search_by_key(&task.process, numbers) else {
            return false;
        };
        let found = &mut self.processes[at];
        if found.info.is_none() {
            found.info = process::read_info(proc, task.process, &mut self.unread);
        }
        found.info.is_some()
    }
}

/// Whether another one says the same of more: the children of a thread are those of its process where both have the
/// same in store, and in that namespace where the thread itself is.
fn is_implied(holder: &Holder, all: &[Holder]) -> bool {
    match holder {
        Holder::Task(task, HoldKind::Children) if task.thread.is_some() => {
            let of_process = Holder::Task(Task::process(task.process), HoldKind::Children);
            all.contains(&of_process) || all.contains(&Holder::Task(*task, HoldKind::Member))
        }
        _ => false,
    }
}
