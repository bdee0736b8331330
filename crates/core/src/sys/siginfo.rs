//! A signal that has come: what the kernel tells of it, and sending it on as it came.

use std::os::fd::{AsFd, AsRawFd};
use std::ptr;

use nix::errno::Errno;
use nix::libc::{self, c_int, siginfo_t};

/// A signal that [`SignalSet::wait`](super::signal::SignalSet::wait) took.
pub struct SigInfo(siginfo_t);

impl SigInfo {
    pub(super) fn new(details: siginfo_t) -> SigInfo {
        SigInfo(details)
    }

    /// Which one it is.
    pub fn number(&self) -> c_int {
        self.0.si_signo
    }

    /// Whether the kernel sent it and no process: a key at the terminal, the end of a session, a timer.
    pub fn is_from_kernel(&self) -> bool {
        self.0.si_code == libc::SI_KERNEL
    }

    /// Whether it is the kernel's news that a child's state has changed, or that a descriptor can be read whose owner
    /// asked for SIGCHLD. One that a process sent is SIGCHLD too, but tells nothing.
    pub fn is_child_event(&self) -> bool {
        self.number() == libc::SIGCHLD && (self.0.si_code > 0 || self.0.si_code == libc::SI_SIGIO)
    }

    /// Sends it to the process of this pidfd, with the value that came with it if it was queued,
    /// `pidfd_send_signal(2)`.
    ///
    /// # Errors
    /// ESRCH if it has ended; EPERM.
    pub fn send_to(&self, pidfd: impl AsFd) -> Result<(), Errno> {
        // The kernel lets nobody forge what it sent itself, or kill(2), or tgkill(2).
        let queued = self.0.si_code < 0 && self.0.si_code != libc::SI_TKILL;
        let details: *const siginfo_t = match queued {
            true => &raw const self.0,
            false => ptr::null(),
        };
        let (pidfd, no_flags) = (pidfd.as_fd(), libc::c_uint::MIN);
        let (call, to) = (libc::SYS_pidfd_send_signal, pidfd.as_raw_fd());
        // SAFETY: the pointer is null, which asks for the details that kill(2) would send, or to a siginfo_t that
        // outlives the call.
        let result = unsafe { libc::syscall(call, to, self.number(), details, no_flags) };
        Errno::result(result).map(drop)
    }
}
