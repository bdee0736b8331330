//! Extended attributes of files, `xattr(7)`.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::libc;

/// Whether a file can be given attributes of the class `user`, `setxattr(2)`; one with an empty value is set and removed
/// again.
pub fn has_user_attributes(path: &Path) -> bool {
    set_and_remove(path).is_ok()
}

fn set_and_remove(path: &Path) -> Result<(), Errno> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)?;
    let (path, name) = (path.as_ptr(), c"user.nsutils".as_ptr());
    let (nothing, no_flags) = (c"".as_ptr().cast(), 0);
    // SAFETY: path and name are C strings that outlive the call, and of the value no byte is read.
    let set = unsafe { libc::setxattr(path, name, nothing, 0, no_flags) };
    Errno::result(set)?;
    // SAFETY: path and name are C strings that outlive the call.
    let removed = unsafe { libc::removexattr(path, name) };
    Errno::result(removed).map(drop)
}
