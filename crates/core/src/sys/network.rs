//! Network devices, `netdevice(7)`.

use std::num::NonZeroU64;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::libc::{self, Ioctl, c_char, c_int, c_short};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};

/// The name of the loopback device, which every network namespace has, as the kernel wants it: with zeros behind it.
const LOOPBACK: [c_char; libc::IFNAMSIZ] = {
    let mut name = [0; libc::IFNAMSIZ];
    name[0] = b'l' as c_char;
    name[1] = b'o' as c_char;
    name
};

/// Brings the loopback device of this process's network namespace up; the kernel gives it its addresses then.
///
/// # Errors
/// Those of `socket(2)`; EPERM without CAP_NET_ADMIN over the namespace.
pub fn bring_loopback_up() -> Result<(), Errno> {
    let (family, kind) = (AddressFamily::Inet, SockType::Datagram);
    let socket = socket(family, kind, SockFlag::SOCK_CLOEXEC, None)?;
    let up = c_short::try_from(libc::IFF_UP).map_err(|_| Errno::EINVAL)?;
    let request = libc::ifreq {
        ifr_name: LOOPBACK,
        ifr_ifru: libc::__c_anonymous_ifr_ifru { ifru_flags: up },
    };
    let set_flags = libc::SIOCSIFFLAGS as Ioctl;
    // SAFETY: the request reads a struct ifreq, which outlives it, and of the union only the flags.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), set_flags, &raw const request) };
    Errno::result(result).map(drop)
}

/// Returns what a socket is of, `AF_INET` for one: `SO_DOMAIN` of `socket(7)`. The kernel answers without asking the
/// file, so this may be called for any descriptor.
///
/// # Errors
/// ENOTSOCK if it is no socket; EBADF if it was opened with `O_PATH`.
pub fn domain_of(socket: &OwnedFd) -> Result<c_int, Errno> {
    let mut domain = [0; size_of::<c_int>()];
    read_option(socket, libc::SO_DOMAIN, &mut domain)?;
    Ok(c_int::from_ne_bytes(domain))
}

/// SO_NETNS_COOKIE of asm-generic/socket.h; SPARC has a number of its own.
const SO_NETNS_COOKIE: c_int = if cfg!(any(target_arch = "sparc", target_arch = "sparc64")) {
    0x50
} else {
    71
};

/// Returns the number that the kernel has for the network namespace of a socket: no other namespace ever has the same.
/// Unlike the namespace itself it is reported to every caller. As [`domain_of`], this may be called for any descriptor.
///
/// # Errors
/// ENOPROTOOPT before Linux 5.14; ENOTSOCK if it is no socket; EBADF if it was opened with `O_PATH`.
pub fn netns_cookie_of(socket: &OwnedFd) -> Result<NonZeroU64, Errno> {
    let mut cookie = [0; size_of::<u64>()];
    read_option(socket, SO_NETNS_COOKIE, &mut cookie)?;
    // What is in the kernel's place may answer without an answer.
    NonZeroU64::new(u64::from_ne_bytes(cookie)).ok_or(Errno::ENOPROTOOPT)
}

/// Reads a socket option of exactly this size, `getsockopt(2)`.
fn read_option(socket: &OwnedFd, option: c_int, value: &mut [u8]) -> Result<(), Errno> {
    let whole = libc::socklen_t::try_from(value.len()).map_err(|_| Errno::EINVAL)?;
    let mut size = whole;
    // SAFETY: both pointers are valid for the call, and the size passed is that of what the first points to.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            option,
            value.as_mut_ptr().cast(),
            &raw mut size,
        )
    };
    Errno::result(result)?;
    if size == whole {
        Ok(())
    } else {
        Err(Errno::ENOPROTOOPT)
    }
}

/// Returns whether sockets of this domain are of this machine alone, `unix(7)` or `netlink(7)`: closing one never waits
/// for a peer, whatever SO_LINGER says.
pub fn is_local(domain: c_int) -> bool {
    [libc::AF_UNIX, libc::AF_NETLINK].contains(&domain)
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::os::unix::net::UnixStream;

    use nix::errno::Errno;

    use super::{domain_of, is_local, netns_cookie_of};

    #[test]
    fn a_socket_between_processes_is_local_and_one_of_the_network_is_not() {
        let (one, _other) = UnixStream::pair().expect("a pair of sockets");
        assert_eq!(domain_of(&one.into()).map(is_local), Ok(true));
        let network = UdpSocket::bind("127.0.0.1:0").or_else(|_| UdpSocket::bind("[::]:0"));
        let network = network.expect("a socket").into();
        assert_eq!(domain_of(&network).map(is_local), Ok(false));
    }

    #[test]
    fn what_is_no_socket_has_no_domain() {
        let file = std::fs::File::open("/proc/self/stat").expect("/proc");
        let file = file.into();
        assert_eq!(domain_of(&file), Err(Errno::ENOTSOCK));
        assert_eq!(netns_cookie_of(&file), Err(Errno::ENOTSOCK));
    }

    #[test]
    fn sockets_of_one_network_have_the_same_cookie() {
        let (one, other) = UnixStream::pair().expect("a pair of sockets");
        let cookies = [one, other].map(|socket| netns_cookie_of(&socket.into()));
        assert_eq!(cookies[0], cookies[1]);
        assert!(matches!(cookies[0], Ok(_) | Err(Errno::ENOPROTOOPT)));
    }
}
