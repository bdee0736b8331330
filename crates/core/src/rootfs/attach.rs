//! Making a mount and attaching it to a mount point, each by its descriptor.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use nix::errno::Errno;
use nix::libc;
use nix::mount::{MsFlags, mount};

use super::bind_source::BindSource;
use super::error::MountError;
use super::remount::{flags_of, remount_tree};
use super::root::{PointKind, Root};
use crate::sys::file::fd_path;
use crate::sys::fs_context::{FsContext, set_attributes};
use crate::sys::mount::attach;

/// A file system to be made, and how it is to be mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewFilesystem {
    pub(super) name: &'static CStr,
    /// Its parameters; one without a value is a flag.
    pub(super) parameters: Vec<(CString, Option<CString>)>,
    /// `MOUNT_ATTR_…`
    pub(super) attributes: u64,
}

impl NewFilesystem {
    pub(super) fn new(name: &'static CStr, attributes: u64) -> NewFilesystem {
        NewFilesystem {
            name,
            parameters: Vec::new(),
            attributes,
        }
    }

    /// The same with a parameter more.
    pub(super) fn with(mut self, key: &CStr, value: &CStr) -> NewFilesystem {
        self.parameters
            .push((key.to_owned(), Some(value.to_owned())));
        self
    }

    /// Makes the file system and mounts it on `path`, which is made if it is missing; returns the root of the mount.
    ///
    /// # Errors
    /// Those of the system calls, or the file system's own words.
    pub(super) fn mount_on(&self, root: &Root, path: &Path) -> Result<OwnedFd, MountError> {
        match self.make() {
            Err(MountError {
                errno: Errno::ENOSYS,
                ..
            }) => self.mount_older(root, path),
            made => {
                let made = made?;
                attach(&made, directory(root, path)?)?;
                Ok(made)
            }
        }
    }

    /// Makes the file system; it is mounted nowhere yet.
    pub(super) fn make(&self) -> Result<OwnedFd, MountError> {
        let context = FsContext::open(self.name)?;
        let made = self.configure(&context);
        let made = made.and_then(|()| context.create());
        let made = made.and_then(|()| context.mount(self.attributes));
        made.map_err(|errno| MountError {
            errno,
            text: context.error_text(),
        })
    }

    /// Learns whether it could be made, for one that can be mounted nowhere; before Linux 5.2 by trying to mount it on
    /// `point`.
    ///
    /// # Errors
    /// Those of the system calls.
    pub(super) fn try_to_make(&self, point: &OwnedFd) -> Result<(), Errno> {
        match self.make() {
            Err(MountError {
                errno: Errno::ENOSYS,
                ..
            }) => self.mount_at(point),
            made => made.map(drop).map_err(|error| error.errno),
        }
    }

    fn configure(&self, context: &FsContext) -> Result<(), Errno> {
        // Without a source, mountinfo shows `none`.
        context.set_string(c"source", self.name)?;
        for (key, value) in &self.parameters {
            match value {
                Some(value) => context.set_string(key, value)?,
                None => context.set_flag(key)?,
            }
        }
        Ok(())
    }

    /// The same before Linux 5.2, by `mount(2)`.
    fn mount_older(&self, root: &Root, path: &Path) -> Result<OwnedFd, MountError> {
        let point = directory(root, path)?;
        self.mount_at(&point)?;
        Ok(root.open(path)?)
    }

    /// Makes the file system and mounts it on `point` by `mount(2)`.
    fn mount_at(&self, point: &OwnedFd) -> Result<(), Errno> {
        let mut options = Vec::new();
        for (key, value) in &self.parameters {
            if !options.is_empty() {
                options.push(b',');
            }
            options.extend(key.as_bytes());
            if let Some(value) = value {
                options.push(b'=');
                options.extend(value.as_bytes());
            }
        }
        let options = CString::new(options).map_err(|_| Errno::EINVAL)?;
        let flags = flags_of(self.attributes);
        let (name, target) = (Some(self.name), fd_path(point));
        mount(name, &target, name, flags, Some(options.as_c_str()))
    }
}

/// Opens a mount point for a file system. On a file the kernel says EINVAL, which says nothing.
fn directory(root: &Root, path: &Path) -> Result<OwnedFd, Errno> {
    let point = root.make(path, PointKind::Directory)?;
    match PointKind::for_source(&point)? {
        PointKind::Directory => Ok(point),
        PointKind::File => Err(Errno::ENOTDIR),
    }
}

/// Mounts `source` on the file or directory `point` with these attributes; the root of the mount comes back. `path` is
/// where it can be opened again, before Linux 5.2.
///
/// # Errors
/// Those of the system calls.
pub(super) fn bind(
    source: &BindSource,
    attributes: u64,
    point: impl AsFd,
    reopen: impl FnOnce() -> Result<OwnedFd, Errno>,
) -> Result<OwnedFd, Errno> {
    if !source.is_clone {
        let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
        let (source, target) = (fd_path(source), fd_path(point));
        let nothing = None::<&CStr>;
        mount(Some(&source), &target, nothing, flags, nothing)?;
        let mounted = reopen()?;
        remount_tree(&mounted, attributes)?;
        return Ok(mounted);
    }
    let is_set = match attributes {
        0 => true,
        attributes => match set_attributes(source, attributes, true) {
            Err(Errno::ENOSYS) => false,
            set => set.map(|()| true)?,
        },
    };
    attach(source, point)?;
    let mounted = source
        .as_fd()
        .try_clone_to_owned()
        .map_err(|_| Errno::EMFILE)?;
    if !is_set {
        remount_tree(&mounted, attributes)?;
    }
    Ok(mounted)
}

/// nosuid and nodev, for what may be written to.
pub(super) const NO_PRIVILEGE: u64 = libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;
/// nosuid, nodev and noexec, for what is no place for programs.
pub(super) const NO_PROGRAMS: u64 = NO_PRIVILEGE | libc::MOUNT_ATTR_NOEXEC;
