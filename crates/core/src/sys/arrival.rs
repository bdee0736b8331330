//! A signal that has come: what the kernel tells of it, and sending it on as it came.

use std::ptr;

use nix::errno::Errno;
use nix::libc::{self, c_int, siginfo_t};
use nix::unistd::Pid;

use super::process::kill;

/// A signal that [`SignalSet::wait`](super::signal::SignalSet::wait) took.
pub struct Arrival(siginfo_t);

impl Arrival {
    pub(super) fn new(details: siginfo_t) -> Arrival {
        Arrival(details)
    }

    /// Which one it is.
    pub fn number(&self) -> c_int {
        self.0.si_signo
    }

    /// Whether the kernel sent it and no process: a key at the terminal, the end of a session, a timer.
    pub fn is_the_kernels(&self) -> bool {
        self.0.si_code == libc::SI_KERNEL
    }

    /// Whether it is the kernel's news that a child's state has changed, or that a descriptor can be read whose owner
    /// asked for SIGCHLD. One that a process sent is SIGCHLD too, but tells nothing.
    pub fn tells_news(&self) -> bool {
        self.number() == libc::SIGCHLD && (self.0.si_code > 0 || self.0.si_code == libc::SI_SIGIO)
    }

    /// Sends it to `process`, with the value that came with it if it was queued, `sigqueue(3)`.
    ///
    /// # Errors
    /// Those of `kill(2)`.
    pub fn send_to(&self, process: Pid) -> Result<(), Errno> {
        // The kernel lets nobody forge what it sent itself, or kill(2), or tgkill(2).
        if self.0.si_code >= 0 || self.0.si_code == libc::SI_TKILL {
            return kill(process, self.number());
        }
        let details: *const siginfo_t = ptr::from_ref(&self.0);
        let (call, to) = (libc::SYS_rt_sigqueueinfo, process.as_raw());
        // SAFETY: the pointer is to a siginfo_t that outlives the call.
        let queued = unsafe { libc::syscall(call, to, self.number(), details) };
        Errno::result(queued).map(drop)
    }
}
