//! A gate between two processes: one waits before it, the other opens it and hands a number through, and the one that
//! waits also learns if nobody is left who could.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, recv, send, socketpair};
use nscore::sys::file::move_above_stdio;

/// Made before the fork, so that each of the two processes has a copy of both ends.
pub(crate) struct SyncSocket {
    wait_end: OwnedFd,
    release_end: Option<OwnedFd>,
}

impl SyncSocket {
    /// A closed gate. Its messages arrive whole.
    ///
    /// # Errors
    /// Those of `socketpair(2)`.
    pub(crate) fn new() -> Result<SyncSocket, Errno> {
        let (family, kind) = (AddressFamily::Unix, SockType::SeqPacket);
        let (wait_end, release_end) = socketpair(family, kind, None, SockFlag::SOCK_CLOEXEC)?;
        Ok(SyncSocket {
            wait_end: move_above_stdio(wait_end)?,
            release_end: Some(move_above_stdio(release_end)?),
        })
    }

    /// Waits for the number; `None` if everyone who could open the gate is gone. The process that waits lets go of its
    /// own copy of the release_end end first, or it would be one of them for ever.
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

    /// Lets the other process go on. A socket, not a pipe, so that one that is gone costs an error and not SIGPIPE.
    ///
    /// # Errors
    /// EPIPE if the other process is gone; those of `send(2)`.
    pub(crate) fn release(self, number: i32) -> Result<(), Errno> {
        let release_end = self.release_end.as_ref().ok_or(Errno::EBADF)?;
        // Our copy of the wait_end end has to go first: while it is there, a dead process looks alive.
        drop(self.wait_end);
        let message = number.to_ne_bytes();
        send(release_end.as_raw_fd(), &message, MsgFlags::MSG_NOSIGNAL).map(drop)
    }

    /// Its descriptors, for a process that keeps no others.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = RawFd> {
        let release_end = self.release_end.as_ref().map(AsRawFd::as_raw_fd);
        release_end.into_iter().chain([self.wait_end.as_raw_fd()])
    }
}
