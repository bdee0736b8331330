//! The holders of one namespace, each by its name; of every other namespace only the kinds of its holders are recorded,
//! see [`RefKinds`](super::ref_kinds::RefKinds).

use crate::ns_type::NsType;

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
    /// Returns the process itself.
    pub fn process(process: u32) -> Task {
        let thread = None;
        Task { process, thread }
    }
}
