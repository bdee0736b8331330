//! The processes that a target is searched among.

use crate::procfs::not_procfs_error;
use crate::scan::ProcessList;
use crate::scan::proc_name::to_pid;
use anyhow::{Context, Result};

use super::process::Target;

/// Lists them.
///
/// # Errors
/// `cannot open /proc`.
pub(super) fn list_processes() -> Result<ProcessList> {
    let listed = ProcessList::list().map_err(not_procfs_error);
    listed.context("cannot open /proc")
}

/// Returns the process with this number as a target.
pub(super) fn target_of(pid: u32) -> Target {
    Target::new(to_pid(pid))
}
