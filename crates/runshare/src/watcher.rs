//! A watcher: a process that stays in the namespaces of the caller, and ends or removes something when the tool has
//! ended, however that ended. It leads a session of its own, so that what the terminal sends to the job, or a kill of
//! the whole job, does not reach it.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::c_int;
use nix::poll::{PollFd, PollTimeout, poll};
use nix::sys::socket::{MsgFlags, Shutdown, recv, send, shutdown};
use nix::unistd::{Pid, getpid, setsid};
use nscore::cli::AlreadyReported;
use nscore::hardening::hide_process;
use nscore::hint::{self, WithHint};
use nscore::sys::process::{self, ExitReason, pidfd_open};
use nscore::sys::signal::SignalSet;

use crate::message_with_pid::{send_number, socket_pair};

/// The tool's handle of a watcher.
pub(crate) struct WatcherHandle {
    process: Pid,
    socket: OwnedFd,
}

impl WatcherHandle {
    /// Forks it; `work` gets the pidfd of the tool and its end of the socket, and returns the exit status. Call it
    /// before anything is entered.
    ///
    /// # Errors
    /// `pidfd_open failed`, `socketpair failed`, `fork failed`.
    pub(crate) fn spawn(work: impl FnOnce(OwnedFd, OwnedFd) -> c_int) -> Result<WatcherHandle> {
        let tool = pidfd_open(getpid()).context("pidfd_open failed")?;
        let (socket, watcher_socket) = socket_pair().context("socketpair failed")?;
        let process = process::spawn(|| work(tool, watcher_socket))
            .with_hint(hint::explain_fork)
            .context("fork failed")?;
        Ok(WatcherHandle { process, socket })
    }

    /// In the child: sends a number with the PID of this process, and waits for the answer.
    ///
    /// # Errors
    /// [`AlreadyReported`] if the watcher has failed; `send failed`, `recv failed`.
    pub(crate) fn request(&self, number: c_int) -> Result<()> {
        match send_number(&self.socket, number, MsgFlags::empty()) {
            Err(Errno::EPIPE) => {}
            sent => sent.context("send failed")?,
        }
        self.wait_for_answer()
    }

    /// Waits until the watcher has answered.
    ///
    /// # Errors
    /// [`AlreadyReported`] if it has failed; `recv failed`.
    pub(crate) fn wait_for_answer(&self) -> Result<()> {
        let mut answer = [0];
        loop {
            match recv(self.socket.as_raw_fd(), &mut answer, MsgFlags::empty()) {
                Err(Errno::EINTR) => {}
                Ok(0) | Err(Errno::ECONNRESET) => return Err(AlreadyReported(1).into()),
                received => return received.map(drop).context("recv failed"),
            }
        }
    }

    /// Returns the descriptor that the tool needs.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    /// Has the watcher do its last work, and waits for its end, which is returned the first time.
    pub(crate) fn close(&self) -> Option<ExitReason> {
        // If the watcher has ended, there is nothing left to close, and no child to wait for after the first call. What
        // a sandbox does not let us shut down would be waited for without end: a message that is no number says the
        // same.
        if let Err(Errno::ENOSYS | Errno::EPERM | Errno::EACCES) =
            shutdown(self.socket.as_raw_fd(), Shutdown::Both)
        {
            let _ = send(self.socket.as_raw_fd(), &[0], MsgFlags::MSG_NOSIGNAL);
        }
        process::wait(self.process).ok()
    }
}

impl Drop for WatcherHandle {
    fn drop(&mut self) {
        self.close();
    }
}

/// In the watcher: leaves the session of the caller. Returns the signal mask of the caller; every signal is blocked.
///
/// # Errors
/// `prctl failed`, `setsid failed`, `sigprocmask failed`.
pub(crate) fn leave_job() -> Result<SignalSet> {
    hide_process()?;
    setsid().context("setsid failed")?;
    SignalSet::full().block().context("sigprocmask failed")
}

/// Waits until something happens at one of these.
///
/// # Errors
/// `poll failed`.
pub(crate) fn wait_for_any(watched: &mut [PollFd<'_>]) -> Result<()> {
    while let Err(errno) = poll(watched, PollTimeout::NONE) {
        if errno != Errno::EINTR {
            return Err(errno).context("poll failed");
        }
    }
    Ok(())
}

/// In the watcher: answers the process that waits.
///
/// # Errors
/// `send failed`.
pub(crate) fn send_answer(socket: &OwnedFd) -> Result<()> {
    match send(socket.as_raw_fd(), &[1], MsgFlags::MSG_NOSIGNAL) {
        // The other process has ended; the end of the tool follows.
        Ok(_) | Err(Errno::EPIPE) => Ok(()),
        Err(errno) => Err(errno).context("send failed"),
    }
}
