//! Network devices, `netdevice(7)`.

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

/// What a socket is of, `AF_INET` for one: `SO_DOMAIN` of `socket(7)`. The kernel answers without asking the file, so this
/// may be called for any descriptor.
///
/// # Errors
/// ENOTSOCK if it is no socket; EBADF if it was opened with `O_PATH`.
pub fn domain_of(socket: &OwnedFd) -> Result<c_int, Errno> {
    let mut domain: c_int = 0;
    let mut size = libc::socklen_t::try_from(size_of::<c_int>()).map_err(|_| Errno::EINVAL)?;
    // SAFETY: both pointers are to locals that outlive the call, and the size told is that of the first.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_DOMAIN,
            (&raw mut domain).cast(),
            &raw mut size,
        )
    };
    Errno::result(result).map(|_| domain)
}

/// Whether sockets of this domain are of this machine alone, `unix(7)` or `netlink(7)`: closing one never waits for a
/// peer, whatever SO_LINGER says.
pub fn is_local(domain: c_int) -> bool {
    [libc::AF_UNIX, libc::AF_NETLINK].contains(&domain)
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::os::unix::net::UnixStream;

    use nix::errno::Errno;

    use super::{domain_of, is_local};

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
        assert_eq!(domain_of(&file.into()), Err(Errno::ENOTSOCK));
    }
}
