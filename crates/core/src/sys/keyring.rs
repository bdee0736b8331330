//! Session keyrings, `session-keyring(7)`.

use std::ptr;

use nix::errno::Errno;
use nix::libc::{self, c_char};

/// Joins a new session keyring that nobody else has, `KEYCTL_JOIN_SESSION_KEYRING` of `keyctl(2)`.
///
/// # Errors
/// ENOSYS in a kernel without keys; EPERM under a seccomp filter; EDQUOT where the user has too many keys.
pub fn join_new_session() -> Result<(), Errno> {
    let anonymous = ptr::null::<c_char>();
    // SAFETY: the name is a null pointer, which asks for a keyring without a name; nothing else is a pointer.
    let result = unsafe {
        libc::syscall(
            libc::SYS_keyctl,
            libc::KEYCTL_JOIN_SESSION_KEYRING,
            anonymous,
        )
    };
    Errno::result(result).map(drop)
}
