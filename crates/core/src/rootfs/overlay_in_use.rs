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

/// Returns whether one of the directories below `name` is where an overlay that is mounted works. The directory was
/// opened in the mount namespace of this process.
///
/// # Errors
/// Those of `openat(2)` and `getdents64(2)`, but for its being missing; those of who may not mount an overlay, and so
/// gets no answer.
pub(super) fn has_overlay(directory: &OwnedFd, name: &CStr) -> Result<bool, Errno> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let work = match openat(directory, name, flags, Mode::empty()) {
        // What is in its place is not what an overlay works in.
        Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => return Ok(false),
        opened => Directory::from(opened?),
    };
    for name in work.names()? {
        let flags = OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY;
        match open_path(&work, &name, flags) {
            Ok(opened) if is_worked_in(&opened)? => return Ok(true),
            Ok(_) | Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(false)
}

fn is_worked_in(directory: &OwnedFd) -> Result<bool, Errno> {
    let path = c_path(directory.as_fd())?;
    // EINVAL is the answer for a directory in which nothing works; before Linux 5.2 mount(2) is asked.
    let overlay = NewFilesystem::new(c"overlay", 0)
        .with(c"lowerdir", &path)
        .with(c"upperdir", &path)
        .with(c"workdir", &path)
        .with(c"index", c"on");
    match overlay.try_to_make(directory) {
        Err(Errno::EBUSY) => Ok(true),
        Ok(()) | Err(Errno::EINVAL) => Ok(false),
        Err(errno) => Err(errno),
    }
}
