//! A directory of kept namespaces, as `--persist` makes it and `--unpersist` takes it away: one file for each, called as
//! in /proc/PID/ns, on which the namespace is mounted.
//!
//! Everything is reached through the directory's descriptor, and what is mounted upon through the file's own: whoever
//! may rename things on the way cannot have a namespace mounted upon a file of their choice.

use std::ffi::OsString;
use std::fs;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::libc::S_IFREG;
use nix::sys::stat::{Mode, fstat};
use nix::sys::statfs::{NSFS_MAGIC, fstatfs};
use nix::unistd::{UnlinkatFlags, mkdir, unlinkat};
use nscore::cli::message;
use nscore::hint::{self, Explain};
use nscore::namespace::Namespace;
use nscore::sys::file::{above_standard, open};
use nscore::sys::mount::{Propagation, bind, set_propagation, unmount};
use nscore::sys::nsfs::type_of;

/// An open directory of kept namespaces.
pub(crate) struct Collection {
    path: PathBuf,
    directory: OwnedFd,
    /// Whether it was made here.
    made: bool,
    /// Whose files were.
    kept: Vec<Namespace>,
}

impl Collection {
    /// Makes the directory, or takes one that is there and empty.
    ///
    /// # Errors
    /// `cannot make DIR`, `cannot open DIR`.
    pub(crate) fn make(path: &Path) -> Result<Collection> {
        let made = match mkdir(path, Mode::from_bits_retain(0o755)) {
            Ok(()) => true,
            // What else may be there, a file say, is seen when it is opened.
            Err(Errno::EEXIST) => false,
            Err(errno) => {
                return Err(errno)
                    .explain_for(path, hint::path)
                    .with_context(|| message(&[&"cannot make ", &path]));
            }
        };
        let collection = Collection {
            made,
            ..Collection::open(path)?
        };
        if !collection.names()?.is_empty() {
            return Err(Errno::ENOTEMPTY).with_context(|| message(&[&"cannot make ", &path]));
        }
        Ok(collection)
    }

    /// Opens one that is there.
    ///
    /// # Errors
    /// `cannot open DIR`.
    pub(crate) fn open(path: &Path) -> Result<Collection> {
        let directory = open(path, OFlag::O_RDONLY | OFlag::O_DIRECTORY);
        Ok(Collection {
            path: path.to_owned(),
            directory: directory.with_context(|| message(&[&"cannot open ", &path]))?,
            made: false,
            kept: Vec::new(),
        })
    }

    /// The names in it.
    ///
    /// # Errors
    /// `cannot read DIR`.
    pub(crate) fn names(&self) -> Result<Vec<OsString>> {
        let entries = fs::read_dir(standing_for(&self.directory));
        let names =
            entries.and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect());
        names.with_context(|| message(&[&"cannot read ", &self.path]))
    }

    /// Mounts the namespace that `source` stands for upon a file of its own.
    ///
    /// # Errors
    /// `cannot make DIR/TYPE`, `mount SOURCE on DIR/TYPE failed`.
    pub(crate) fn keep(&mut self, namespace: Namespace, source: &Path) -> Result<()> {
        let path = self.path.join(namespace.file());
        let new = OFlag::O_CREAT | OFlag::O_EXCL;
        let file = self.open_file(namespace, OFlag::O_RDONLY | new);
        let file = file.with_context(|| message(&[&"cannot make ", &path]))?;
        self.kept.push(namespace);
        let point = match namespace {
            Namespace::Mount => self.surrounded(&file),
            _ => Ok(file),
        };
        let bound = point.and_then(|point| bind(source, &standing_for(&point)));
        bound
            .explain_for(path.as_path(), move |errno, path| {
                hint::bind(errno, namespace, path)
            })
            .with_context(|| message(&[&"mount ", &source, &" on ", &path, &" failed"]))
    }

    /// The file of a mount namespace as a private mount: it is mounted upon itself. On a shared one, the kernel would
    /// have to mount the namespace in itself too.
    fn surrounded(&self, file: &OwnedFd) -> Result<OwnedFd, Errno> {
        let place = standing_for(file);
        bind(&place, &place)?;
        let mounted = self.open_file(Namespace::Mount, OFlag::O_PATH)?;
        set_propagation(&standing_for(&mounted), Propagation::Private)?;
        Ok(mounted)
    }

    /// Opens the file of this type, or what is mounted there.
    fn open_file(&self, namespace: Namespace, flags: OFlag) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        above_standard(openat(
            &self.directory,
            namespace.file(),
            flags,
            Mode::empty(),
        )?)
    }

    /// Whether the file of this type is what [`keep`] makes: a namespace of the type is mounted there, or was, and the
    /// empty file with no permissions is left, as after a restart of the machine.
    ///
    /// [`keep`]: Collection::keep
    ///
    /// # Errors
    /// Those of the system calls.
    pub(crate) fn holds(&self, namespace: Namespace) -> Result<bool, Errno> {
        let file = self.open_file(namespace, OFlag::O_PATH)?;
        if !is_namespace(&file)? {
            let found = fstat(&file)?;
            return Ok(found.st_mode == S_IFREG && found.st_size == 0);
        }
        let namespace_file = open(&standing_for(&file), OFlag::O_RDONLY)?;
        Ok(type_of(namespace_file)? == namespace.flag())
    }

    fn is_mounted(&self, namespace: Namespace) -> bool {
        let file = self.open_file(namespace, OFlag::O_PATH);
        file.and_then(|file| is_namespace(&file)) == Ok(true)
    }

    /// Takes away what is mounted on the file of this type, and the file.
    ///
    /// # Errors
    /// `umount DIR/TYPE failed`, `cannot remove DIR/TYPE`.
    pub(crate) fn release(&self, namespace: Namespace) -> Result<()> {
        let path = self.path.join(namespace.file());
        let place = standing_for(&self.directory).join(namespace.file());
        loop {
            match unmount(&place) {
                Ok(()) => {}
                // Nothing is mounted there any more.
                Err(Errno::EINVAL) => break,
                // Nor is it for who may not mount, and so is told nothing else.
                Err(Errno::EPERM) if !self.is_mounted(namespace) => break,
                failed => failed.with_context(|| message(&[&"umount ", &path, &" failed"]))?,
            }
        }
        let removed = unlinkat(
            &self.directory,
            namespace.file(),
            UnlinkatFlags::NoRemoveDir,
        );
        removed.with_context(|| message(&[&"cannot remove ", &path]))
    }

    /// Removes the directory, in which nothing must be left.
    ///
    /// # Errors
    /// `cannot remove DIR`.
    pub(crate) fn remove(self) -> Result<()> {
        // It may have been named by a symbolic link.
        let removed = fs::canonicalize(&self.path).and_then(fs::remove_dir);
        removed.with_context(|| message(&[&"cannot remove ", &self.path]))
    }

    /// Undoes whatever was done here, after a failure, which is the one to tell.
    pub(crate) fn undo(self) {
        for namespace in self.kept.iter().rev() {
            let _ = self.release(*namespace);
        }
        if self.made {
            let _ = self.remove();
        }
    }
}

fn is_namespace(file: &OwnedFd) -> Result<bool, Errno> {
    Ok(fstatfs(file)?.filesystem_type() == NSFS_MAGIC)
}

/// A path that leads to what the descriptor is of, and to nothing else.
fn standing_for(descriptor: &impl AsFd) -> PathBuf {
    format!("/proc/self/fd/{}", descriptor.as_fd().as_raw_fd()).into()
}
