//! Opening what another user may control: directories, namespaces that are mounted in them, files of other processes
//! and of other roots.
//!
//! Whoever controls a path may change it between a check and its use, and may put anything at its end: a symbolic
//! link, a FIFO, a device whose opening has an effect. So a path is never checked and then opened by its name. It is
//! opened with `O_PATH`, which has no effect, **the descriptor** is checked, and what it represents is opened again
//! through the descriptor's own entry in /proc/self/fd.
//!
//! | what is opened | by | whose it may be |
//! |---|---|---|
//! | a directory that the caller trusts | [`TrustedDir`] | root's or the caller's, with all that are above it |
//! | a namespace mounted in such a directory | [`open_namespace`] | whoever may mount |
//! | a namespace that a link of /proc leads to | [`open_linked_namespace`] | the kernel's |
//! | a file of a process | [`open_checked`] | anybody's |
//! | a regular file of a new root | [`open_regular`](crate::regular_file::open_regular) | anybody's |
//! | what is mounted somewhere in the root of a process | [`open_mount_point`] | anybody's |

mod mount_point;
mod trust;
mod trusted_dir;

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::libc::S_IFREG;
use nix::sys::stat::Mode;
use nix::sys::statfs::{NSFS_MAGIC, fstatfs};

use crate::self_fds::SelfFds;
use crate::sys::directory::{FileStatus, status_of};
use crate::sys::file::move_above_stdio;
pub use mount_point::open_mount_point;
pub(crate) use trust::TrustedUsers;
pub use trust::{DirError, Distrust, Untrusted, user_label};
pub use trusted_dir::TrustedDir;

/// Opens `name` below `directory` if `check` accepts what is there; `None` if it does not.
///
/// A symbolic link is followed, so that `name` may be one of /proc/PID/fd. `check` sees the status of the file that is
/// opened, not of whatever may have that name a moment later. `flags` are those of `open(2)`: `O_RDONLY`,
/// `O_DIRECTORY`.
///
/// # Errors
/// Those of `openat(2)` and `statx(2)`: ENOENT, EACCES; as [`SelfFds::open`].
///
/// ```
/// use nix::fcntl::OFlag;
/// use nix::libc::S_IFREG;
/// use nscore::safe_open::open_checked;
/// use nscore::self_fds::SelfFds;
/// use nscore::sys::directory::Directory;
///
/// let own = Directory::open(c"/proc/self")?;
/// let fds = SelfFds::open()?;
/// let is_regular = |status: &nscore::sys::directory::FileStatus| status.file_type == S_IFREG;
/// assert!(open_checked(&fds, &own, c"stat", OFlag::O_RDONLY, is_regular)?.is_some());
/// assert!(open_checked(&fds, &own, c"fd", OFlag::O_RDONLY, is_regular)?.is_none());
/// # Ok::<(), nix::errno::Errno>(())
/// ```
pub fn open_checked(
    fds: &SelfFds,
    directory: impl AsFd,
    name: &CStr,
    flags: OFlag,
    check: impl FnOnce(&FileStatus) -> bool,
) -> Result<Option<OwnedFd>, Errno> {
    let found = open_path(directory, name, OFlag::empty())?;
    if !check(&status_of(&found)?) {
        return Ok(None);
    }
    fds.reopen(&found, flags).map(Some)
}

/// Opens the namespace that is mounted on the file `name` of `directory`; `None` for whatever else is there.
///
/// The file must be the root of a mount of nsfs: a symbolic link is not followed, so that nobody can lead the caller to
/// a namespace by a link to /proc/PID/ns, and nothing but nsfs is opened for reading. No file system is asked anything
/// that it may leave unanswered.
///
/// # Errors
/// Those of `openat(2)` and `statx(2)`: ENOENT, EACCES; as [`SelfFds::open`].
pub fn open_namespace(directory: impl AsFd, name: &CStr) -> Result<Option<OwnedFd>, Errno> {
    let found = open_path(directory, name, OFlag::O_NOFOLLOW)?;
    if !is_mounted_namespace(&found)? {
        return Ok(None);
    }
    let fds = SelfFds::open()?;
    fds.reopen(&found, OFlag::O_RDONLY).map(Some)
}

/// Opens the namespace that the link `name` of `directory`, which is on procfs, leads to, as /proc/PID/ns/net does;
/// `None` for whatever else is there.
///
/// # Errors
/// Those of `openat(2)` and `statx(2)`: ENOENT, EACCES; as [`SelfFds::open`].
pub fn open_linked_namespace(directory: impl AsFd, name: &CStr) -> Result<Option<OwnedFd>, Errno> {
    let nsfs = nsfs_device();
    let is_namespace = |status: &FileStatus| {
        status.file_type == S_IFREG && nsfs.is_some_and(|nsfs| nsfs == status.device)
    };
    let fds = SelfFds::open()?;
    open_checked(&fds, directory, name, OFlag::O_RDONLY, is_namespace)
}

/// Returns whether a descriptor, which may be one of `O_PATH`, is of a namespace that is mounted where it was opened.
///
/// Nothing but a mount or a link of /proc leads to nsfs, which has no directory; before Linux 5.8 this is all that is
/// known of the mount.
///
/// # Errors
/// Those of `statx(2)` and `fstatfs(2)`.
pub fn is_mounted_namespace(file: impl AsFd) -> Result<bool, Errno> {
    let status = status_of(&file)?;
    // The device of nsfs has no driver. A file system of FUSE, of which this is true as well, has to be asked by
    // fstatfs and may not answer, so its regular files are distinguished from nsfs's before by the namespace of this
    // very process.
    let may_be = status.file_type == S_IFREG && status.is_mount_root != Some(false);
    if !may_be || nsfs_device().is_some_and(|nsfs| nsfs != status.device) {
        return Ok(false);
    }
    is_namespace(file)
}

/// Returns whether a file is a namespace; to be asked before anything that only a namespace can answer.
///
/// # Errors
/// Those of `fstatfs(2)`, which a file system of FUSE may leave unanswered.
pub fn is_namespace(file: impl AsFd) -> Result<bool, Errno> {
    Ok(fstatfs(file)?.filesystem_type() == NSFS_MAGIC)
}

/// Returns the device of nsfs, if there is a procfs on /proc to ask.
fn nsfs_device() -> Option<(u32, u32)> {
    let own = crate::procfs::Proc::mounted().path("self/ns/user")?;
    let own = crate::sys::file::open(&own, OFlag::O_PATH).ok()?;
    status_of(own).ok().map(|status| status.device)
}

/// Opens `name` with `O_PATH`, `open(2)`.
pub(crate) fn open_path(directory: impl AsFd, name: &CStr, flags: OFlag) -> Result<OwnedFd, Errno> {
    let flags = flags | OFlag::O_PATH | OFlag::O_CLOEXEC;
    move_above_stdio(openat(directory, name, flags, Mode::empty())?)
}

#[cfg(test)]
mod tests;
