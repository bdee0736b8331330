//! A number that a process sends through a socket, to which the kernel attaches the PID of the sender as the receiver
//! sees it: the sender may be in another PID namespace. Messages are not split, and a receiver that has ended causes an
//! error and not SIGPIPE.

use std::io::IoSliceMut;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::cmsg_space;
use nix::errno::Errno;
use nix::libc::c_int;
use nix::sys::socket::sockopt::PassCred;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, UnixCredentials, recvmsg, send, setsockopt};
use nix::unistd::Pid;
use nscore::sys::file;

/// Creates the sending and the receiving end.
///
/// # Errors
/// Those of `socketpair(2)` and `setsockopt(2)`.
pub(crate) fn socket_pair() -> Result<(OwnedFd, OwnedFd), Errno> {
    let (sender, receiver) = file::socket_pair()?;
    setsockopt(&receiver, PassCred, &true)?;
    Ok((sender, receiver))
}

/// Sends a number.
///
/// # Errors
/// EPIPE if the other end is closed; EAGAIN if there is no room and the flags forbid to wait.
pub(crate) fn send_number(socket: &OwnedFd, number: c_int, flags: MsgFlags) -> Result<(), Errno> {
    let message = number.to_ne_bytes();
    let flags = flags | MsgFlags::MSG_NOSIGNAL;
    send(socket.as_raw_fd(), &message, flags).map(drop)
}

/// Receives a number and the PID of its sender; `None` if the other end is closed.
///
/// # Errors
/// Those of `recvmsg(2)`.
pub(crate) fn recv_with_pid(
    socket: &OwnedFd,
    flags: MsgFlags,
) -> Result<Option<(Pid, c_int)>, Errno> {
    let mut number = [0; size_of::<c_int>()];
    let mut sender = cmsg_space!(UnixCredentials);
    let mut words = [IoSliceMut::new(&mut number)];
    let socket = socket.as_raw_fd();
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
