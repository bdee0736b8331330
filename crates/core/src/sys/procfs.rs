//! Whether a descriptor is of procfs, `proc(5)`: what is on /proc may be anything.

use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::sys::statfs::{PROC_SUPER_MAGIC, fstatfs};

/// Checks that a file is procfs's own.
///
/// # Errors
/// Those of `fstatfs(2)`; EXDEV for what is not on procfs.
pub fn ensure_procfs(file: impl AsFd) -> Result<(), Errno> {
    match fstatfs(file)?.filesystem_type() {
        PROC_SUPER_MAGIC => Ok(()),
        _ => Err(Errno::EXDEV),
    }
}
