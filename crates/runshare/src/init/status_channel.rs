//! The channel on which init sends the status of the program to the tool, whose child the program is not.
//!
//! Init sends the kernel's own wait status, so that an end by a signal cannot be confused with an exit status. Before
//! that the program sends a ready message, which gives the tool its PID.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::libc::{SIGCHLD, c_int};
use nix::sys::socket::MsgFlags;
use nix::unistd::Pid;
use nscore::sys::file::signal_input;
use nscore::sys::process::WaitStatus;

use crate::message_with_pid::{recv_with_pid, send_number, socket_pair};

/// The end of the init and the program.
pub(crate) struct StatusSender(OwnedFd);

/// The end of the tool.
pub(crate) struct StatusReceiver(OwnedFd);

/// Creates both ends, before the fork. This process gets SIGCHLD when a message arrives, as for a child.
///
/// # Errors
/// Those of `socketpair(2)`, `setsockopt(2)` and `fcntl(2)`.
pub(crate) fn channel() -> Result<(StatusSender, StatusReceiver), Errno> {
    let (sender, receiver) = socket_pair()?;
    signal_input(&receiver, SIGCHLD)?;
    Ok((StatusSender(sender), StatusReceiver(receiver)))
}

impl StatusSender {
    /// Sends the ready message of the program.
    ///
    /// # Errors
    /// EPIPE if the tool has ended.
    pub(crate) fn send_ready(&self) -> Result<(), Errno> {
        send_number(&self.0, 0, MsgFlags::empty())
    }

    /// Sends a status of the program. The last one waits until there is room; any other is dropped if a stopped tool
    /// has left hundreds of messages unread.
    ///
    /// # Errors
    /// EPIPE if the tool has ended; EAGAIN if it was dropped.
    pub(crate) fn send(&self, status: c_int) -> Result<(), Errno> {
        let flags = match WaitStatus::from_raw(status) {
            WaitStatus::Ended(_) => MsgFlags::empty(),
            _ => MsgFlags::MSG_DONTWAIT,
        };
        send_number(&self.0, status, flags)
    }

    /// Returns its descriptor, for a process that closes all others.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl StatusReceiver {
    /// Waits for the ready message and returns the PID of the program as seen here; `None` if init ended before.
    ///
    /// # Errors
    /// Those of `recvmsg(2)`.
    pub(crate) fn recv_pid(&self) -> Result<Option<Pid>, Errno> {
        let message = recv_with_pid(&self.0, MsgFlags::empty())?;
        Ok(message.map(|(sender, _)| sender))
    }

    /// Returns the next status of the program, if there is one.
    ///
    /// # Errors
    /// Those of `recvmsg(2)`.
    pub(crate) fn try_recv(&self) -> Result<Option<WaitStatus>, Errno> {
        let message = match recv_with_pid(&self.0, MsgFlags::MSG_DONTWAIT) {
            Err(Errno::EAGAIN) => None,
            message => message?,
        };
        Ok(message.map(|(_, status)| WaitStatus::from_raw(status)))
    }

    /// Returns its descriptor, for a process that closes all others.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
