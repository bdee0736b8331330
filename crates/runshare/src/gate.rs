//! A gate between two processes: one waits before it, the other opens it, and the one that waits also learns if the
//! other ended without opening it.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, recv, send, socketpair};
use nscore::sys::file::above_standard;

/// Made before the fork, so that each of the two processes has a copy of both ends.
pub(crate) struct Gate {
    waiting: OwnedFd,
    opening: Option<OwnedFd>,
}

impl Gate {
    /// A closed gate.
    ///
    /// # Errors
    /// Those of `socketpair(2)`.
    pub(crate) fn new() -> Result<Gate, Errno> {
        let (family, kind) = (AddressFamily::Unix, SockType::Stream);
        let (waiting, opening) = socketpair(family, kind, None, SockFlag::SOCK_CLOEXEC)?;
        Ok(Gate {
            waiting: above_standard(waiting)?,
            opening: Some(above_standard(opening)?),
        })
    }

    /// Waits; whether the gate was opened. The process that waits lets go of its own copy of the opening end, or it
    /// would never learn that nobody else has one.
    pub(crate) fn wait(&mut self) -> bool {
        self.opening = None;
        let mut word = [0_u8];
        loop {
            match recv(self.waiting.as_raw_fd(), &mut word, MsgFlags::empty()) {
                Err(Errno::EINTR) => {}
                received => return received == Ok(1),
            }
        }
    }

    /// Lets the other process go on. A socket, not a pipe, so that one that is gone costs an error and not SIGPIPE.
    ///
    /// # Errors
    /// EPIPE if the other process is gone.
    pub(crate) fn open(self) -> io::Result<()> {
        let opening = self.opening.as_ref().ok_or(Errno::EBADF)?;
        // Our copy of the waiting end has to go first: while it is there, a dead process looks alive.
        drop(self.waiting);
        send(opening.as_raw_fd(), &[1], MsgFlags::MSG_NOSIGNAL)?;
        Ok(())
    }
}
