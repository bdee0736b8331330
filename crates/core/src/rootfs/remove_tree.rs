//! Removing a directory and all that is below it, whoever is changing it at this moment.

use std::ffi::CStr;
use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;
use nix::unistd::{UnlinkatFlags, unlinkat};

use crate::sys::directory::Directory;

/// Removes `name` from a directory, with all that is below it; no link is followed. That it is not there is no error.
///
/// # Errors
/// Those of `unlinkat(2)`, `openat(2)`: EBUSY for a mount point, EACCES, EMFILE for a tree that is too deep.
pub(super) fn remove_tree(parent: impl AsFd, name: &CStr) -> Result<(), Errno> {
    let is_gone = |removed: Result<(), Errno>| match removed {
        Ok(()) | Err(Errno::ENOENT) => Ok(true),
        Err(Errno::EISDIR | Errno::EPERM | Errno::ENOTEMPTY | Errno::EEXIST) => Ok(false),
        Err(errno) => Err(errno),
    };
    if is_gone(unlinkat(&parent, name, UnlinkatFlags::NoRemoveDir))?
        || is_gone(unlinkat(&parent, name, UnlinkatFlags::RemoveDir))?
    {
        return Ok(());
    }
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let directory = Directory::from(openat(&parent, name, flags, Mode::empty())?);
    for name in directory.names()? {
        remove_tree(&directory, &name)?;
    }
    unlinkat(parent, name, UnlinkatFlags::RemoveDir)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use testkit::Scratch;

    use super::*;
    use crate::sys::file::open;

    #[test]
    fn a_tree_is_removed_and_nothing_that_a_link_leads_to() {
        let scratch = Scratch::new();
        scratch.dir("tree/a/b");
        scratch.dir("outside");
        scratch.file("outside/file", "");
        scratch.file("tree/a/file", "");
        symlink("../../outside", scratch.path().join("tree/a/link")).expect("it can be made");
        let sealed = scratch.dir("tree/sealed");
        fs::set_permissions(sealed, fs::Permissions::from_mode(0o0)).expect("it is ours");
        let parent = open(scratch.path(), OFlag::O_RDONLY).expect("it is there");
        assert_eq!(remove_tree(&parent, c"tree"), Ok(()));
        assert_eq!(remove_tree(&parent, c"tree"), Ok(()));
        symlink("outside", scratch.path().join("tree")).expect("it can be made");
        assert_eq!(remove_tree(&parent, c"tree"), Ok(()));
        assert!(scratch.path().join("outside/file").exists());
        assert!(scratch.path().join("tree").symlink_metadata().is_err());
    }
}
