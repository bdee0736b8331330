//! The number that this network namespace has for another one, `ip-netns(8)`: RTM_GETNSID of `rtnetlink(7)`.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::libc::{self, RTM_GETNSID, RTM_NEWNSID, c_int};
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket,
};

/// How two network namespaces are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetNsId {
    /// This one has no number for that one.
    Unassigned,
    /// Its number.
    Number(i32),
}

/// NETNSA_NSID and NETNSA_FD of linux/net_namespace.h.
const NETNSA_NSID: u16 = 1;
const NETNSA_FD: u16 = 3;
/// The flag of a request, in the header's 16 bits.
const NLM_F_REQUEST: u16 = 1;
const _: () = assert!(NLM_F_REQUEST as c_int == libc::NLM_F_REQUEST);
/// The length of a netlink header, and of the family byte with its padding behind it.
const HEADER: usize = 16;
const FAMILY: usize = 4;

/// A conversation with the kernel.
#[derive(Debug)]
pub(super) struct Netlink(OwnedFd);

impl Netlink {
    /// Begins one; `None` where that is not allowed.
    pub(super) fn open() -> Option<Netlink> {
        let flags = SockFlag::SOCK_CLOEXEC;
        let protocol = SockProtocol::NetlinkRoute;
        let opened = socket(AddressFamily::Netlink, SockType::Raw, flags, protocol);
        opened.ok().map(Netlink)
    }

    /// Returns the number of the network namespace whose file this is; `None` if the kernel does not report it.
    pub(super) fn get_nsid(&self, namespace: impl AsFd) -> Option<NetNsId> {
        let socket = self.0.as_raw_fd();
        let request = request(namespace.as_fd().as_raw_fd());
        send(socket, &request, MsgFlags::empty()).ok()?;
        let mut answer = [0; 256];
        let length = recv(socket, &mut answer, MsgFlags::empty()).ok()?;
        parse(&answer[..length])
    }
}

/// Returns the message that asks about this descriptor.
fn request(descriptor: i32) -> Vec<u8> {
    let length = 28_u32;
    let mut message = length.to_ne_bytes().to_vec();
    message.extend(RTM_GETNSID.to_ne_bytes());
    message.extend(NLM_F_REQUEST.to_ne_bytes());
    // No number of ours is needed where one answer follows each question, no port, the family AF_UNSPEC.
    message.extend([0; 8 + FAMILY]);
    message.extend(8_u16.to_ne_bytes());
    message.extend(NETNSA_FD.to_ne_bytes());
    message.extend(descriptor.to_ne_bytes());
    message
}

/// Reads the answer: a header, the family, then attributes of a length, a type and a value.
fn parse(answer: &[u8]) -> Option<NetNsId> {
    let short = |at: usize| {
        let bytes = answer.get(at..at + 2)?.try_into().ok()?;
        Some(u16::from_ne_bytes(bytes))
    };
    if short(4)? != RTM_NEWNSID {
        return None;
    }
    let mut at = HEADER + FAMILY;
    while short(at + 2)? != NETNSA_NSID {
        let length = usize::from(short(at)?);
        at += length.max(4).next_multiple_of(4);
    }
    let number = answer.get(at + 4..at + 8)?.try_into().ok()?;
    Some(match i32::from_ne_bytes(number) {
        -1 => NetNsId::Unassigned,
        number => NetNsId::Number(number),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answer(number: i32) -> Vec<u8> {
        let mut message = vec![0; HEADER + FAMILY];
        message[4..6].copy_from_slice(&RTM_NEWNSID.to_ne_bytes());
        for (kind, value) in [(7_u16, 5), (NETNSA_NSID, number)] {
            message.extend(8_u16.to_ne_bytes());
            message.extend(kind.to_ne_bytes());
            message.extend(i32::to_ne_bytes(value));
        }
        message
    }

    #[test]
    fn the_nsid_is_parsed_from_an_answer() {
        assert_eq!(parse(&answer(-1)), Some(NetNsId::Unassigned));
        assert_eq!(parse(&answer(7)), Some(NetNsId::Number(7)));
        assert_eq!(parse(&answer(7)[..30]), None);
    }

    #[test]
    fn the_kernel_answers_for_our_own() {
        let own = std::fs::File::open("/proc/self/ns/net").expect("its own");
        let nsid = Netlink::open().and_then(|netlink| netlink.get_nsid(&own));
        assert!(nsid.is_some());
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = parse(&bytes);
        }
    }
}
