//! The processes that a target is searched among.

use crate::procfs::not_procfs_error;
use crate::scan::Processes;
use anyhow::{Context, Result};
use nix::unistd::Pid;

use super::process::Target;

/// Lists them.
///
/// # Errors
/// `cannot open /proc`.
pub(super) fn list_processes() -> Result<Processes> {
    let listed = Processes::list().map_err(not_procfs_error);
    listed.context("cannot open /proc")
}

/// The process with this number as a target.
pub(super) fn target_of(pid: u32) -> Target {
    Target::new(to_pid(pid))
}

/// A process's number for a system call.
pub(super) fn to_pid(pid: u32) -> Pid {
    Pid::from_raw(i32::try_from(pid).unwrap_or(i32::MAX))
}
