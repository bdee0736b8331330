//! The namespaces that the network helper connects to the outside.

use std::os::fd::OwnedFd;

use nix::unistd::Pid;

/// The namespaces of the program.
pub(super) struct NetworkTarget {
    /// A process in them, which waits meanwhile.
    pub(super) process: Pid,
    pub(super) network: OwnedFd,
    /// Whether the user and the group 0 are mapped.
    pub(super) has_root: bool,
    /// Whether this process has the privilege of root over them, wherever they belong.
    pub(super) is_for_root: bool,
}
