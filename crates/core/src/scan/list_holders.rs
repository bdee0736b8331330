//! Completes the list of the holders of one namespace once everything was read: its members, its children, and who each
//! process is.

use crate::sys::directory::Directory;

use super::{HoldKind, Holder, Process, Snapshot, Task, process};

impl Snapshot {
    /// Adds the holders that are known only after the whole scan, members and children, and sorts all. A process that
    /// has ended holds nothing.
    pub(super) fn add_members_and_children(&mut self, proc: &Directory, inode: u32) {
        let Some(ns_type) = self.namespaces.get(&inode).map(|found| found.ns_type) else {
            return;
        };
        let mut holders = std::mem::take(&mut self.holders);
        let members = self
            .processes
            .iter()
            .filter(|process| process.namespace(ns_type) == inode);
        holders.extend(
            members.map(|process| Holder::Task(Task::process(process.pid), HoldKind::Member)),
        );
        let children = self
            .namespaces
            .iter()
            .filter(|(_, child)| child.owner == inode || child.parent == inode);
        holders.extend(children.map(|(child, found)| Holder::Child(found.ns_type, *child)));
        let all = holders.clone();
        holders.retain(|holder| !is_implied(holder, &all) && self.load_info(proc, holder));
        holders.sort_unstable();
        self.holders = holders;
    }

    /// Returns whether a holder is there still; who it is, is known from then on.
    fn load_info(&mut self, proc: &Directory, holder: &Holder) -> bool {
        let Holder::Task(task, _) = holder else {
            return true;
        };
        let numbers = |process: &Process| process.pid;
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

/// Returns whether another holder implies this one: the children of a thread are those of its process where both have
/// the same in store, and in that namespace where the thread itself is.
fn is_implied(holder: &Holder, all: &[Holder]) -> bool {
    match holder {
        Holder::Task(task, HoldKind::Children) if task.thread.is_some() => {
            let of_process = Holder::Task(Task::process(task.process), HoldKind::Children);
            all.contains(&of_process) || all.contains(&Holder::Task(*task, HoldKind::Member))
        }
        _ => false,
    }
}
