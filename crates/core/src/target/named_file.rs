//! A target that is named by a path: a namespace file, as `ip netns add`, `unshare --net=FILE` and `runshare --persist`
//! make them and /proc/PID/ns has them, or a directory of these.
//!
//! What is entered must not have been chosen by another user, so the directory that the file is in is a [`TrustedDir`],
//! and the file itself, which is no symbolic link, has the namespace mounted on it. What is only looked at may be
//! another user's, but no file system is asked anything that it may leave unanswered.

use std::ffi::{CString, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result};
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;
use nix::sys::statfs::{PROC_SUPER_MAGIC, fstatfs};

use super::purpose::Purpose;
use crate::hint::{Explanation, Hint, escape_for_terminal, explanation};
use crate::message::sentence;
use crate::namespace_dir::{NamespaceDir, cannot_use};
use crate::ns_type::NsType;
use crate::procfs::Proc;
use crate::safe_open::{
    DirError, Distrust, TrustedDir, Untrusted, is_mounted_namespace, open_linked_namespace,
    open_mount_point, open_namespace,
};
use crate::self_fds::SelfFds;
use crate::sys::directory::status_of;
use crate::sys::nsfs::type_of;

/// A namespace whose file was opened.
#[derive(Debug)]
pub struct NamespaceFile {
    ns_type: NsType,
    inode: u32,
    file: OwnedFd,
}

impl NamespaceFile {
    /// Takes an open namespace.
    ///
    /// # Errors
    /// The kernel does not report its type, or one that is unknown.
    fn new(file: OwnedFd) -> Result<NamespaceFile> {
        let ns_type = NsType::from_flag(type_of(&file).context("ioctl NS_GET_NSTYPE failed")?);
        let inode = u32::try_from(status_of(&file)?.inode)?;
        Ok(NamespaceFile {
            ns_type: ns_type
                .with_context(|| sentence("namespace %s is of an unknown type", &[&inode]))?,
            inode,
            file,
        })
    }

    /// Returns its type.
    pub fn ns_type(&self) -> NsType {
        self.ns_type
    }

    /// Returns its inode number.
    pub fn inode(&self) -> u32 {
        self.inode
    }

    /// Returns the open file.
    pub fn into_file(self) -> OwnedFd {
        self.file
    }
}

impl AsFd for NamespaceFile {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// What a path names.
#[derive(Debug)]
pub(super) enum NamedPath {
    File(NamespaceFile),
    Directory(NamespaceDir),
}

/// Opens what this path names; `None` if that is neither a namespace file nor a directory.
///
/// # Errors
/// Another user controls it; a resource is missing.
pub(super) fn open_named_path(path: &Path, purpose: Purpose) -> Result<Option<NamedPath>> {
    let mounted = match purpose {
        Purpose::Enter => None,
        // First, because it waits for no file system.
        Purpose::Inspect => open_mounted(path).ok().flatten(),
    };
    let file = match mounted {
        Some(file) => Some(file),
        None => if_present(open_file(path), path, purpose)?.flatten(),
    };
    if let Some(file) = file {
        return NamespaceFile::new(file).map(NamedPath::File).map(Some);
    }
    let directory = if_present(NamespaceDir::open(path), path, purpose)?;
    Ok(directory.map(NamedPath::Directory))
}

/// Returns what was opened; `None` if there is nothing of the kind.
fn if_present<T>(opened: Result<T, DirError>, path: &Path, purpose: Purpose) -> Result<Option<T>> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(DirError::Os(errno @ (Errno::EMFILE | Errno::ENFILE | Errno::ENOMEM))) => {
            Err(errno).context(sentence("cannot open %s", &[&path]))
        }
        Err(DirError::Os(_)) => Ok(None),
        Err(untrusted) => Err(refusal_error(path, untrusted, purpose)),
    }
}

/// Opens the namespace that is mounted on the file `path` in a trusted directory, or that a file of /proc/PID/ns is
/// for; `None` for whatever else is there.
fn open_file(path: &Path) -> Result<Option<OwnedFd>, DirError> {
    let (Some(name), Some(parent)) = (path.file_name(), path.parent()) else {
        return Ok(None);
    };
    // With a slash at the end it is a directory.
    if path.as_os_str().as_bytes().ends_with(b"/") {
        return Ok(None);
    }
    let directory = TrustedDir::open(parent)?;
    let name = CString::new(name.as_bytes()).map_err(|_| Errno::EINVAL)?;
    let opened = match fstatfs(&directory)?.filesystem_type() {
        PROC_SUPER_MAGIC => open_linked_namespace(&directory, &name),
        _ => open_namespace(&directory, &name),
    };
    Ok(opened?)
}

/// Opens the namespace that is mounted on the file `path`, whoever controls the directories above it.
pub(super) fn open_mounted(path: &Path) -> Result<Option<OwnedFd>, DirError> {
    let absolute = std::path::absolute(path).map_err(|_| Errno::ENOENT)?;
    let path = CString::new(absolute.as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)?;
    let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    let root = openat(nix::fcntl::AT_FDCWD, "/", flags, Mode::empty())?;
    let table = Proc::mounted()
        .read_file("self/mountinfo")
        .unwrap_or_default();
    let found = open_mount_point(&root, &path, &table)?;
    if !is_mounted_namespace(&found)? {
        return Ok(None);
    }
    Ok(Some(SelfFds::open()?.reopen(&found, OFlag::O_RDONLY)?))
}

/// Returns the error for what is in the hands of another user.
fn refusal_error(path: &Path, error: DirError, purpose: Purpose) -> Error {
    let is_theirs = matches!(
        &error,
        DirError::Untrusted(Untrusted {
            reason: Distrust::Owner(_) | Distrust::Link(_),
            ..
        })
    );
    let refusal = cannot_use(path, error);
    if !is_theirs {
        return refusal;
    }
    let path = path.to_owned();
    refusal.context(Hint::new(move || name_on_purpose(&path, purpose)))
}

/// Returns how another user's namespace is named all the same: by its file, and to enter it by the option of the
/// original.
fn name_on_purpose(path: &Path, purpose: Purpose) -> Option<Explanation> {
    let is_there = |ns_type: &NsType| path.join(ns_type.file()).symlink_metadata().is_ok();
    let (ns_type, file) = match NsType::ALL.into_iter().find(is_there) {
        Some(ns_type) => (ns_type, path.join(ns_type.file())),
        None => (mounted_type(path)?, PathBuf::from(path)),
    };
    if purpose == Purpose::Inspect {
        return Some(explanation(
            "foreign-namespace",
            "to inspect another user's namespace, name its file: %s",
            &[&escape_for_terminal(file)],
        ));
    }
    let mut option = OsString::from(format!("--{}=", ns_type.option()));
    option.push(file);
    Some(explanation(
        "foreign-namespace",
        "to enter another user's namespace, name its file: %s",
        &[&escape_for_terminal(option)],
    ))
}

/// Returns the type of the namespace that is mounted on a file.
fn mounted_type(path: &Path) -> Option<NsType> {
    let file = open_mounted(path).ok().flatten()?;
    NsType::from_flag(type_of(&file).ok()?)
}
