//! A signal that has come: what the kernel reports of it, and sending it on as it came.

use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::libc::{self, c_int, siginfo_t};

use super::process::pidfd_send_signal_with;

/// A signal that [`SignalSet::wait`](super::signal::SignalSet::wait) took.
pub struct SigInfo(siginfo_t);

impl SigInfo {
    pub(super) fn new(details: siginfo_t) -> SigInfo {
        SigInfo(details)
    }

    /// Returns its number.
    pub fn number(&self) -> c_int {
        self.0.si_signo
    }

    /// Returns whether the kernel sent it and no process: a key at the terminal, the end of a session, a timer.
    pub fn is_from_kernel(&self) -> bool {
        self.0.si_code == libc::SI_KERNEL
    }

    /// Returns whether it is the kernel's news that a child's state has changed, or that a descriptor can be read whose
    /// owner asked for SIGCHLD. One that a process sent is SIGCHLD too, but reports nothing.
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
        pidfd_send_signal_with(pidfd, self.number(), queued.then_some(&self.0))
    }
}
