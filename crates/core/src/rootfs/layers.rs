//! The layers above: where what is written to an overlay goes, a tmpfs or the directory of `--overlay`.

use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag};
use nix::libc;
use nix::sys::stat::{FchmodatFlags, Mode, fchmodat, mkdirat};
use nix::unistd::{Gid, Uid, fchownat};

use super::attach::NewFilesystem;
use super::bind_source::c_path;
use super::changes::{TRUSTED, USER};
use super::error::MountError;
use super::overlay_dir::{MOUNTS, OverlayDir, UPPER, escape_path, make_below, make_work};
use super::remount::attributes_of;
use super::root::Root;
use crate::message::{Message, sentence};
use crate::ns_type::NsType;
use crate::procfs::Proc;
use crate::safe_open::open_path;
use crate::sys::directory::{FileStatus, status_of};
use crate::sys::file::fd_path;
use crate::sys::fs_context::set_attributes;
use crate::sys::mount::attach;
use crate::sys::xattr::{has_user_attributes, set_attribute};

/// What the layer is above of, both as a path from the root on.
#[derive(Clone, Copy)]
pub(super) enum Above<'a> {
    /// A directory of the root's own file system.
    Directory(&'a Path),
    /// What is mounted there.
    Mount(&'a Path),
}

/// Where the layers are.
enum LayerStorage {
    /// In a tmpfs, which is mounted where the root is going to be.
    Memory(OwnedFd),
    /// In the directory of `--overlay`, by its path and a descriptor of `O_PATH`.
    Directory(PathBuf, OwnedFd),
}

/// The layers.
pub(super) struct Layers {
    place: LayerStorage,
    count: Cell<u32>,
    pub(super) is_in_user_namespace: bool,
}

impl Layers {
    /// Layers in memory; the tmpfs is mounted on `directory`.
    ///
    /// # Errors
    /// `cannot make an ephemeral root`; that this kernel cannot.
    pub(super) fn in_memory(directory: BorrowedFd<'_>) -> Result<Layers> {
        let failed = "cannot make an ephemeral root";
        let scratch = NewFilesystem::new(c"tmpfs", 0).with(c"mode", c"0700");
        let scratch = scratch.make().map_err(Error::from).context(failed)?;
        attach(&scratch, directory).context(failed)?;
        let layers = Layers::new(LayerStorage::Memory(scratch));
        if layers.lacks_user_attributes() {
            bail!(
                "option --ephemeral requires Linux 6.6 in a user namespace: tmpfs lacks user attributes"
            );
        }
        Ok(layers)
    }

    /// Layers that stay in a directory.
    ///
    /// # Errors
    /// `cannot open DIR`; that it cannot hold them.
    pub(super) fn in_directory(kept: &OverlayDir) -> Result<Layers> {
        let path = kept.path();
        let opened = kept.open_here()?;
        let layers = Layers::new(LayerStorage::Directory(path.to_owned(), opened));
        if layers.lacks_user_attributes() {
            let why = "a user namespace requires a file system with user attributes";
            let why = sentence(why, &[]);
            bail!(sentence("cannot use %s as an overlay: %s", &[&path, &why]));
        }
        Ok(layers)
    }

    fn new(place: LayerStorage) -> Layers {
        Layers {
            place,
            count: Cell::new(0),
            is_in_user_namespace: Proc::mounted().is_initial(NsType::User) != Some(true),
        }
    }

    /// In a user namespace overlayfs has attributes of the class `user` alone.
    fn lacks_user_attributes(&self) -> bool {
        let (LayerStorage::Memory(directory) | LayerStorage::Directory(_, directory)) = &self.place;
        self.is_in_user_namespace && !has_user_attributes(&fd_path(directory))
    }

    /// Returns what has failed if the overlay cannot be made.
    pub(super) fn sentence(&self) -> Message {
        match &self.place {
            LayerStorage::Memory(_) => sentence("cannot make an ephemeral root", &[]),
            LayerStorage::Directory(path, _) => sentence("cannot use %s as an overlay", &[path]),
        }
    }

    /// The directory of `--overlay` as it was named.
    pub(super) fn persistent_dir(&self) -> Option<&Path> {
        match &self.place {
            LayerStorage::Memory(_) => None,
            LayerStorage::Directory(path, _) => Some(path),
        }
    }

    /// Returns what the overlay of a root on `directory` is mounted on: the tmpfs, so that neither can be reached from
    /// inside.
    pub(super) fn point<'a>(&'a self, directory: BorrowedFd<'a>) -> BorrowedFd<'a> {
        match &self.place {
            LayerStorage::Memory(scratch) => scratch.as_fd(),
            LayerStorage::Directory(..) => directory,
        }
    }

    /// The upper layer and the directory to work in; whether the former is new.
    fn make(&self, above: Above<'_>) -> Result<(OwnedFd, OwnedFd, bool), Errno> {
        let number = self.next_number();
        match &self.place {
            LayerStorage::Memory(scratch) => {
                let name = CString::new(number.to_string()).map_err(|_| Errno::EINVAL)?;
                let layer = make_directory(scratch, &name)?;
                let upper = make_directory(&layer, c"upper")?;
                Ok((upper, make_directory(&layer, c"work")?, true))
            }
            LayerStorage::Directory(_, directory) => {
                let (upper, is_new) = match above {
                    Above::Directory(path) => {
                        make_below(directory, UPPER, path, |made| self.mark_as_copy(made))?
                    }
                    Above::Mount(path) => {
                        let name = escape_path(path);
                        let (mounts, _) = make_below(directory, MOUNTS, Path::new(""), |_| ())?;
                        make_below(mounts, &name, Path::new(""), |_| ())?
                    }
                };
                Ok((upper, make_work(directory, number)?, is_new))
            }
        }
    }

    /// An overlay of a directory, mounted nowhere yet. It has the attributes of the mount that the directory is on,
    /// which the kernel does not pass on.
    pub(super) fn overlay(
        &self,
        lower: BorrowedFd<'_>,
        above: Above<'_>,
    ) -> Result<OwnedFd, MountError> {
        let (upper, work, is_new) = self.make(above)?;
        if is_new {
            copy_owner(&status_of(lower)?, &upper, c".")?;
        }
        let attributes = attributes_of(lower)? & !libc::MOUNT_ATTR_RDONLY;
        let mut overlay = NewFilesystem::new(c"overlay", attributes)
            .with(c"lowerdir", &c_path(lower)?)
            .with(c"upperdir", &c_path(upper.as_fd())?)
            .with(c"workdir", &c_path(work.as_fd())?);
        if self.is_in_user_namespace {
            // trusted.* is for the initial user namespace alone.
            overlay.parameters.push((c"userxattr".into(), None));
        } else if self.persistent_dir().is_some() {
            // With these a new directory is marked as if it had replaced another one, or refers to where it was before.
            for (key, value) in [(c"metacopy", c"off"), (c"redirect_dir", c"nofollow")] {
                overlay = overlay.with(key, value);
            }
        }
        if self.persistent_dir().is_some() {
            overlay = overlay.with(c"index", c"off").with(c"xino", c"off");
        }
        overlay
            .make()
            .map_err(|error| self.name_upper(error, &upper))
    }

    /// Has the kernel's words name the layer as the caller knows it.
    fn name_upper(&self, mut error: MountError, upper: &OwnedFd) -> MountError {
        if let (Some(text), Some(kept)) = (&error.text, self.persistent_dir()) {
            let (known, named) = (fd_path(upper), kept.join("upper"));
            let [known, named] = [known, named].map(|path| path.to_string_lossy().into_owned());
            error.text = Some(text.replace(&known, &named));
        }
        error
    }

    /// Tries whether the directory of `--overlay` can hold upper layers at all, with an overlay of empty directories.
    ///
    /// # Errors
    /// Those of overlayfs.
    pub(super) fn try_upper(&self) -> Result<(), MountError> {
        let LayerStorage::Directory(_, directory) = &self.place else {
            return Ok(());
        };
        let mut layers = Vec::new();
        for key in [c"lowerdir", c"upperdir", c"workdir"] {
            layers.push((key, make_work(directory, self.next_number())?));
        }
        let mut overlay = NewFilesystem::new(c"overlay", 0);
        for (key, layer) in &layers {
            overlay = overlay.with(key, &c_path(layer.as_fd())?);
        }
        overlay.parameters.push((c"userxattr".into(), None));
        overlay.make().map(drop)
    }

    fn next_number(&self) -> u32 {
        let number = self.count.get();
        self.count.set(number + 1);
        number
    }

    /// Marks a directory of `--overlay` that is not the root's own layer as overlayfs does one that it has copied, so
    /// that it is not listed as a change.
    fn mark_as_copy(&self, made: &OwnedFd) {
        // Without the attribute a directory is listed more.
        let _ = set_attribute(&fd_path(made), self.origin(), b"");
    }

    fn origin(&self) -> &'static CStr {
        match self.is_in_user_namespace {
            true => USER.origin,
            false => TRUSTED.origin,
        }
    }

    /// A tmpfs as root, with the owner and permissions of a directory.
    pub(super) fn copy_of_root(&self, directory: BorrowedFd<'_>) -> Result<Root, MountError> {
        let mode = format!("{:o}", status_of(directory)?.permissions);
        let mode = CString::new(mode).map_err(|_| Errno::EINVAL)?;
        let tmpfs = NewFilesystem::new(c"tmpfs", 0)
            .with(c"mode", &mode)
            .make()?;
        attach(&tmpfs, self.point(directory))?;
        Ok(Root::new(tmpfs))
    }

    /// Has nothing be written to the tmpfs that represents a directory, where what is written is to stay.
    pub(super) fn seal(&self, root: &Root) -> Result<(), Errno> {
        match self.place {
            LayerStorage::Memory(_) => Ok(()),
            LayerStorage::Directory(..) => {
                set_attributes(root.open(Path::new(""))?, libc::MOUNT_ATTR_RDONLY, false)
            }
        }
    }
}

pub(super) fn make_directory(parent: &OwnedFd, name: &CStr) -> Result<OwnedFd, Errno> {
    mkdirat(parent, name, Mode::from_bits_retain(0o700))?;
    open_path(parent, name, OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY)
}

/// Gives a directory the owner and permissions of another one. An owner that this user namespace has no number for
/// cannot be given.
pub(super) fn copy_owner(from: &FileStatus, parent: &OwnedFd, name: &CStr) -> Result<(), Errno> {
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
