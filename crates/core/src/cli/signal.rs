//! Values that name a signal.

use std::ffi::OsStr;

use anyhow::{Error, Result};
use nix::libc::c_int;

use crate::hint::unknown_word;
use crate::message::sentence;
use crate::sys::signal;

/// Parses `SIGTERM`, `term` or `RTMIN+1`.
///
/// # Errors
/// `unknown signal: NAME`.
pub fn parse(name: &OsStr) -> Result<c_int> {
    let number = name.to_str().and_then(signal::number_of);
    number.ok_or_else(|| {
        let unknown = sentence("unknown signal: %s", &[&name]);
        Error::new(unknown).context(unknown_word(name, signal::names()))
    })
}
