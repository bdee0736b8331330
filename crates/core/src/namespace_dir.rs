//! A directory of persistent namespaces, as `runshare --persist` makes it: one file for each, called as in
//! /proc/PID/ns, on which the namespace is mounted.
//!
//! The directory is a [`TrustedDir`], and everything in it is reached through its descriptor, what is mounted upon
//! through the file's own: no other user can have a namespace mounted upon a file of their choice, or the caller enter
//! one.

use std::ffi::{CStr, CString, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result};
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::libc::S_IFREG;
use nix::sys::stat::Mode;
use nix::sys::statfs::{PROC_SUPER_MAGIC, fstatfs};
use nix::unistd::{UnlinkatFlags, unlinkat};

use crate::hint::{self, WithHint};
use crate::message::sentence;
use crate::ns_type::NsType;
use crate::safe_open::{DirError, TrustedDir, is_mounted_namespace, is_namespace, open_namespace};
use crate::sys::directory::{Directory, EntryBuffer, status_of};
use crate::sys::file::{fd_path, move_above_stdio};
use crate::sys::mount::{Propagation, bind, set_propagation, unmount};
use crate::sys::nsfs::type_of;

/// An open directory of persistent namespaces.
#[derive(Debug)]
pub struct NamespaceDir {
    path: PathBuf,
    directory: TrustedDir,
    /// Whether it was made here.
    is_new: bool,
    /// Whose files were.
    bound: Vec<NsType>,
}

impl NamespaceDir {
    /// Makes the directory, or opens one that exists and is empty.
    ///
    /// # Errors
    /// `cannot make DIR`, `cannot open DIR`, `cannot use DIR`.
    pub fn create(path: &Path) -> Result<NamespaceDir> {
        let (directory, is_new) = match TrustedDir::create(path) {
            Ok(created) => created,
            // What else may be there, a file say.
            Err(DirError::Os(Errno::ENOTDIR)) if path.exists() => {
                return Err(Errno::ENOTDIR).with_context(|| sentence("cannot open %s", &[&path]));
            }
            Err(DirError::Os(errno)) => {
                return Err(errno)
                    .with_hint_for(path, hint::explain_path)
                    .with_context(|| sentence("cannot make %s", &[&path]));
            }
            Err(untrusted) => return Err(cannot_use(path, untrusted)),
        };
        let directory = NamespaceDir {
            path: path.to_owned(),
            directory,
            is_new,
            bound: Vec::new(),
        };
        if !directory.names()?.is_empty() {
            return Err(Errno::ENOTEMPTY).with_context(|| sentence("cannot make %s", &[&path]));
        }
        Ok(directory)
    }

    /// Opens one that exists.
    ///
    /// # Errors
    /// As [`TrustedDir::open`]; [`cannot_use`] makes a sentence of it.
    pub fn open(path: &Path) -> Result<NamespaceDir, DirError> {
        Ok(NamespaceDir {
            path: path.to_owned(),
            directory: TrustedDir::open(path)?,
            is_new: false,
            bound: Vec::new(),
        })
    }

    /// Returns the path that it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns where the namespace of this type has its file.
    pub fn file_path(&self, namespace: NsType) -> PathBuf {
        self.path.join(namespace.file())
    }

    /// Returns the names in it.
    ///
    /// # Errors
    /// `cannot read DIR`.
    pub fn names(&self) -> Result<Vec<OsString>> {
        let mut names = Vec::new();
        let mut read = || {
            let path = CString::new(fd_path(&self.directory).into_os_string().into_vec())?;
            let note = |name: &CStr| names.push(OsString::from_vec(name.to_bytes().to_vec()));
            Directory::open(&path)?.entries(&mut EntryBuffer::default(), note)?;
            Ok::<_, Error>(())
        };
        // Not by the standard library, which panics where a directory cannot be closed.
        read()
            .map(|()| names)
            .with_context(|| sentence("cannot read %s", &[&self.path]))
    }

    /// Opens the namespace of this type; `None` if its file is no mounted namespace. In /proc/PID/ns, which is the
    /// kernel's own, that is a link.
    ///
    /// # Errors
    /// Those of `openat(2)`: ENOENT, EACCES.
    pub fn namespace(&self, namespace: NsType) -> Result<Option<OwnedFd>, Errno> {
        let name = CString::new(namespace.file()).map_err(|_| Errno::EINVAL)?;
        if fstatfs(&self.directory)?.filesystem_type() != PROC_SUPER_MAGIC {
            return open_namespace(&self.directory, &name);
        }
        let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let opened = openat(&self.directory, name.as_c_str(), flags, Mode::empty())?;
        let opened = move_above_stdio(opened)?;
        Ok(is_namespace(&opened)?.then_some(opened))
    }

    /// Mounts the namespace that `source` represents upon a file of its own.
    ///
    /// # Errors
    /// `cannot make DIR/TYPE`, `mount SOURCE on DIR/TYPE failed`.
    pub fn bind(&mut self, namespace: NsType, source: &Path) -> Result<()> {
        let path = self.file_path(namespace);
        let new = OFlag::O_CREAT | OFlag::O_EXCL;
        let file = self.open_file(namespace, OFlag::O_RDONLY | new);
        let file = file.with_context(|| sentence("cannot make %s", &[&path]))?;
        self.bound.push(namespace);
        let point = match namespace {
            NsType::Mount => self.make_private_mount(&file),
            _ => Ok(file),
        };
        let bound = point.and_then(|point| bind(source, &fd_path(&point)));
        let from = source.to_owned();
        bound
            .with_hint_for(path.as_path(), move |errno, path| {
                hint::explain_bind(errno, namespace, &from, path)
            })
            .with_context(|| sentence("mount %s on %s failed", &[&source, &path]))
    }

    /// Makes the file of a mount namespace a private mount: it is mounted upon itself. On a shared one, the kernel
    /// would have to mount the namespace in itself too.
    fn make_private_mount(&self, file: &OwnedFd) -> Result<OwnedFd, Errno> {
        let place = fd_path(file);
        bind(&place, &place)?;
        let mounted = self.open_file(NsType::Mount, OFlag::O_PATH)?;
        set_propagation(&fd_path(&mounted), Propagation::Private)?;
        Ok(mounted)
    }

    /// Opens the file of this type, or what is mounted there.
    fn open_file(&self, namespace: NsType, flags: OFlag) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let name = namespace.file();
        move_above_stdio(openat(&self.directory, name, flags, Mode::empty())?)
    }

    /// Returns whether the file of this type is what [`bind`] makes: a namespace of the type is mounted there, or was,
    /// and the empty file with no permissions is left, as after a restart of the machine.
    ///
    /// [`bind`]: NamespaceDir::bind
    ///
    /// # Errors
    /// Those of the system calls.
    pub fn holds(&self, namespace: NsType) -> Result<bool, Errno> {
        let file = self.open_file(namespace, OFlag::O_PATH)?;
        if !is_mounted_namespace(&file)? {
            return is_left_over(&file);
        }
        match self.namespace(namespace)? {
            Some(file) => Ok(type_of(file)? == namespace.flag()),
            None => Ok(false),
        }
    }

    fn is_mounted(&self, namespace: NsType) -> bool {
        let file = self.open_file(namespace, OFlag::O_PATH);
        file.and_then(is_mounted_namespace) == Ok(true)
    }

    /// Unmounts what is mounted on the file of this type, and removes the file.
    ///
    /// # Errors
    /// `umount DIR/TYPE failed`, `cannot remove DIR/TYPE`.
    pub fn release(&self, namespace: NsType) -> Result<()> {
        let path = self.file_path(namespace);
        let place = fd_path(&self.directory).join(namespace.file());
        loop {
            match unmount(&place) {
                Ok(()) => {}
                // Nothing is mounted there any more.
                Err(Errno::EINVAL) => break,
                // Nor is it for who may not mount, and so learns nothing else.
                Err(Errno::EPERM) if !self.is_mounted(namespace) => break,
                failed => failed.with_context(|| sentence("umount %s failed", &[&path]))?,
            }
        }
        let (name, flags) = (namespace.file(), UnlinkatFlags::NoRemoveDir);
        unlinkat(&self.directory, name, flags)
            .with_context(|| sentence("cannot remove %s", &[&path]))
    }

    /// Removes the directory, in which nothing must be left, and nothing else that has its name by now.
    ///
    /// # Errors
    /// `cannot remove DIR`.
    pub fn remove(self) -> Result<()> {
        let removed = match self.directory.remove() {
            Err(Errno::ESTALE) => Err(Error::msg("something else has its name now")),
            removed => removed.map_err(Error::new),
        };
        removed.with_context(|| sentence("cannot remove %s", &[&self.path]))
    }

    /// Undoes whatever was done here, after a failure, which is the one to report.
    pub fn undo(self) {
        for namespace in self.bound.iter().rev() {
            let _ = self.release(*namespace);
        }
        if self.is_new {
            let _ = self.remove();
        }
    }
}

/// Returns the sentence for a directory that cannot be opened, or is in the hands of another user.
pub fn cannot_use(path: &Path, error: DirError) -> Error {
    let msgid = match error {
        DirError::Os(_) => "cannot open %s",
        DirError::Untrusted(_) => "cannot use %s",
    };
    Error::from(error).context(sentence(msgid, &[&path]))
}

/// Returns whether this is the file that a namespace was mounted on.
fn is_left_over(file: &OwnedFd) -> Result<bool, Errno> {
    let found = status_of(file)?;
    Ok(found.file_type == S_IFREG && found.permissions == 0 && found.size == 0)
}
