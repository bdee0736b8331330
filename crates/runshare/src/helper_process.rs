//! A helper process that remains in the namespaces that its parent is about to leave, with the privilege over them that
//! the parent is about to lose.
//!
//! It is forked before `unshare(2)`, waits until it is released, does its work, and ends. If the parent ends first, or
//! drops it, it ends without having done anything.

use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;
use nix::libc::SIGKILL;
use nix::unistd::{Pid, getpid, getppid};
use nscore::cli::{AlreadyReported, Diagnostics, sentence};
use nscore::hardening::make_undumpable;
use nscore::hint::{self, WithHint};
use nscore::sys::process::{self, ExitReason, pidfd_open, pidfd_send_signal};
use nscore::sys::signal::SignalSet;

use crate::sync_socket::SyncSocket;

/// The parent's handle.
pub(crate) struct HelperProcess {
    /// `None` once the helper was released.
    sync: Option<SyncSocket>,
    process: Pid,
}

impl HelperProcess {
    /// Forks the helper. `work` gets the signal mask of the caller, since every signal is blocked meanwhile; its error
    /// is reported in the tool's name.
    ///
    /// # Errors
    /// `socketpair failed`, `fork failed`.
    pub(crate) fn spawn(
        diagnostics: &Diagnostics,
        work: impl FnOnce(&SignalSet) -> Result<()>,
    ) -> Result<HelperProcess> {
        let mut sync = SyncSocket::new().context("socketpair failed")?;
        let parent = getpid();
        let child = || {
            // A signal that ends the parent, such as Ctrl-C, must not interrupt the work.
            let mask = SignalSet::full().block();
            let released = mask.and_then(|mask| {
                make_undumpable()?;
                Ok((mask, sync.wait()?))
            });
            let result = match released {
                Ok((mask, Some(_))) => work(&mask),
                Ok((_, None)) => return 1,
                Err(errno) => Err(errno).context("helper process failed"),
            };
            match result {
                // The parent has been ended by a signal: an error message would be of no use.
                Err(_) if getppid() != parent => 1,
                result => diagnostics.finish(result.map(|()| ExitReason::Status(0))),
            }
        };
        let process = process::spawn(child)
            .with_hint(hint::explain_fork)
            .context("fork failed")?;
        Ok(HelperProcess {
            sync: Some(sync),
            process,
        })
    }

    /// Releases the helper to do its work, and waits for its end.
    ///
    /// # Errors
    /// [`AlreadyReported`] if the work failed; that the helper was killed.
    pub(crate) fn run(mut self) -> Result<()> {
        match self.sync.take().map(|sync| sync.release(0)) {
            Some(Err(errno)) => {
                kill_and_reap(self.process);
                Err(errno).context("helper process: send failed")
            }
            _ => wait_for_success(self.process, "helper process"),
        }
    }
}

/// Kills a child that is no longer needed, and reaps it.
pub(crate) fn kill_and_reap(process: Pid) {
    // How it ended does not matter. What a sandbox does not let us kill is not waited for: it would not end.
    if kill_child(process).is_ok() {
        let _ = process::wait(process);
    }
}

/// Kills a child that is not reaped yet, also one that has ended.
///
/// # Errors
/// Those of `kill(2)`, of which only a filter makes any.
pub(crate) fn kill_child(process: Pid) -> Result<(), Errno> {
    let by_pidfd = || pidfd_send_signal(pidfd_open(process)?, SIGKILL);
    process::kill(process, SIGKILL).or_else(|errno| by_pidfd().map_err(|_| errno))
}

/// Waits for a child that reports its errors itself.
///
/// # Errors
/// [`AlreadyReported`] with its exit status; that it was killed, which was not reported yet.
pub(crate) fn wait_for_success(process: Pid, name: &str) -> Result<()> {
    match process::wait(process).context("waitpid failed")? {
        ExitReason::Status(0) => Ok(()),
        ExitReason::Status(status) => Err(Error::new(AlreadyReported(status))),
        ExitReason::Signal(signal) => {
            bail!(sentence("%s was killed by signal %s", &[&name, &signal]))
        }
    }
}

impl Drop for HelperProcess {
    /// Ends a helper that was not released.
    fn drop(&mut self) {
        if self.sync.is_some() {
            kill_and_reap(self.process);
        }
    }
}
