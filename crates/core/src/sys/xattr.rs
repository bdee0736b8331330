//! Extended attributes of files, `xattr(7)`.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::libc;

/// Sets an attribute of a file, `setxattr(2)`.
///
/// # Errors
/// Those of `setxattr(2)`: EOPNOTSUPP, EPERM.
pub fn set_attribute(path: &Path, name: &CStr, value: &[u8]) -> Result<(), Errno> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)?;
    let (path, name, no_flags) = (path.as_ptr(), name.as_ptr(), 0);
    let (start, length) = (value.as_ptr().cast(), value.len());
    // SAFETY: path and name are C strings that outlive the call, and of the value as many bytes are read as it has.
    let set = unsafe { libc::setxattr(path, name, start, length, no_flags) };
    Errno::result(set).map(drop)
}

/// Returns what an attribute of a file begins with, as much as fits into `buffer`, `getxattr(2)`; `None` if it has none
/// of this name.
///
/// # Errors
/// Those of `getxattr(2)`: EACCES.
pub fn attribute<'a>(
    path: &Path,
    name: &CStr,
    buffer: &'a mut [u8],
) -> Result<Option<&'a [u8]>, Errno> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)?;
    let (path, name) = (path.as_ptr(), name.as_ptr());
    let (start, length) = (buffer.as_mut_ptr().cast(), buffer.len());
    // SAFETY: path and name are C strings that outlive the call, and the kernel writes at most as many bytes as the
    // buffer has.
    let result = unsafe { libc::getxattr(path, name, start, length) };
    match Errno::result(result) {
        Ok(read) => Ok(buffer.get(..usize::try_from(read).unwrap_or(0))),
        // The links and devices of a file system have none of the class `user`.
        Err(Errno::ENODATA | Errno::EOPNOTSUPP | Errno::EPERM) => Ok(None),
        // It is longer than the buffer.
        Err(Errno::ERANGE) => Ok(Some(buffer)),
        Err(errno) => Err(errno),
    }
}

/// Returns whether a file can be given attributes of the class `user`, `setxattr(2)`; one with an empty value is set
/// and removed again.
pub fn has_user_attributes(path: &Path) -> bool {
    set_and_remove(path).is_ok()
}

fn set_and_remove(path: &Path) -> Result<(), Errno> {
    let name = c"user.nsutils";
    set_attribute(path, name, b"")?;
    let path = CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)?;
    // SAFETY: path and name are C strings that outlive the call.
    let removed = unsafe { libc::removexattr(path.as_ptr(), name.as_ptr()) };
    Errno::result(removed).map(drop)
}
