//! Why a mount could not be made.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Error;
use nix::errno::Errno;

use crate::hint::{Hint, explain_refused_mount};
use crate::message::{Argument, Message, sentence};
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
            None => {
                let why = Hint::new(move || explain_refused_mount(error.errno));
                Error::new(error.errno).context(why)
            }
        }
    }
}

/// The path of a mount point as it is named in a message: as from the root.
pub(super) fn from_root(path: &Path) -> PathBuf {
    Path::new("/").join(path)
}

/// `mount DIR failed`
pub(super) fn mount_failed(path: &Path) -> Message {
    sentence("mount %s failed", &[&from_root(path)])
}

/// Warns that something is not mounted; the program runs without it.
pub(super) fn warn_unless(path: &Path, mounted: Result<(), MountError>, warn: &dyn Fn(&Message)) {
    if let Err(error) = mounted {
        let why = match error.text {
            Some(text) => Argument::Word(text.into()),
            None => Argument::Reason(error.errno),
        };
        warn(&sentence("warning: %s: %s", &[&mount_failed(path), &why]));
    }
}
