//! What is to be bound, as long as the paths of the old root lead to it.

use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;

use super::root::PointKind;
use crate::sys::file::{fd_path, open};
use crate::sys::mount::{clone_mount, clone_tree};

/// A file or directory to be bound, with all that is mounted below it.
#[derive(Debug)]
pub(super) struct BindSource {
    /// A clone that is mounted nowhere; before Linux 5.2 the thing itself, opened with `O_PATH`.
    file: OwnedFd,
    pub(super) is_clone: bool,
    pub(super) kind: PointKind,
}

impl BindSource {
    /// Opens and clones what `path` leads to.
    ///
    /// # Errors
    /// Those of `open(2)` and `open_tree(2)`.
    pub(super) fn open(path: &Path) -> Result<BindSource, Errno> {
        BindSource::from_fd(open_path(path)?)
    }

    /// The same clone by another descriptor.
    ///
    /// # Errors
    /// EMFILE.
    pub(super) fn duplicate(&self) -> Result<BindSource, Errno> {
        Ok(BindSource {
            file: self.file.try_clone().map_err(|_| Errno::EMFILE)?,
            ..*self
        })
    }

    /// Clones what this descriptor of `O_PATH` is of, without what is mounted below it.
    ///
    /// # Errors
    /// Those of `open_tree(2)`: EINVAL in a user namespace, for what a more privileged one has mounted something in;
    /// ENOSYS before Linux 5.2.
    pub(super) fn without_submounts(file: &OwnedFd) -> Result<BindSource, Errno> {
        Ok(BindSource {
            kind: PointKind::for_source(file)?,
            file: clone_mount(file)?,
            is_clone: true,
        })
    }

    /// Clones what this descriptor of `O_PATH` is of.
    ///
    /// # Errors
    /// Those of `open_tree(2)`: EINVAL for what is of another mount namespace.
    pub(super) fn from_fd(file: OwnedFd) -> Result<BindSource, Errno> {
        let kind = PointKind::for_source(&file)?;
        let (file, is_clone) = match clone_tree(&file) {
            Err(Errno::ENOSYS) => (file, false),
            clone => (clone?, true),
        };
        Ok(BindSource {
            file,
            is_clone,
            kind,
        })
    }
}

/// Opens a file of the caller's with `O_PATH`.
///
/// # Errors
/// Those of `open(2)`.
pub(super) fn open_path(path: impl AsRef<Path>) -> Result<OwnedFd, Errno> {
    open(path.as_ref(), OFlag::O_PATH)
}

impl AsFd for BindSource {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// The path of an open file, for the kernel.
pub(super) fn c_path(file: BorrowedFd<'_>) -> Result<CString, Errno> {
    CString::new(fd_path(file).as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)
}
