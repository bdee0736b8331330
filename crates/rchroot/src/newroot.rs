//! The directory that becomes the root.

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::{OFlag, readlink};
use nix::unistd::{chdir, chroot, fchdir};
use nscore::cli::message;
use nscore::cli::quote::Quotes;
use nscore::hint::{self, WithHint};
use nscore::sys::directory::status_of;
use nscore::sys::file::open;

use crate::options::Options;

/// NEWROOT. Once it was asked whether it is the old root, it is the directory that was looked at that is entered,
/// whatever its name leads to by then.
pub(crate) struct NewRoot<'a> {
    name: &'a OsStr,
    opened: OnceCell<Result<Opened, Errno>>,
}

struct Opened {
    directory: OwnedFd,
    is_old_root: bool,
}

impl<'a> NewRoot<'a> {
    /// The directory of this name, not looked at yet.
    pub(crate) fn new(name: &'a OsStr) -> NewRoot<'a> {
        NewRoot {
            name,
            opened: OnceCell::new(),
        }
    }

    /// Whether it is the root that the process already has: the same directory of the same mount. A bind mount of `/`
    /// elsewhere is another root, and so is what cannot be reached.
    pub(crate) fn is_old_root(&self) -> bool {
        let opened = self.opened.get_or_init(|| open_root(self.name));
        opened.as_ref().is_ok_and(|opened| opened.is_old_root)
    }

    /// Makes it the root.
    ///
    /// # Errors
    /// Those of `chroot(2)` for its name, in the same order: what is wrong with the path, the right to search it, the
    /// capability.
    fn change_root(&self) -> Result<(), Errno> {
        match self.opened.get() {
            None => chroot(self.name),
            Some(Err(errno)) => Err(*errno),
            // The working directory may have to stay.
            Some(Ok(opened)) if opened.is_old_root => chroot("/"),
            Some(Ok(opened)) => {
                fchdir(&opened.directory)?;
                chroot(".")
            }
        }
    }
}

fn open_root(name: &OsStr) -> Result<Opened, Errno> {
    let flags = OFlag::O_PATH | OFlag::O_DIRECTORY;
    let directory = open(Path::new(name), flags)?;
    let place = |directory: &OwnedFd| {
        let status = status_of(directory).ok()?;
        Some((status.mount?, status.device, status.inode))
    };
    let is_old_root = match place(&directory) {
        Some(found) => open(Path::new("/"), flags).is_ok_and(|root| place(&root) == Some(found)),
        // Linux before 5.8 does not report the mount; the path is the same question.
        None => {
            let link = format!("/proc/self/fd/{}", directory.as_raw_fd());
            readlink(link.as_str()).is_ok_and(|path| path == "/")
        }
    };
    Ok(Opened {
        directory,
        is_old_root,
    })
}

/// Makes NEWROOT the root, and the working directory too unless that is to stay or to be another one inside.
///
/// # Errors
/// Those of `chroot(2)` and `chdir(2)`.
pub(crate) fn enter(root: &NewRoot, options: &Options, quotes: &Quotes) -> Result<()> {
    let newroot = root.name;
    let explained = root
        .change_root()
        .with_hint_for(Path::new(newroot), |errno, path| {
            hint::chroot(
                errno,
                path,
                "run this in a user namespace (runshare --map-root-user rchroot ...)",
            )
        });
    explained.with_context(|| {
        let named = quotes.shell(newroot);
        message(&[&"cannot change root directory to ", &named])
    })?;
    if !options.skip_chdir {
        // A working directory outside the root would be a way out of it.
        chdir("/").context("cannot chdir to root directory")?;
    }
    if let Some(directory) = options.directory.as_deref() {
        let explained = chdir(directory).with_hint_for(Path::new(directory), hint::path);
        explained.with_context(|| {
            let named = quotes.shell(directory);
            message(&[&"cannot change directory to ", &named])
        })?;
    }
    Ok(())
}
