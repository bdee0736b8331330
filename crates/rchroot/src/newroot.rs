//! The directory that becomes the root.

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::path::Path;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::{OFlag, readlink};
use nix::unistd::{chdir, chroot, fchdir, getcwd};
use nscore::cli::quote::Quotes;
use nscore::cli::{Message, sentence};
use nscore::hint::{self, WithHint};
use nscore::ns_type::NsType;
use nscore::rootfs::{self, MappedSources, OverlayDir};
use nscore::sys::directory::status_of;
use nscore::sys::file::{fd_path, open};
use nscore::sys::mount::{Propagation, set_propagation};
use nscore::sys::namespace::unshare;

use crate::options::Options;

/// NEWROOT. After [`is_old_root`](NewRoot::is_old_root), the directory that was examined is the one that is entered,
/// even if its name leads elsewhere by then.
pub(crate) struct NewRoot<'a> {
    name: &'a OsStr,
    opened: OnceCell<Result<Opened, Errno>>,
}

struct Opened {
    directory: OwnedFd,
    is_old_root: bool,
}

impl<'a> NewRoot<'a> {
    /// The directory of this name, not opened yet.
    pub(crate) fn new(name: &'a OsStr) -> NewRoot<'a> {
        NewRoot {
            name,
            opened: OnceCell::new(),
        }
    }

    /// Returns whether it is the current root of the process: the same directory on the same mount. A bind mount of `/`
    /// elsewhere is another root, and so is one that cannot be opened.
    pub(crate) fn is_old_root(&self) -> bool {
        let opened = self.opened.get_or_init(|| open_root(self.name));
        opened.as_ref().is_ok_and(|opened| opened.is_old_root)
    }

    /// Changes the root to NEWROOT.
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

/// The error of a system call as that of NEWROOT; the hint says how to do without the right to it.
fn cannot_enter<T>(
    result: Result<T, Errno>,
    root: &NewRoot,
    otherwise: fn() -> Message,
    quotes: &Quotes,
) -> Result<T> {
    let explained = result.with_hint_for(Path::new(root.name), move |errno, path| {
        hint::explain_chroot(errno, path, otherwise)
    });
    explained.with_context(|| {
        let named = quotes.shell(root.name);
        sentence("cannot change root directory to %s", &[&named])
    })
}

/// What can be done without the right to mount.
fn with_user_namespace() -> Message {
    sentence(
        "use runshare --map-root-user --root NEWROOT, which has the same options",
        &[],
    )
}

/// Locks the directory of `--overlay`. A NEWROOT that cannot be opened is reported first.
///
/// # Errors
/// `cannot change root directory to DIR`; as [`Requests::lock_overlay`](rootfs::Requests::lock_overlay).
pub(crate) fn lock_overlay(
    root: &NewRoot,
    options: &Options,
    quotes: &Quotes,
) -> Result<Option<OverlayDir>> {
    if !options.mounts.needs_waiter() {
        return Ok(None);
    }
    if let Err(errno) = root.opened.get_or_init(|| open_root(root.name)) {
        cannot_enter(Err(*errno), root, with_user_namespace, quotes)?;
    }
    options.mounts.lock_overlay()
}

/// Makes NEWROOT the root in a mount namespace of our own, with what is to be mounted there: all of it is gone with the
/// command.
#[cold]
fn mount_and_enter(
    root: &NewRoot,
    options: &Options,
    quotes: &Quotes,
    overlay: Option<&OverlayDir>,
    warn: &dyn Fn(&Message),
) -> Result<()> {
    let otherwise = with_user_namespace;
    let cannot = |errno| cannot_enter(Err::<(), Errno>(errno), root, otherwise, quotes);
    let found = match root.opened.get_or_init(|| open_root(root.name)) {
        Ok(opened) => status_of(&opened.directory)?,
        Err(errno) => return cannot(*errno),
    };
    if let Err(errno) = unshare(NsType::Mount.flag()) {
        return cannot(errno);
    }
    set_propagation(Path::new("/"), Propagation::Private)
        .with_hint(hint::explain_set_propagation)
        .context("cannot change root filesystem propagation")?;
    // What was opened before is of the mount namespace that was left.
    let opened = open(Path::new(root.name), OFlag::O_PATH | OFlag::O_DIRECTORY);
    let directory = cannot_enter(opened, root, otherwise, quotes)?;
    let again = status_of(&directory)?;
    if !again.is_same_file(&found) {
        return cannot(Errno::ESTALE);
    }
    let working = getcwd();
    let mapped = MappedSources::default();
    let entered = rootfs::mount_all(directory, &options.mounts, overlay, &mapped, warn)?;
    let changed = fchdir(&entered).and_then(|()| chroot("."));
    cannot_enter(changed, root, otherwise, quotes)?;
    if options.skip_chdir {
        // The same directory by its path, which may lead to something that was mounted there.
        chdir(&working?).context("cannot change directory to .")?;
    }
    Ok(())
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
        None => readlink(&fd_path(&directory)).is_ok_and(|path| path == "/"),
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
pub(crate) fn enter(
    root: &NewRoot,
    options: &Options,
    quotes: &Quotes,
    overlay: Option<&OverlayDir>,
    warn: &dyn Fn(&Message),
) -> Result<()> {
    if options.mounts.is_empty() {
        let otherwise = || {
            sentence(
                "run this in a user namespace (runshare --map-root-user rchroot ...)",
                &[],
            )
        };
        cannot_enter(root.change_root(), root, otherwise, quotes)?;
    } else {
        mount_and_enter(root, options, quotes, overlay, warn)?;
    }
    if !options.skip_chdir {
        // A working directory outside the root would be a way out of it.
        chdir("/").context("cannot chdir to root directory")?;
    }
    if let Some(directory) = options.directory.as_deref() {
        let explained = chdir(directory).with_hint_for(Path::new(directory), hint::explain_path);
        explained.with_context(|| {
            let named = quotes.shell(directory);
            sentence("cannot change directory to %s", &[&named])
        })?;
    }
    Ok(())
}
