//! Who is trusted with a directory: root, and the caller.

use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::libc::{S_ISVTX, S_IWGRP, S_IWOTH};
use nix::unistd::geteuid;

use crate::escape::escape_for_terminal;
use crate::message::{Argument, Message, ToArgument, sentence};
use crate::procfs::{Proc, inner_id};
use crate::sys::directory::FileStatus;
use crate::users::name_of;

/// Why a directory was not opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirError {
    /// The kernel refused a call.
    Os(Errno),
    /// Somebody other than root and the caller decides what is there.
    Untrusted(Untrusted),
}

/// What of a path is in the hands of another user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untrusted {
    /// The directory or symbolic link.
    pub path: PathBuf,
    /// Why it is not trusted.
    pub reason: Distrust,
}

/// Why a directory is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    /// It belongs to this user.
    Owner(u32),
    /// It has no sticky bit and others may write to it: its group alone, or everybody.
    Writable {
        /// Whether these are all users, not only the group.
        everybody: bool,
    },
    /// It is a symbolic link of this user's in a directory that everybody may write to.
    Link(u32),
    /// It is on a file system that a process of this user's serves, FUSE.
    Served(u32),
}

impl From<Errno> for DirError {
    fn from(errno: Errno) -> DirError {
        DirError::Os(errno)
    }
}

impl Untrusted {
    /// Returns what it is called in an error.
    pub fn sentence(&self) -> Message {
        let path = escape_for_terminal(&self.path);
        match self.reason {
            Distrust::Owner(uid) => sentence("%s belongs to user %s", &[&path, &user_label(uid)]),
            Distrust::Writable { everybody: false } => {
                sentence("%s is writable by its group", &[&path])
            }
            Distrust::Writable { everybody: true } => {
                sentence("%s is writable by everybody", &[&path])
            }
            Distrust::Link(uid) => sentence(
                "the symbolic link %s belongs to user %s",
                &[&path, &user_label(uid)],
            ),
            Distrust::Served(uid) => sentence(
                "%s is on a file system of user %s",
                &[&path, &user_label(uid)],
            ),
        }
    }
}

impl ToArgument for Untrusted {
    fn to_argument(&self) -> Argument {
        Argument::Sentence(self.sentence())
    }
}

/// Returns a user as a sentence names them.
pub fn user_label(uid: u32) -> String {
    match name_of(uid) {
        Some(name) => escape_for_terminal(name),
        None => uid.to_string(),
    }
}

/// The users whose directories are trusted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrustedUsers {
    caller: u32,
    /// The id of the user who is 0 in the parent of the caller's user namespace, or that of nobody: 0 itself in the
    /// initial one; in one that does not map that 0, the overflow id, which all unmapped users have,
    /// `user_namespaces(7)`.
    root_outside: u32,
}

impl TrustedUsers {
    /// Returns those of this process, in the user namespace that it is in.
    pub(crate) fn current() -> TrustedUsers {
        let proc = Proc::mounted();
        let root_outside = proc.read_file("self/uid_map").map(|map| {
            inner_id(&map, 0).unwrap_or_else(|| {
                let overflow = proc.sysctl("kernel.overflowuid");
                overflow.and_then(|id| u32::try_from(id).ok()).unwrap_or(0)
            })
        });
        TrustedUsers {
            caller: geteuid().as_raw(),
            root_outside: root_outside.unwrap_or(0),
        }
    }

    /// Returns whether this user is one of them.
    pub(super) fn include(self, uid: u32) -> bool {
        [0, self.caller, self.root_outside].contains(&uid)
    }

    /// Checks the owner and the permissions of a directory at `path`.
    ///
    /// # Errors
    /// Why it is not trusted.
    pub(super) fn check(self, path: &Path, status: &FileStatus) -> Result<(), DirError> {
        if self.include(status.uid) && status.permissions & S_ISVTX != 0 {
            return Ok(());
        }
        self.check_unshared(path, status)
            .map_err(DirError::Untrusted)
    }

    /// The same, where the sticky bit does not count: whoever may write there may make a name.
    ///
    /// # Errors
    /// Why it is not trusted.
    pub(crate) fn check_unshared(self, path: &Path, status: &FileStatus) -> Result<(), Untrusted> {
        let reason = if !self.include(status.uid) {
            Distrust::Owner(status.uid)
        } else if is_writable_by_others(status) {
            let everybody = status.permissions & S_IWOTH != 0;
            Distrust::Writable { everybody }
        } else {
            return Ok(());
        };
        let path = path.to_owned();
        Err(Untrusted { path, reason })
    }
}

/// Returns whether users other than the owner may make entries in a directory. What an access control list allows shows
/// in the permissions of the group.
pub(super) fn is_writable_by_others(status: &FileStatus) -> bool {
    status.permissions & (S_IWGRP | S_IWOTH) != 0
}

pub(super) fn untrusted(path: &Path, reason: Distrust) -> DirError {
    let path = path.to_owned();
    DirError::Untrusted(Untrusted { path, reason })
}
