//! The environment that the program will get, which is this process's own until exec.

use std::env;
use std::ffi::OsString;

use nix::errno::Errno;

/// Replaces the environment by `variables`, in this order, `clearenv(3)` and `setenv(3)`.
///
/// # Errors
/// ENOMEM.
pub fn replace(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<(), Errno> {
    // SAFETY: nothing may read the environment at the same time; no program of ours ever has a second thread.
    unsafe { nix::env::clearenv() }.map_err(|_| Errno::ENOMEM)?;
    for (name, value) in variables {
        // SAFETY: as above, this is the only thread.
        unsafe { env::set_var(name, value) };
    }
    Ok(())
}
