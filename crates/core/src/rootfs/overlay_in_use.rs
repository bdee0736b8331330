//! Whether a process anywhere has an overlay mounted, in whatever mount namespace.
//!
//! overlayfs remembers which directories it works in, and with `index=on` refuses with EBUSY to have one of them as an
//! upper layer. It says so before it looks at anything else of a mount that could never be made: one that is to work in
//! its own upper layer, EINVAL.

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;

use super::attach::NewFilesystem;
use super::bind_source::c_path;
use crate::safe_open::open_path;
use crate::sys::directory::Directory;
use crate::sys::mount::clone_mount;

/// Whether an overlay works in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InUse {
    Yes,
    No,
    /// Whoever may not mount an overlay gets no answer.
    Unknown(Errno),
}

/// Returns whether one of the directories below `name` is where an overlay that is mounted works. The directory was
/// opened in the mount namespace of this process.
///
/// # Errors
/// Those of `openat(2)` and `getdents64(2)`, but for its being missing.
pub(super) fn has_overlay(directory: &OwnedFd, name: &CStr) -> Result<InUse, Errno> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let work = match openat(directory, name, flags, Mode::empty()) {
        // What is in its place is not what an overlay works in.
        Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => return Ok(InUse::No),
        opened => Directory::from(opened?),
    };
    for name in work.names()? {
        let flags = OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY;
        match open_path(&work, &name, flags) {
            Ok(opened) => match is_worked_in(&opened) {
                InUse::No => {}
                answer => return Ok(answer),
            },
            Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(InUse::No)
}

fn is_worked_in(directory: &OwnedFd) -> InUse {
    let path = match c_path(directory.as_fd()) {
        Ok(path) => path,
        Err(errno) => return InUse::Unknown(errno),
    };
    // What cannot be cloned, since its mount is unbindable, is refused as a layer before that question, with EINVAL.
    match clone_mount(directory) {
        Ok(_) | Err(Errno::ENOSYS) => {}
        Err(errno) => return InUse::Unknown(errno),
    }
    // EINVAL is the answer for a directory in which nothing works, also for one on a read-only mount, where nothing
    // can be removed either. A kernel without overlayfs, ENODEV, has no overlay. Before Linux 5.2 mount(2) is asked.
    let overlay = NewFilesystem::new(c"overlay", 0)
        .with(c"lowerdir", &path)
        .with(c"upperdir", &path)
        .with(c"workdir", &path)
        .with(c"index", c"on");
    match overlay.try_to_make(directory) {
        Err(Errno::EBUSY) => InUse::Yes,
        Ok(()) | Err(Errno::EINVAL | Errno::ENODEV) => InUse::No,
        Err(errno) => InUse::Unknown(errno),
    }
}
