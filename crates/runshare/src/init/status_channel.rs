//! How the tool learns what becomes of a program that is not its child but init's: init tells it.
//!
//! What init hands on is the kernel's own status word, so that an end by a signal cannot be taken for an exit status.
//! Before it, the program says hello, so that the tool knows its number: the kernel puts that beside the message, as
//! seen from the receiver's pid namespace. A socket, not a pipe: its messages arrive whole, and a tool that is gone
//! costs an error and not SIGPIPE.

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

/// Where news are told.
pub(crate) struct StatusSender(OwnedFd);

/// Where they arrive.
pub(crate) struct StatusReceiver(OwnedFd);

/// Both ends; made before the fork. What arrives is announced to this process by SIGCHLD, like the news of a child.
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
    /// The program's first word.
    ///
    /// # Errors
    /// EPIPE if the tool is gone.
    pub(crate) fn send_ready(&self) -> Result<(), Errno> {
        self.send_number(0, MsgFlags::empty())
    }

    /// Tells a status of the program. The last one is waited for until there is room, after which nothing comes; any
    /// other is dropped if a tool that is stopped has left hundreds unread.
    ///
    /// # Errors
    /// EPIPE if the tool is gone; EAGAIN if it was dropped.
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

    /// Its descriptor, for a process that keeps no others.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl StatusReceiver {
    /// Waits for the program's first word and returns its number here; `None` if init ended before there was one.
    ///
    /// # Errors
    /// Those of `recvmsg(2)`.
    pub(crate) fn recv_pid(&self) -> Result<Option<Pid>, Errno> {
        let heard = self.recv_message(MsgFlags::empty())?;
        Ok(heard.map(|(sender, _)| sender))
    }

    /// The next news of the program, if there are any.
    ///
    /// # Errors
    /// Those of `recvmsg(2)`.
    pub(crate) fn try_recv(&self) -> Result<Option<WaitStatus>, Errno> {
        let heard = match self.recv_message(MsgFlags::MSG_DONTWAIT) {
            Err(Errno::EAGAIN) => None,
            heard => heard?,
        };
        Ok(heard.map(|(_, status)| WaitStatus::from_raw(status)))
    }

    /// One message and who sent it; `None` at the end of all.
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

    /// Its descriptor, for a process that keeps no others.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
