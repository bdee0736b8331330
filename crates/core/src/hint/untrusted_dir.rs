//! A directory that another user could change, and what to do about it.

use anyhow::Error;
use nix::unistd::geteuid;

use super::{Explanation, Hint, escape_for_terminal, explanation};
use crate::safe_open::{DirError, Distrust, Untrusted, user_label};

impl From<DirError> for Error {
    /// Returns the errno, or the sentence with the hint that goes with it.
    fn from(error: DirError) -> Error {
        match error {
            DirError::Os(errno) => Error::new(errno),
            DirError::Untrusted(untrusted) => {
                let sentence = untrusted.sentence();
                Error::new(sentence).context(Hint::new(move || Some(remedy(&untrusted))))
            }
        }
    }
}

/// Returns how such a directory is made one that can be trusted.
fn remedy(untrusted: &Untrusted) -> Explanation {
    let path = escape_for_terminal(&untrusted.path);
    let classes = match untrusted.reason {
        Distrust::Writable { everybody: false } => "g-w",
        Distrust::Writable { everybody: true } => "go-w",
        _ => {
            return explanation(
                "untrusted-directory",
                "the directory and all its parents must belong to root or to user %s",
                &[&user_label(geteuid().as_raw())],
            );
        }
    };
    explanation(
        "untrusted-directory",
        "a user who can write to %s can replace what it contains: `chmod %s %s`",
        &[&path, &classes, &path],
    )
}
