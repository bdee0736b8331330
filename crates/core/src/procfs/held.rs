//! The states of other processes, for a process that waits beside programs which may mount anything.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2, readlinkat};
use nix::unistd::{Pid, getpid};

use super::{ProcStatus, try_open_verified};
use crate::regular_file::{MOST_READ, read_whole_lines};
use crate::self_fds::SAFE_FLAGS;

/// The procfs of this process's PID namespace, held by a descriptor. What is mounted on it or in it later is not looked
/// into, so nothing there can keep this process waiting.
#[derive(Debug)]
pub struct HeldProc(OwnedFd);

impl HeldProc {
    /// Opens what is on /proc; `None` if that is no procfs, or one of another PID namespace.
    pub fn open() -> Option<HeldProc> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY;
        let held = try_open_verified(Path::new("/proc"), flags).ok()?;
        let own = readlinkat(&held, "self").ok()?;
        (own == getpid().to_string().as_str()).then_some(HeldProc(held))
    }

    /// Returns the letter of a process's state, `proc_pid_status(5)`; `None` if it is gone or the kernel cannot open
    /// files without looking into mounts, before Linux 5.6.
    pub fn state_of(&self, process: Pid) -> Option<char> {
        let how = OpenHow::new().flags(SAFE_FLAGS);
        let how = how.resolve(ResolveFlag::RESOLVE_NO_XDEV);
        let path = format!("{process}/status");
        let file = openat2(&self.0, path.as_str(), how).ok()?;
        let status = ProcStatus::new(read_whole_lines(File::from(file), MOST_READ).ok()?);
        status.field("State")?.chars().next()
    }
}

impl AsFd for HeldProc {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_a_state_until_it_is_gone() {
        let held = HeldProc::open().expect("/proc is of this PID namespace");
        // The first thread of a test waits for the others.
        assert!(matches!(held.state_of(getpid()), Some('R' | 'S')));
        assert_eq!(held.state_of(Pid::from_raw(i32::MAX)), None);
    }
}
