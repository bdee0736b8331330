//! What the programs read and write in /proc, `proc(5)`.

mod cgroup;
mod digits;
mod held;
mod idmap;
mod mountinfo;
mod proc;
mod stat;
mod status;

use std::os::fd::OwnedFd;
use std::path::Path;

use anyhow::Error;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::c_int;

use crate::sys::file::open;
use crate::sys::procfs::ensure_procfs;
pub use cgroup::{CgroupLine, cgroup_lines, main_cgroup};
pub use digits::{parse_digits, split_digits};
pub use held::HeldProc;
pub(crate) use idmap::inner_id;
pub use idmap::{IdKind, MapExtent, map_extents};
pub(crate) use mountinfo::unescape;
pub use mountinfo::{MountPoint, mount_of, mount_points};
pub use proc::Proc;
pub use stat::Stat;
pub use status::ProcStatus;

/// Opens a file of the kernel's, `/proc/self/uid_map`, which decides who is who: what is found at `path` must be procfs
/// itself and nothing that somebody has put in its place.
///
/// # Errors
/// Those of `open(2)`; that it is something else.
pub fn open_verified(path: &Path, access: OFlag) -> Result<OwnedFd, Error> {
    try_open_verified(path, access).map_err(not_procfs_error)
}

/// Returns the error that a number represents where EXDEV means that something is not on procfs.
pub fn not_procfs_error(errno: Errno) -> Error {
    match errno {
        Errno::EXDEV => Error::msg("it is not on procfs"),
        errno => Error::new(errno),
    }
}

/// [`open_verified`] with an error number for everything.
///
/// # Errors
/// Those of `open(2)`; EXDEV for what is not on procfs.
pub fn try_open_verified(path: &Path, access: OFlag) -> Result<OwnedFd, Errno> {
    // Where a FIFO has been mounted over the file, nobody may ever come to its other end.
    match open(path, access | OFlag::O_NOCTTY | OFlag::O_NONBLOCK) {
        Ok(file) => ensure_procfs(&file).map(|()| file),
        // A FIFO, a socket, a device that nobody serves: procfs has none of them.
        Err(Errno::ENXIO) => Err(Errno::EXDEV),
        Err(errno) => Err(errno),
    }
}

/// Returns whether a process with this /proc/PID/status deals with `signal` by itself; `None` if the file does not say.
///
/// It has a handler; or it has the signal blocked, to fetch it by `sigwait(3)` or `signalfd(2)`; or the signal is
/// pending, which in the first process of a pid namespace one that nobody deals with never is. Only while a process
/// sits in `sigwait(3)` itself the kernel shows none of it.
pub fn handles(status: &[u8], signal: c_int) -> Option<bool> {
    let bit = u32::try_from(signal).ok()?.checked_sub(1)?;
    let status = ProcStatus::new(status);
    ["SigCgt", "SigBlk", "SigPnd", "ShdPnd"]
        .into_iter()
        .map(|set| Some(status.mask(set)?.checked_shr(bit)? & 1 == 1))
        .try_fold(false, |any, this| Some(any | this?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a status in which the sets that are not named are empty.
    fn status(sets: &[(&str, u64)]) -> String {
        let line = |name: &str| {
            let found = sets.iter().find(|(named, _)| *named == name);
            format!("{name}:\t{:016x}\n", found.map_or(0, |(_, set)| *set))
        };
        let names = ["SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt"];
        "Name:\tx\n".to_owned() + &names.map(line).concat()
    }

    #[test]
    fn a_signal_is_dealt_with_if_it_is_caught_blocked_or_pending() {
        for set in ["SigCgt", "SigBlk", "SigPnd", "ShdPnd"] {
            let status = status(&[(set, 0x4002), ("SigIgn", u64::MAX)]);
            assert_eq!(handles(status.as_bytes(), 2), Some(true), "{set}");
            assert_eq!(handles(status.as_bytes(), 15), Some(true), "{set}");
            assert_eq!(handles(status.as_bytes(), 1), Some(false), "{set}");
        }
        assert_eq!(handles(status(&[]).as_bytes(), 15), Some(false));
    }

    #[test]
    fn a_name_that_is_no_text_hides_nothing() {
        let status = [
            &b"Name:\t\xff\xfe\n"[..],
            status(&[("SigCgt", 0x4000)]).as_bytes(),
        ]
        .concat();
        assert_eq!(handles(&status, 15), Some(true));
        assert_eq!(handles(&status, 1), Some(false));
    }

    #[test]
    fn what_is_no_signal_or_no_status_is_no_answer() {
        assert_eq!(handles(status(&[]).as_bytes(), 0), None);
        assert_eq!(handles(status(&[]).as_bytes(), 65), None);
        assert_eq!(handles(b"Name:\tx\n", 1), None);
        assert_eq!(handles(b"SigCgt:\t0000000000000001\n", 1), None);
    }
}
