//! Which network namespace a socket is of.
//!
//! Nothing below /proc says it: a socket is copied, `pidfd_getfd(2)`, and the copy is asked. To ask for the namespace
//! itself, SIOCGSKNS, takes CAP_NET_ADMIN over it and makes a file that has to be looked at and closed. So the copy is
//! asked for the number that the kernel has for the namespace, SO_NETNS_COOKIE of Linux 5.14, and the namespace itself
//! only once for each number. A number is never given to another namespace, so what is known by it holds.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::os::fd::OwnedFd;

use crate::socket_copies::SocketCopies;
use crate::sys::directory::status_of;
use crate::sys::namespace::network_of;
use crate::sys::network::netns_cookie_of;
use nix::errno::Errno;

/// What was asked of sockets so far.
#[derive(Debug, Default)]
pub(super) struct SocketNetworks {
    /// The inode number of the network that each socket is of, if that was reported; many processes may have the same
    /// one.
    sockets: BTreeMap<u64, Option<u32>>,
    /// The inode numbers of the networks by their cookies; `None` where the caller may not ask.
    cookies: BTreeMap<NonZeroU64, Option<u32>>,
    /// What was copied to be asked, once there is one.
    copies: Option<SocketCopies>,
}

/// What is known of a socket.
#[derive(Clone, Copy, Debug)]
pub(super) enum KnownSocket {
    /// It was not asked.
    NotAsked,
    /// It was asked, and its network was not reported.
    NotReported,
    /// It is of the network with this inode number.
    OfNetwork(u32),
}

/// The network of a socket.
#[derive(Debug)]
pub(super) enum SocketNetwork {
    /// Another socket has led to the one with this inode number.
    Known(u32),
    /// It was met for the first time.
    New(u32, OwnedFd),
}

impl SocketNetworks {
    /// Returns what is known of the socket with this inode number.
    pub(super) fn known(&self, socket: u64) -> KnownSocket {
        match self.sockets.get(&socket) {
            None => KnownSocket::NotAsked,
            Some(None) => KnownSocket::NotReported,
            Some(Some(network)) => KnownSocket::OfNetwork(*network),
        }
    }

    /// Notes what was learnt of this socket.
    pub(super) fn note(&mut self, socket: u64, network: Option<u32>) {
        self.sockets.insert(socket, network);
    }

    /// Asks a copy of a socket; `new_copies` makes what closes copies, if there is none yet.
    ///
    /// # Errors
    /// ENOTTY if it is no socket, which is not asked then; EPERM without CAP_NET_ADMIN over the namespace.
    pub(super) fn query_network(
        &mut self,
        copy: OwnedFd,
        new_copies: impl FnOnce() -> SocketCopies,
    ) -> Result<SocketNetwork, Errno> {
        let copies = self.copies.get_or_insert_with(new_copies);
        let cookies = &mut self.cookies;
        copies.query(copy, |socket| query_copy(socket, cookies))
    }
}

/// Asks a socket for its network, unless that of its cookie is known.
fn query_copy(
    socket: &OwnedFd,
    cookies: &mut BTreeMap<NonZeroU64, Option<u32>>,
) -> Result<SocketNetwork, Errno> {
    // Before Linux 5.14 each socket is asked for the namespace itself.
    let cookie = netns_cookie_of(socket).ok();
    match cookie.and_then(|cookie| cookies.get(&cookie)) {
        Some(Some(inode)) => return Ok(SocketNetwork::Known(*inode)),
        Some(None) => return Err(Errno::EPERM),
        None => {}
    }
    let asked = network_of(socket).and_then(|network| {
        let inode = u32::try_from(status_of(&network)?.inode).map_err(|_| Errno::ENOTTY)?;
        Ok((inode, network))
    });
    let inode = match &asked {
        Ok((inode, _)) => Some(*inode),
        Err(Errno::EPERM) => None,
        // Another socket of this network may still answer.
        Err(errno) => return Err(*errno),
    };
    cookies.extend(cookie.map(|cookie| (cookie, inode)));
    asked.map(|(inode, network)| SocketNetwork::New(inode, network))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::net::UnixDatagram;

    #[test]
    fn the_second_socket_of_a_network_is_not_asked_for_it() {
        let own = fs::metadata("/proc/thread-self/ns/net").expect("/proc");
        let mut networks = SocketNetworks::default();
        let mut ask = || {
            let socket = UnixDatagram::unbound().expect("a socket");
            networks.query_network(socket.into(), SocketCopies::new)
        };
        match (ask(), ask()) {
            (Ok(SocketNetwork::New(first, _)), Ok(SocketNetwork::Known(second))) => {
                assert_eq!((u64::from(first), second), (own.ino(), first));
            }
            // Before Linux 5.14.
            (Ok(SocketNetwork::New(first, _)), Ok(SocketNetwork::New(second, _))) => {
                assert_eq!(first, second);
            }
            // An ordinary user may ask neither.
            (first, second) => {
                assert_eq!(first.err(), Some(Errno::EPERM));
                assert_eq!(second.err(), Some(Errno::EPERM));
            }
        }
    }
}
