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

/// Whether a process with this /proc/PID/status has a handler for `signal`; `None` if the file does not say.
pub fn catches(status: &str, signal: c_int) -> Option<bool> {
    let mut lines = status.lines();
    let caught = lines.find_map(|line| line.strip_prefix("SigCgt:"))?;
    let caught = u64::from_str_radix(caught.trim(), 16).ok()?;
    let bit = u32::try_from(signal).ok()?.checked_sub(1)?;
    Some(caught.checked_shr(bit)? & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_bit_of_the_mask_of_caught_signals() {
        let status = "Name:\tx\nSigIgn:\tffffffffffffffff\nSigCgt:\t0000000000004002\n";
        assert_eq!(catches(status, 2), Some(true));
        assert_eq!(catches(status, 15), Some(true));
        assert_eq!(catches(status, 1), Some(false));
        assert_eq!(catches(status, 0), None);
        assert_eq!(catches(status, 65), None);
        assert_eq!(catches("Name:\tx\n", 1), None);
    }
}
