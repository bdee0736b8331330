//! What only rtnetlink(7) can do: a number for another network namespace, NETNSID, seen from this one.

use std::fs::File;
use std::os::fd::{AsFd, AsRawFd};

use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket,
};

const RTM_NEWNSID: u16 = 88;
const NLM_F_REQUEST_AND_ACK: u16 = 1 | 4;
const NETNSA_NSID: u16 = 1;
const NETNSA_FD: u16 = 3;

/// Gives the network namespace behind `file` this number.
pub(crate) fn number(file: &File, id: u32) {
    let netlink = socket(
        AddressFamily::Netlink,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::NetlinkRoute,
    );
    let netlink = netlink.unwrap();
    let fd = u32::try_from(file.as_fd().as_raw_fd()).unwrap();
    send(netlink.as_raw_fd(), &request(id, fd), MsgFlags::empty()).unwrap();
    let mut answer = [0; 256];
    let length = recv(netlink.as_raw_fd(), &mut answer, MsgFlags::empty()).unwrap();
    // Behind the header an acknowledgement has the error number, 0 for none.
    assert_eq!(answer[16..20], [0; 4], "{:?}", &answer[..length]);
}

/// A header, an address family of none, and two attributes.
fn request(id: u32, fd: u32) -> Vec<u8> {
    let mut message = Vec::new();
    message.extend(36_u32.to_ne_bytes());
    message.extend(RTM_NEWNSID.to_ne_bytes());
    message.extend(NLM_F_REQUEST_AND_ACK.to_ne_bytes());
    message.extend([0; 8]);
    message.extend([0; 4]);
    for (name, value) in [(NETNSA_NSID, id), (NETNSA_FD, fd)] {
        message.extend(8_u16.to_ne_bytes());
        message.extend(name.to_ne_bytes());
        message.extend(value.to_ne_bytes());
    }
    message
}
