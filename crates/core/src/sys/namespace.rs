//! Leaving namespaces.

use nix::errno::Errno;
use nix::libc::{self, c_int};

/// Leaves the namespaces of `flags`, a sum of [`Namespace::flag`], `unshare(2)`.
///
/// nix's wrapper takes its own type, which knows no time namespace.
///
/// # Errors
/// Those of `unshare(2)`.
///
/// [`Namespace::flag`]: crate::namespace::Namespace::flag
pub fn unshare(flags: c_int) -> Result<(), Errno> {
    // SAFETY: unshare takes no pointer. It must not run beside other threads that rely on what is unshared, and no
    // program of ours ever has a second thread.
    let result = unsafe { libc::unshare(flags) };
    Errno::result(result).map(drop)
}
