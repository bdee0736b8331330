//! A socket pair with which one process waits until another releases it with a number; the waiting process also learns
//! if no process is left that could release it.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv, send};
use nscore::cli::AlreadyReported;
use nscore::sys::file::socket_pair;

/// Created before the fork, so that each of the two processes has a copy of both ends.
pub(crate) struct SyncSocket {
    wait_end: OwnedFd,
    release_end: Option<OwnedFd>,
}

impl SyncSocket {
    /// Creates the pair. Messages are not split.
    ///
    /// # Errors
    /// Those of `socketpair(2)`.
    pub(crate) fn new() -> Result<SyncSocket, Errno> {
        let (wait_end, release_end) = socket_pair()?;
        Ok(SyncSocket {
            wait_end,
            release_end: Some(release_end),
        })
    }

    /// Waits for the number; `None` if every process that could send it has ended. The waiting process closes its own
    /// copy of the sending end first, or it would wait for itself forever.
    ///
    /// # Errors
    /// Those of `recv(2)`.
    pub(crate) fn wait(&mut self) -> Result<Option<i32>, Errno> {
        self.release_end = None;
        let mut number = [0; size_of::<i32>()];
        loop {
            match recv(self.wait_end.as_raw_fd(), &mut number, MsgFlags::empty()) {
                Ok(length) if length == number.len() => {
                    return Ok(Some(i32::from_ne_bytes(number)));
                }
                Ok(_) => return Ok(None),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }

    /// Releases the other process. This is a socket and not a pipe, so that a process that has ended causes an error
    /// and not SIGPIPE.
    ///
    /// # Errors
    /// EPIPE if the other process has ended; those of `send(2)`.
    pub(crate) fn release(self, number: i32) -> Result<(), Errno> {
        let release_end = self.release_end.as_ref().ok_or(Errno::EBADF)?;
        // While a copy of the waiting end is open, send(2) succeeds even if the other process has ended.
        drop(self.wait_end);
        let message = number.to_ne_bytes();
        send(release_end.as_raw_fd(), &message, MsgFlags::MSG_NOSIGNAL).map(drop)
    }

    /// Returns its descriptors, for a process that closes all others.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = RawFd> {
        let release_end = self.release_end.as_ref().map(AsRawFd::as_raw_fd);
        release_end.into_iter().chain([self.wait_end.as_raw_fd()])
    }
}

/// Waits until the other process is ready.
///
/// # Errors
/// [`AlreadyReported`] if that has failed.
pub(crate) fn wait_for_release(sync: &mut SyncSocket) -> Result<()> {
    match sync.wait().context("recv failed")? {
        Some(_) => Ok(()),
        None => Err(AlreadyReported(1).into()),
    }
}
