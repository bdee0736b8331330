//! `statx(2)`, asked for without the C library.

use std::ffi::CStr;
use std::mem::MaybeUninit;

use nix::errno::Errno;
use nix::libc;

/// Returns what `statx(2)` says of a file. It is called without the C library, which makes another call in its place.
///
/// # Errors
/// Those of `statx(2)`.
pub(super) fn statx(
    directory: libc::c_int,
    name: &CStr,
    flags: libc::c_int,
    wanted: libc::c_uint,
) -> Result<libc::statx, Errno> {
    let mut buffer = MaybeUninit::<libc::statx>::zeroed();
    let (name, answer) = (name.as_ptr(), buffer.as_mut_ptr());
    // SAFETY: the name is a C string, and the answer is a struct statx of ours.
    let result = unsafe { libc::syscall(libc::SYS_statx, directory, name, flags, wanted, answer) };
    Errno::result(result)?;
    // SAFETY: all zeros are a struct statx already, whatever the kernel has filled in.
    Ok(unsafe { buffer.assume_init() })
}
