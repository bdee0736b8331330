//! Network devices, `netdevice(7)`.

use std::os::fd::AsRawFd;

use nix::errno::Errno;
use nix::libc::{self, c_char, c_short};
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
    // SAFETY: the request reads a struct ifreq, which outlives it, and of the union only the flags.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) };
    Errno::result(result).map(drop)
}
