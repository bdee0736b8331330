//! Passing a descriptor to another process through a socket, SCM_RIGHTS of `unix(7)`.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::cmsg_space;
use nix::errno::Errno;
use nix::libc::c_long;
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};

use super::file::new_descriptor;

/// Sends a copy of `descriptor`.
///
/// # Errors
/// EPIPE if the other end is closed; those of `sendmsg(2)`.
pub fn send_descriptor(socket: impl AsFd, descriptor: impl AsFd) -> Result<(), Errno> {
    let descriptors = [descriptor.as_fd().as_raw_fd()];
    let rights = [ControlMessage::ScmRights(&descriptors)];
    // A message without data is not sent.
    let data = [IoSlice::new(&[0])];
    let socket = socket.as_fd().as_raw_fd();
    sendmsg::<()>(socket, &data, &rights, MsgFlags::MSG_NOSIGNAL, None).map(drop)
}

/// Receives one, close-on-exec; `None` if the other end is closed.
///
/// # Errors
/// Those of `recvmsg(2)`; EMFILE.
pub fn receive_descriptor(socket: impl AsFd) -> Result<Option<OwnedFd>, Errno> {
    let mut space = cmsg_space!([std::os::fd::RawFd; 1]);
    let mut byte = [0];
    let mut data = [IoSliceMut::new(&mut byte)];
    let socket = socket.as_fd().as_raw_fd();
    let flags = MsgFlags::MSG_CMSG_CLOEXEC;
    let message = loop {
        match recvmsg::<()>(socket, &mut data, Some(&mut space), flags) {
            Err(Errno::EINTR) => {}
            message => break message?,
        }
    };
    match message.cmsgs()?.next() {
        // The one that the message has room for.
        Some(ControlMessageOwned::ScmRights(descriptors)) => match descriptors.first() {
            Some(descriptor) => new_descriptor(c_long::from(*descriptor)).map(Some),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::sys::file::socket_pair;

    #[test]
    fn a_descriptor_arrives_as_it_was_sent() {
        let (receiver, sender) = socket_pair().expect("a pair can be made");
        let file = std::fs::File::open("/proc/self/comm").expect("there is a /proc");
        send_descriptor(&sender, &file).expect("it can be sent");
        drop(sender);
        let received = receive_descriptor(&receiver).expect("it arrives");
        let mut text = String::new();
        let received = received.expect("there is one");
        let read = std::fs::File::from(received).read_to_string(&mut text);
        assert!(read.is_ok_and(|length| length > 0));
        assert!(receive_descriptor(&receiver).is_ok_and(|none| none.is_none()));
    }
}
