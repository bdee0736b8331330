//! `--kill-child`: the signal that the child gets when its parent dies, `PR_SET_PDEATHSIG` of `prctl(2)`.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use crate::sys::process::{self, has_ended, pidfd_open, set_parent_death_signal};
use crate::sys::signal::die_by;
use anyhow::{Context, Result};
use nix::libc::c_int;
use nix::unistd::getpid;

/// The signal, and the parent whose death it follows.
pub struct ParentDeathSignal {
    signal: c_int,
    parent: OwnedFd,
}

impl ParentDeathSignal {
    /// Prepares the signal for a child of this process.
    ///
    /// # Errors
    /// `pidfd_open failed`.
    pub fn new(signal: c_int) -> Result<ParentDeathSignal> {
        let parent = pidfd_open(getpid()).context("pidfd_open failed")?;
        Ok(ParentDeathSignal { signal, parent })
    }

    /// Returns the pidfd of the parent, for a child that closes all other descriptors.
    pub fn parent(&self) -> BorrowedFd<'_> {
        self.parent.as_fd()
    }

    /// Arms the signal in the child, and checks whether the parent has died already. Call it again after each change of
    /// credentials, because the kernel clears the signal then.
    ///
    /// # Errors
    /// `prctl failed`, `poll parent pidfd failed`.
    pub fn arm(&self) -> Result<()> {
        set_parent_death_signal(self.signal).context("prctl failed")?;
        if has_ended(&self.parent).context("poll parent pidfd failed")? {
            // The kernel discards most signals that a PID 1 sends to itself: it exits then.
            process::exit(die_by(self.signal));
        }
        Ok(())
    }
}
