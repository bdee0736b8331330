//! What the programs read and write in /proc, `proc(5)`.

use std::os::fd::OwnedFd;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::c_int;
use nix::sys::statfs::{PROC_SUPER_MAGIC, fstatfs};

use crate::sys::file::open;

/// Opens a file of the kernel's for writing: one that decides who is who inside, say, so what is found at `path` must
/// be procfs itself and nothing that somebody put in its place.
///
/// # Errors
/// Those of `open(2)`; ENOENT for a file on another filesystem, which is not the file that was meant.
pub fn open_for_writing(path: &Path) -> Result<OwnedFd, Errno> {
    let file = open(path, OFlag::O_WRONLY | OFlag::O_NOCTTY)?;
    let filesystem = fstatfs(&file)?.filesystem_type();
    if filesystem == PROC_SUPER_MAGIC {
        Ok(file)
    } else {
        Err(Errno::ENOENT)
    }
}

/// Whether a process with this /proc/PID/status deals with `signal` by itself; `None` if the file does not say.
///
/// It has a handler; or it has the signal blocked, to fetch it by `sigwait(3)` or `signalfd(2)`; or the signal is
/// pending, which in the first process of a pid namespace one that nobody deals with never is. Only while a process
/// sits in `sigwait(3)` itself the kernel shows none of it.
pub fn handles(status: &str, signal: c_int) -> Option<bool> {
    let bit = u32::try_from(signal).ok()?.checked_sub(1)?;
    ["SigCgt:", "SigBlk:", "SigPnd:", "ShdPnd:"]
        .into_iter()
        .map(|set| {
            let mut lines = status.lines();
            let set = lines.find_map(|line| line.strip_prefix(set))?;
            let set = u64::from_str_radix(set.trim(), 16).ok()?;
            Some(set.checked_shr(bit)? & 1 == 1)
        })
        .try_fold(false, |any, this| Some(any | this?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A status in which the sets that are not named are empty.
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
            assert_eq!(handles(&status, 2), Some(true), "{set}");
            assert_eq!(handles(&status, 15), Some(true), "{set}");
            assert_eq!(handles(&status, 1), Some(false), "{set}");
        }
        assert_eq!(handles(&status(&[]), 15), Some(false));
    }

    #[test]
    fn what_is_no_signal_or_no_status_is_no_answer() {
        assert_eq!(handles(&status(&[]), 0), None);
        assert_eq!(handles(&status(&[]), 65), None);
        assert_eq!(handles("Name:\tx\n", 1), None);
        assert_eq!(handles("SigCgt:\t0000000000000001\n", 1), None);
    }
}
