//! The channel on which init sends the status of the program to the tool, whose child the program is not.
//!
//! Init sends the kernel's own wait status, so that an end by a signal cannot be confused with an exit status. Before
//! that the program sends a ready message, which gives the tool its PID: the kernel attaches the sender's PID, as seen in
//! the receiver's PID namespace. This is a socket and not a pipe: messages are not split, and a tool that has ended
//! causes an error and not SIGPIPE.

use std::io::IoSliceMut;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use nix::cmsg_space;
use nix::errno::Errno;
use nix::libc::{SIGCHLD, c_int};
use nix::sys::socket::sockopt::PassCred;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, MsgFlags, SockFlag, SockType, UnixCredentials, recvmsg,
    send, setsockopt, socketpair,
};
use nix::unistd::Pid;
use nscore::sys::file::{move_above_stdio, signal_input};
use nscore::sys::process::WaitStatus;

/// The end of the init and the program.
pub(crate) struct StatusSender(OwnedFd);

/// The end of the tool.
pub(crate) struct StatusReceiver(OwnedFd);

/// Creates both ends, before the fork. This process gets SIGCHLD when a message arrives, as for a child.
///
/// # Errors
/// Those of `socketpair(2)`, `setsockopt(2)` and `fcntl(2)`.
pub(crate) fn channel() -> Result<(StatusSender, StatusReceiver), Errno> {
    let (family, kind) = (AddressFamily::Unix, SockType::SeqPacket);
    let (sender, receiver) = socketpair(family, kind, None, SockFlag::SOCK_CLOEXEC)?;
    let receiver = move_above_stdio(receiver)?;
    setsockopt(&receiver, PassCred, &true)?;
    signal_input(&receiver, SIGCHLD)?;
    Ok((
        StatusSender(move_above_stdio(sender)?),
        StatusReceiver(receiver),
    ))
}

impl StatusSender {
    /// Sends the ready message of the program.
    ///
    /// # Errors
    /// EPIPE if the tool has ended.
    pub(crate) fn send_ready(&self) -> Result<(), Errno> {
        self.send_number(0, MsgFlags::empty())
    }

    /// Sends a status of the program. The last one waits until there is room; any other is dropped if a stopped tool has
    /// left hundreds of messages unread.
    ///
    /// # Errors
    /// EPIPE if the tool has ended; EAGAIN if it was dropped.
    pub(crate) fn send(&self, status: c_int) -> Result<(), Errno> {
        self.send_number(
            status,
            match WaitStatus::from_raw(status) {
                WaitStatus::Ended(_) => MsgFlags::empty(),
                _ => MsgFlags::MSG_DONTWAIT,
            },
        )
    }

    fn send_number(&self, number: c_int, flags: MsgFlags) -> Result<(), Errno> {
        let message = number.to_ne_bytes();
        let flags = flags | MsgFlags::MSG_NOSIGNAL;
        send(self.0.as_raw_fd(), &message, flags).map(drop)
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
        let message = self.recv_message(MsgFlags::empty())?;
        Ok(message.map(|(sender, _)| sender))
    }

    /// Returns the next status of the program, if there is one.
    ///
    /// # Errors
    /// Those of `recvmsg(2)`.
    pub(crate) fn try_recv(&self) -> Result<Option<WaitStatus>, Errno> {
        let message = match self.recv_message(MsgFlags::MSG_DONTWAIT) {
            Err(Errno::EAGAIN) => None,
            message => message?,
        };
        Ok(message.map(|(_, status)| WaitStatus::from_raw(status)))
    }

    /// Receives one message and the PID of its sender; `None` if the other end is closed.
    fn recv_message(&self, flags: MsgFlags) -> Result<Option<(Pid, c_int)>, Errno> {
        let mut number = [0; size_of::<c_int>()];
        let mut sender = cmsg_space!(UnixCredentials);
        let mut words = [IoSliceMut::new(&mut number)];
        let socket = self.0.as_raw_fd();
        let message = loop {
            match recvmsg::<()>(socket, &mut words, Some(&mut sender), flags) {
                Err(Errno::EINTR) => {}
                message => break message?,
            }
        };
        let mut beside = message.cmsgs()?;
        let sender = match beside.next() {
            Some(ControlMessageOwned::ScmCredentials(sender)) => Pid::from_raw(sender.pid()),
            _ => return Ok(None),
        };
        let whole = message.bytes == size_of::<c_int>();
        Ok(whole.then_some((sender, c_int::from_ne_bytes(number))))
    }

    /// Returns its descriptor, for a process that closes all others.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
