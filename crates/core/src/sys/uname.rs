//! What this machine and its kernel are called, `uname(2)`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use nix::errno::Errno;
use nix::libc;
use nix::sys::utsname::uname;

/// Returns whether this kernel is Linux MAJOR.MINOR or a later one, for what cannot be tried. One that cannot be asked
/// is none.
pub fn is_linux_since(major: u32, minor: u32) -> bool {
    uname().is_ok_and(|system| version(system.release()) >= (major, minor))
}

/// Returns the first two numbers of a release, `6.12.117+deb13-cloud-amd64`; 0 for one that is missing.
fn version(release: &OsStr) -> (u32, u32) {
    let release = release.to_string_lossy();
    let mut numbers = release
        .split(|c: char| !c.is_ascii_digit())
        .map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// Sets the NIS domain name of the UTS namespace that this process is in, `setdomainname(2)`. nix has no wrapper for
/// it, as it has for `sethostname(2)`.
///
/// # Errors
/// EINVAL for a name of more than 64 bytes; EPERM without CAP_SYS_ADMIN over the namespace.
pub fn set_domain_name(name: &OsStr) -> Result<(), Errno> {
    let (start, length) = (name.as_bytes().as_ptr().cast(), name.len());
    // SAFETY: the kernel reads as many bytes as the name has and wants no zero behind them.
    let result = unsafe { libc::setdomainname(start, length) };
    Errno::result(result).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_first_two_numbers_of_a_release() {
        for (release, numbers) in [
            ("6.12.117+deb13-cloud-amd64", (6, 12)),
            ("5.10.0-32-cloud-amd64", (5, 10)),
            ("7.2-rc1", (7, 2)),
            ("6", (6, 0)),
            ("", (0, 0)),
            ("unknown", (0, 0)),
        ] {
            assert_eq!(version(release.as_ref()), numbers, "{release}");
        }
    }
}
