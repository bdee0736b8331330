//! The states of other processes, for a process that waits beside programs which may mount anything.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
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
        let held = HeldProc(try_open_verified(Path::new("/proc"), flags).ok()?);
        let own = held.status("self")?.field("Pid")?.to_owned();
        (own == getpid().to_string()).then_some(held)
    }

    /// Returns the letter of a process's state, `proc_pid_status(5)`; `None` if it is gone or the kernel cannot open
    /// files without looking into mounts, before Linux 5.6.
    pub fn state_of(&self, process: Pid) -> Option<char> {
        let status = self.status(&process.to_string())?;
        status.field("State")?.chars().next()
    }

    fn status(&self, process: &str) -> Option<ProcStatus> {
        let resolve = ResolveFlag::RESOLVE_NO_XDEV | ResolveFlag::RESOLVE_NO_MAGICLINKS;
        let how = OpenHow::new().flags(SAFE_FLAGS).resolve(resolve);
        let path = format!("{process}/status");
        let file = openat2(&self.0, path.as_str(), how).ok()?;
        let contents = read_whole_lines(File::from(file), MOST_READ).ok()?;
        Some(ProcStatus::new(contents))
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
