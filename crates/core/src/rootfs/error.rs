//! Why a mount could not be made.

use std::fmt;

use anyhow::Error;
use nix::errno::Errno;

use crate::sys::errno::reason;

/// An error number, and the kernel's own words where it has any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MountError {
    pub(super) errno: Errno,
    /// What a file system has written about its parameters: `tmpfs: Unknown parameter 'bad'`.
    pub(super) text: Option<String>,
}

impl From<Errno> for MountError {
    fn from(errno: Errno) -> MountError {
        MountError { errno, text: None }
    }
}

impl fmt::Display for MountError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.text {
            Some(text) => formatter.write_str(text),
            None => formatter.write_str(&reason(self.errno)),
        }
    }
}

impl From<MountError> for Error {
    fn from(error: MountError) -> Error {
        match error.text {
            Some(text) => Error::msg(text),
            None => Error::new(error.errno),
        }
    }
}
