//! What this machine is called, `uname(2)`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use nix::errno::Errno;
use nix::libc;

/// Sets the NIS domain name of the UTS namespace that this process is in, `setdomainname(2)`. nix has no wrapper for it,
/// as it has for `sethostname(2)`.
///
/// # Errors
/// EINVAL for a name of more than 64 bytes; EPERM without CAP_SYS_ADMIN over the namespace.
pub fn set_domain_name(name: &OsStr) -> Result<(), Errno> {
    let (start, length) = (name.as_bytes().as_ptr().cast(), name.len());
    // SAFETY: the kernel reads as many bytes as the name has and wants no zero behind them.
    let result = unsafe { libc::setdomainname(start, length) };
    Errno::result(result).map(drop)
}
