//! `--ephemeral`: what is written to the root goes to memory, and is gone with the mount namespace.
//!
//! The root is an overlay, the directory below and a tmpfs above. The tmpfs is mounted on the directory and the overlay on
//! the tmpfs, so neither can be reached from inside. An overlay shows one file system alone: what is mounted below the
//! directory is mounted again, each with an overlay of its own, the file systems of the kernel's as they are, and what
//! cannot be an overlay's lower layer read-only.
//!
//! A user namespace has no overlay over a directory below which more privileged namespaces have mounted something. There the
//! root is a tmpfs, with an overlay for each entry of the directory.

use std::cell::Cell;
use std::ffi::{CStr, CString, OsStr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, readlinkat};
use nix::libc::{self, S_IFDIR, S_IFLNK};
use nix::sys::stat::{FchmodatFlags, Mode, fchmodat, mkdirat};
use nix::unistd::{Gid, Uid, fchownat, symlinkat};

use super::attach::{NewFilesystem, bind};
use super::error::MountError;
use super::remount::attributes_of;
use super::root::{PointKind, Root};
use super::source::Source;
use super::submounts::{Submount, Submounts};
use crate::ns_type::NsType;
use crate::procfs::Proc;
use crate::safe_open::open_path;
use crate::sys::directory::{Directory, EntryBuffer, Status, status_of};
use crate::sys::file::fd_path;
use crate::sys::mount::attach;
use crate::sys::xattr::has_user_attributes;

/// How many directories below the root are made one by one.
const DEPTH: usize = 2;

/// Makes a root like `directory`, to which nothing that is written stays.
///
/// # Errors
/// `cannot make an ephemeral root`; that this kernel cannot.
pub(super) fn mount(directory: BorrowedFd<'_>) -> Result<OwnedFd> {
    let sentence = "cannot make an ephemeral root";
    let submounts = Submounts::open_below(directory).context(sentence)?;
    let scratch = NewFilesystem::new(c"tmpfs", 0).with(c"mode", c"0700");
    let scratch = scratch.make().map_err(Error::from).context(sentence)?;
    attach(&scratch, directory).context(sentence)?;
    let layers = Layers::new(scratch);
    if layers.is_in_user_namespace && !has_user_attributes(&fd_path(&layers.scratch)) {
        bail!(
            "option --ephemeral requires Linux 6.6 in a user namespace: tmpfs lacks user attributes"
        );
    }
    match layers.overlay(directory) {
        Ok(overlay) => {
            attach(&overlay, &layers.scratch).context(sentence)?;
            let root = Root::new(overlay);
            mount_again(&layers, &root, &submounts)
                .map_err(Error::from)
                .context(sentence)?;
            Ok(root.into_directory())
        }
        // Something more privileged is mounted below it.
        Err(MountError {
            errno: Errno::EINVAL,
            ..
        }) if layers.is_in_user_namespace => {
            let root = layers
                .copy_of_root(directory)
                .map_err(Error::from)
                .context(sentence)?;
            let fill = fill(&layers, &root, &submounts, directory, Path::new(""), 1);
            fill.map_err(Error::from).context(sentence)?;
            Ok(root.into_directory())
        }
        Err(error) => Err(Error::from(error)).context(sentence),
    }
}

/// The tmpfs with the upper layers.
struct Layers {
    scratch: OwnedFd,
    count: Cell<u32>,
    is_in_user_namespace: bool,
}

impl Layers {
    fn new(scratch: OwnedFd) -> Layers {
        Layers {
            scratch,
            count: Cell::new(0),
            is_in_user_namespace: Proc::mounted().is_initial(NsType::User) != Some(true),
        }
    }

    /// A new directory in the tmpfs.
    fn directory(&self) -> Result<OwnedFd, Errno> {
        let number = self.count.get();
        self.count.set(number + 1);
        let name = CString::new(number.to_string()).map_err(|_| Errno::EINVAL)?;
        make_directory(&self.scratch, &name)
    }

    /// An overlay of a directory, mounted nowhere yet. It has the attributes of the mount that the directory is on, which
    /// the kernel does not pass on.
    fn overlay(&self, lower: BorrowedFd<'_>) -> Result<OwnedFd, MountError> {
        let layer = self.directory()?;
        let (upper, work) = (
            make_directory(&layer, c"upper")?,
            make_directory(&layer, c"work")?,
        );
        copy_owner(&status_of(lower)?, &layer, c"upper")?;
        let attributes = attributes_of(lower)? & !libc::MOUNT_ATTR_RDONLY;
        let mut overlay = NewFilesystem::new(c"overlay", attributes)
            .with(c"lowerdir", &c_path(lower)?)
            .with(c"upperdir", &c_path(upper.as_fd())?)
            .with(c"workdir", &c_path(work.as_fd())?);
        if self.is_in_user_namespace {
            // trusted.* is for the initial user namespace alone.
            overlay.parameters.push((c"userxattr".into(), None));
        }
        overlay.make()
    }

    /// A tmpfs on the scratch one as root, with the owner and permissions of a directory.
    fn copy_of_root(&self, directory: BorrowedFd<'_>) -> Result<Root, MountError> {
        let mode = format!("{:o}", status_of(directory)?.permissions);
        let mode = CString::new(mode).map_err(|_| Errno::EINVAL)?;
        let tmpfs = NewFilesystem::new(c"tmpfs", 0)
            .with(c"mode", &mode)
            .make()?;
        attach(&tmpfs, &self.scratch)?;
        Ok(Root::new(tmpfs))
    }
}

fn make_directory(parent: &OwnedFd, name: &CStr) -> Result<OwnedFd, Errno> {
    mkdirat(parent, name, Mode::from_bits_retain(0o700))?;
    open_path(parent, name, OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY)
}

/// Gives a directory the owner and permissions of another one. An owner that this user namespace has no number for
/// cannot be given.
fn copy_owner(from: &Status, parent: &OwnedFd, name: &CStr) -> Result<(), Errno> {
    let (uid, gid) = (Uid::from_raw(from.uid), Gid::from_raw(from.gid));
    let _ = fchownat(
        parent,
        name,
        Some(uid),
        Some(gid),
        AtFlags::AT_SYMLINK_NOFOLLOW,
    );
    let mode = Mode::from_bits_truncate(from.permissions);
    fchmodat(parent, name, mode, FchmodatFlags::FollowSymlink)
}

fn c_path(file: BorrowedFd<'_>) -> Result<CString, Errno> {
    CString::new(fd_path(file).as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)
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
        && mount_overlay(layers, mount.file.as_fd(), point)?
    {
        return Ok(Mounted::Alone);
    }
    let file = mount.file.try_clone().map_err(|_| Errno::EMFILE)?;
    let (source, attributes, mounted) = if mount.is_pseudo {
        match Source::without_submounts(&file) {
            Ok(source) => (source, 0, Mounted::Alone),
            // Parts of a tree that a more privileged namespace has made cannot be had.
            Err(_) => (Source::from_fd(file)?, 0, Mounted::Tree),
        }
    } else {
        let read_only = libc::MOUNT_ATTR_RDONLY;
        (Source::from_fd(file)?, read_only, Mounted::Tree)
    };
    bind(&source, attributes, point, || root.open(&mount.path))?;
    Ok(mounted)
}

/// Mounts an overlay of a directory on `point`; `false` if the kernel makes none of it.
fn mount_overlay(
    layers: &Layers,
    lower: BorrowedFd<'_>,
    point: &OwnedFd,
) -> Result<bool, MountError> {
    match layers.overlay(lower) {
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

/// Makes the entries of a directory in the new root: links as they are, directories with nothing mounted below as overlays,
/// others entry by entry, and what is no directory read-only.
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
                let source = Source::from_fd(file)?;
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
    let mount = submounts.at(path);
    if has_below && depth < DEPTH && !mount.is_some_and(|mount| mount.is_pseudo) {
        return fill(layers, root, submounts, file.as_fd(), path, depth + 1);
    }
    if let Some(mount) = mount {
        mount_one(layers, root, mount, &point)?;
        return Ok(());
    }
    // With something mounted below it is too deep to be made entry by entry.
    if !has_below && mount_overlay(layers, file.as_fd(), &point)? {
        return Ok(());
    }
    let source = Source::from_fd(file.try_clone().map_err(|_| Errno::EMFILE)?)?;
    bind(&source, libc::MOUNT_ATTR_RDONLY, &point, || root.open(path))?;
    Ok(())
}

/// The names in a directory; none of one that may not be read.
fn entries(directory: BorrowedFd<'_>) -> Result<Vec<CString>, Errno> {
    let path = c_path(directory)?;
    let mut names = Vec::new();
    match Directory::open(&path) {
        Ok(directory) => directory.entries(&mut EntryBuffer::default(), |name| {
            names.push(name.to_owned());
        })?,
        Err(Errno::EACCES) => {}
        Err(errno) => return Err(errno),
    }
    Ok(names)
}
