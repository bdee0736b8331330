//! An overlay above the root, which keeps its directory as it is: with `--ephemeral` what is written goes to memory and
//! is gone with the mount namespace, with `--overlay` it goes to a directory.
//!
//! The root is an overlay, the directory below and the [layer](Layers) above. In memory that is a tmpfs, which is
//! mounted on the directory and the overlay on the tmpfs, so neither can be reached from inside. An overlay shows one
//! file system alone: what is mounted below the directory is mounted again, each with an overlay of its own, the file
//! systems of the kernel's as they are, and what cannot be an overlay's lower layer read-only.
//!
//! A user namespace has no overlay over a directory below which more privileged namespaces have mounted something.
//! There the root is a tmpfs, with an overlay for each entry of the directory. It cannot be written to itself with
//! `--overlay`, since that would not stay.

use std::ffi::{CString, OsStr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Error, Result};
use nix::errno::Errno;
use nix::fcntl::{OFlag, readlinkat};
use nix::libc::{self, S_IFDIR, S_IFLNK};
use nix::unistd::symlinkat;

use super::attach::bind;
use super::bind_source::{BindSource, c_path};
use super::error::MountError;
use super::layers::{Above, Layers, copy_owner, make_directory};
use super::overlay_dir::OverlayDir;
use super::root::{PointKind, Root};
use super::submounts::{Submount, Submounts};
use crate::hint::{Hint, explain_overlay};
use crate::safe_open::open_path;
use crate::sys::directory::{Directory, status_of};
use crate::sys::mount::attach;

/// How many directories below the root are made one by one.
const DEPTH: usize = 2;

/// Makes a root like `directory`; what is written to it goes to memory or, with `kept`, to that directory.
///
/// # Errors
/// `cannot make an ephemeral root`, `cannot use DIR as an overlay`; that this kernel cannot.
pub(super) fn mount(directory: BorrowedFd<'_>, kept: Option<&OverlayDir>) -> Result<OwnedFd> {
    let submounts = Submounts::open_below(directory).context("cannot read the mounts")?;
    let layers = match kept {
        Some(kept) => Layers::in_directory(kept)?,
        None => Layers::in_memory(directory)?,
    };
    let root = mount_root(&layers, directory, &submounts);
    root.map(Root::into_directory).map_err(|error| {
        let (errno, kept) = (error.errno, layers.persistent_dir().map(Path::to_owned));
        let why = Hint::new(move || explain_overlay(errno, kept.as_deref()?));
        Error::from(error).context(why).context(layers.sentence())
    })
}

fn mount_root(
    layers: &Layers,
    directory: BorrowedFd<'_>,
    submounts: &Submounts,
) -> Result<Root, MountError> {
    match layers.overlay(directory, Above::Directory(Path::new(""))) {
        Ok(overlay) => {
            attach(&overlay, layers.point(directory))?;
            let root = Root::new(overlay);
            mount_again(layers, &root, submounts)?;
            Ok(root)
        }
        // Something more privileged is mounted below it.
        Err(MountError {
            errno: Errno::EINVAL,
            ..
        }) if layers.is_in_user_namespace => {
            layers.try_upper()?;
            let root = layers.copy_of_root(directory)?;
            fill(layers, &root, submounts, directory, Path::new(""), 1)?;
            layers.seal(&root)?;
            Ok(root)
        }
        Err(error) => Err(error),
    }
}

/// Mounts again what was mounted below the directory.
fn mount_again(layers: &Layers, root: &Root, submounts: &Submounts) -> Result<(), MountError> {
    let mut cloned: Vec<&Path> = Vec::new();
    for mount in submounts.iter() {
        // Its tree was cloned as a whole.
        if cloned.iter().any(|path| mount.path.starts_with(path)) {
            continue;
        }
        let point = match root.open(&mount.path) {
            Ok(point) => point,
            // It has gone meanwhile, or is behind a link that leads elsewhere inside.
            Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => continue,
            Err(errno) => return Err(errno.into()),
        };
        if mount_one(layers, root, mount, &point)? == Mounted::Tree {
            cloned.push(&mount.path);
        }
    }
    Ok(())
}

/// What was mounted.
#[derive(PartialEq, Eq)]
enum Mounted {
    /// The mount alone.
    Alone,
    /// It and all that is mounted below it.
    Tree,
}

fn mount_one(
    layers: &Layers,
    root: &Root,
    mount: &Submount,
    point: &OwnedFd,
) -> Result<Mounted, MountError> {
    if !mount.is_pseudo
        && mount.kind == PointKind::Directory
        && mount_overlay(layers, mount.file.as_fd(), Above::Mount(&mount.path), point)?
    {
        return Ok(Mounted::Alone);
    }
    let file = mount.file.try_clone().map_err(|_| Errno::EMFILE)?;
    let (source, attributes, mounted) = if mount.is_pseudo {
        match BindSource::without_submounts(&file) {
            Ok(source) => (source, 0, Mounted::Alone),
            // Parts of a tree that a more privileged namespace has made cannot be had.
            Err(_) => (BindSource::from_fd(file)?, 0, Mounted::Tree),
        }
    } else {
        let read_only = libc::MOUNT_ATTR_RDONLY;
        (BindSource::from_fd(file)?, read_only, Mounted::Tree)
    };
    bind(&source, attributes, point, || root.open(&mount.path))?;
    Ok(mounted)
}

/// Mounts an overlay of a directory on `point`; `false` if the kernel makes none of it.
fn mount_overlay(
    layers: &Layers,
    lower: BorrowedFd<'_>,
    above: Above<'_>,
    point: &OwnedFd,
) -> Result<bool, MountError> {
    match layers.overlay(lower, above) {
        Ok(overlay) => {
            attach(&overlay, point)?;
            Ok(true)
        }
        Err(MountError {
            errno: Errno::ENOSPC | Errno::ENOMEM | Errno::EMFILE,
            ..
        }) => Err(Errno::ENOMEM.into()),
        Err(_) => Ok(false),
    }
}

/// Makes the entries of a directory in the new root: links as they are, directories with nothing mounted below as
/// overlays, others entry by entry, and what is no directory read-only.
fn fill(
    layers: &Layers,
    root: &Root,
    submounts: &Submounts,
    directory: BorrowedFd<'_>,
    below: &Path,
    depth: usize,
) -> Result<(), MountError> {
    let target = root.open(below)?;
    for name in entries(directory)? {
        let path = below.join(OsStr::from_bytes(name.to_bytes()));
        let opened = open_path(directory, &name, OFlag::O_NOFOLLOW);
        let (file, status) =
            match opened.and_then(|file| status_of(&file).map(|status| (file, status))) {
                Ok(found) => found,
                // It has gone, or another user's process serves it and shows it to nobody else.
                Err(Errno::ENOENT | Errno::EACCES | Errno::ENOTCONN) => continue,
                Err(errno) => return Err(errno.into()),
            };
        match status.file_type {
            S_IFLNK => symlinkat(
                readlinkat(&file, c"")?.as_os_str(),
                &target,
                name.as_c_str(),
            )?,
            S_IFDIR => {
                make_directory(&target, &name)?;
                copy_owner(&status, &target, &name)?;
                fill_directory(layers, root, submounts, &file, &path, depth)?;
            }
            _ => {
                let point = root.make(&path, PointKind::File)?;
                let source = BindSource::from_fd(file)?;
                bind(&source, libc::MOUNT_ATTR_RDONLY, &point, || {
                    root.open(&path)
                })?;
            }
        }
    }
    Ok(())
}

fn fill_directory(
    layers: &Layers,
    root: &Root,
    submounts: &Submounts,
    file: &OwnedFd,
    path: &Path,
    depth: usize,
) -> Result<(), MountError> {
    let point = root.open(path)?;
    let has_below = submounts.has_below(path);
    let mount = submounts.find(path);
    if has_below && depth < DEPTH && !mount.is_some_and(|mount| mount.is_pseudo) {
        return fill(layers, root, submounts, file.as_fd(), path, depth + 1);
    }
    if let Some(mount) = mount {
        mount_one(layers, root, mount, &point)?;
        return Ok(());
    }
    // With something mounted below it is too deep to be made entry by entry.
    if !has_below && mount_overlay(layers, file.as_fd(), Above::Directory(path), &point)? {
        return Ok(());
    }
    let source = BindSource::from_fd(file.try_clone().map_err(|_| Errno::EMFILE)?)?;
    bind(&source, libc::MOUNT_ATTR_RDONLY, &point, || root.open(path))?;
    Ok(())
}

/// The names in a directory; none of one that may not be read.
fn entries(directory: BorrowedFd<'_>) -> Result<Vec<CString>, Errno> {
    let path = c_path(directory)?;
    match Directory::open(&path) {
        Ok(directory) => directory.names(),
        Err(Errno::EACCES) => Ok(Vec::new()),
        Err(errno) => Err(errno),
    }
}
