//! unshare(2), and the error that says why it failed.

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::c_int;
use nscore::hint::{self, WithHint};
use nscore::sys::namespace;

/// Unshares the namespaces that these flags name.
///
/// # Errors
/// `unshare failed`.
pub(crate) fn unshare(flags: c_int) -> Result<()> {
    explain_failure(namespace::unshare(flags), flags)
}

/// Adds the sentence and the hint to what unshare(2) has returned for these flags, in this process or in a child.
///
/// # Errors
/// `unshare failed`.
pub(crate) fn explain_failure(unshared: Result<(), Errno>, flags: c_int) -> Result<()> {
    unshared
        .with_hint(move |errno| hint::explain_unshare(errno, flags))
        .context("unshare failed")
}
