//! A process that stays behind: in the namespaces that its parent is about to leave, with the privilege over them
//! that the parent is about to lose.
//!
//! It is forked before `unshare(2)`, waits for its go-ahead, does one piece of work, and ends. If the parent ends
//! first, or drops it, it ends without having done anything.

use anyhow::{Context, Error, Result, bail};
use nix::libc::SIGKILL;
use nix::unistd::{Pid, getpid, getppid};
use nscore::cli::{AlreadyReported, Diagnostics};
use nscore::hardening::make_undumpable;
use nscore::hint::{self, WithHint};
use nscore::sys::process::{self, ExitReason};
use nscore::sys::signal::SignalSet;

use crate::sync_socket::SyncSocket;

/// The parent's handle.
pub(crate) struct Helper {
    /// `None` once it was opened.
    sync: Option<SyncSocket>,
    process: Pid,
}

impl Helper {
    /// Forks it. `work` gets the signal mask of the caller, since every signal is blocked meanwhile; its error is reported
    /// in the tool's name.
    ///
    /// # Errors
    /// That no process can be made.
    pub(crate) fn spawn(
        diagnostics: &Diagnostics,
        work: impl FnOnce(&SignalSet) -> Result<()>,
    ) -> Result<Helper> {
        let mut sync = SyncSocket::new().context("socketpair failed")?;
        let parent = getpid();
        let behind = || {
            // Whatever ends the parent, a key at the terminal, say, must not end this in the middle of its work.
            let mask = SignalSet::full().block();
            let turn = mask.and_then(|mask| {
                make_undumpable()?;
                Ok((mask, sync.wait()?))
            });
            let done = match turn {
                Ok((mask, Some(_))) => work(&mask),
                Ok((_, None)) => return 1,
                Err(errno) => Err(errno).context("helper process failed"),
            };
            match done {
                // Whoever has ended the parent wants to hear no more of it.
                Err(_) if getppid() != parent => 1,
                done => diagnostics.finish(done.map(|()| ExitReason::Status(0))),
            }
        };
        let process = process::spawn(behind)
            .with_hint(hint::fork)
            .context("fork failed")?;
        Ok(Helper {
            sync: Some(sync),
            process,
        })
    }

    /// Has it work, and waits for its end.
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

/// Ends a process of ours that is of no use any more, and does not leave it as a zombie.
pub(crate) fn kill_and_reap(process: Pid) {
    // Nothing is to be learnt from its end, and one that cannot be ended has ended.
    let _ = process::kill(process, SIGKILL);
    let _ = process::wait(process);
}

/// Waits for a process of ours that tells its failures itself.
///
/// # Errors
/// [`AlreadyReported`] with its exit status; that it was killed, which nobody has told yet.
pub(crate) fn wait_for_success(process: Pid, name: &str) -> Result<()> {
    match process::wait(process).context("waitpid failed")? {
        ExitReason::Status(0) => Ok(()),
        ExitReason::Status(status) => Err(Error::new(AlreadyReported(status))),
        ExitReason::Signal(signal) => bail!("{name} was killed by signal {signal}"),
    }
}

impl Drop for Helper {
    /// A helper that was never told to work is not left behind for ever.
    fn drop(&mut self) {
        if self.sync.is_some() {
            kill_and_reap(self.process);
        }
    }
}
