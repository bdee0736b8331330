//! The directory of `--overlay`, in which a root's changes stay.
//!
//! | below it | what is there |
//! |---|---|
//! | `upper` | the upper layer of the root, as overlayfs writes it |
//! | `mounts/NAME` | that of a file system mounted below the root; NAME is the path as `systemd-escape --path` writes it |
//! | `work` | what overlayfs needs while it is mounted; removed when no overlay is any more, or at the next start |
//! | `lock` | an empty file that only its owner may open |
//!
//! Two overlays with the same upper layer destroy each other's files. So whoever uses the directory holds a lock on the
//! file, `flock(2)`: whoever may open a file may lock it, and so the directory itself is not what is locked. A process
//! that outlives the one with the lock has the overlay still mounted, which [`has_overlay`] asks the kernel. What is
//! below the directory may be changed by its owner at any moment, so it is reached by descriptors that follow no link.

use std::ffi::{CStr, CString, OsStr};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Error, Result};
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::libc::S_IFREG;
use nix::sys::stat::{Mode, fchmod, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use super::overlay_in_use::{InUse, has_overlay};
use super::remove_tree::remove_tree;
use crate::hint::{self, WithHint};
use crate::message::sentence;
use crate::namespace_dir::cannot_use;
use crate::safe_open::{DirError, TrustedDir, TrustedUsers, open_path};
use crate::sys::directory::{status_at, status_of};
use crate::sys::file::{lock, move_above_stdio, open};

/// The layer of the root.
pub(super) const UPPER: &CStr = c"upper";
/// The layers of what is mounted below it.
pub(super) const MOUNTS: &CStr = c"mounts";
const WORK: &CStr = c"work";
const LOCK: &CStr = c"lock";
const GROUP_AND_OTHERS: u32 = 0o077;
/// How often the file is tried to be made and locked, where others make and remove it.
const ATTEMPTS: usize = 8;

/// The directory, locked until this is dropped in every process that has it.
#[derive(Debug)]
pub struct OverlayDir {
    path: PathBuf,
    directory: OwnedFd,
    lock: OwnedFd,
}

impl OverlayDir {
    /// Opens and locks the directory, which is made if it is missing. What another user could have put into it would be
    /// files of the root, so it is a directory in which nobody else can make anything.
    ///
    /// # Errors
    /// `cannot make DIR`, `cannot open DIR`, `cannot use DIR`, `cannot lock DIR`; `DIR is in use by another process`.
    pub fn lock(path: &Path) -> Result<OverlayDir> {
        let (trusted, is_new) = match TrustedDir::create(path) {
            Ok(created) => created,
            Err(DirError::Os(errno)) => {
                return Err(errno)
                    .with_hint_for(path, hint::explain_path)
                    .with_context(|| sentence("cannot make %s", &[&path]));
            }
            Err(untrusted) => return Err(cannot_use(path, untrusted)),
        };
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let directory = openat(&trusted, c".", flags, Mode::empty())
            .and_then(move_above_stdio)
            .with_hint_for(path, hint::explain_path)
            .with_context(|| sentence("cannot open %s", &[&path]))?;
        if is_new {
            let mode = Mode::from_bits_retain(0o700);
            fchmod(&directory, mode).with_context(|| sentence("cannot open %s", &[&path]))?;
        }
        // The sticky bit keeps others from removing a name, not from making it first.
        if let Err(untrusted) = TrustedUsers::current().check_unshared(path, &status_of(&trusted)?)
        {
            return Err(cannot_use(path, DirError::Untrusted(untrusted)));
        }
        let lock = match lock_file(&directory) {
            Err(Errno::EWOULDBLOCK) => return Err(in_use(path)),
            locked => locked.with_context(|| sentence("cannot lock %s", &[&path]))?,
        };
        let path = path.to_owned();
        Ok(OverlayDir {
            path,
            directory,
            lock,
        })
    }

    /// The path that was named.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The descriptors that a process needs that is to call [`OverlayDir::remove_work`].
    pub fn descriptors(&self) -> [RawFd; 2] {
        [self.directory.as_raw_fd(), self.lock.as_raw_fd()]
    }

    /// Opens the directory again in the mount namespace that this process has entered since, without which
    /// [`OverlayDir::remove_work`] cannot ask the kernel there.
    ///
    /// # Errors
    /// `cannot open DIR`.
    pub fn reopen(&mut self) -> Result<()> {
        let path = &self.path;
        self.directory = self
            .open_in_this_namespace()
            .with_hint_for(path.as_path(), hint::explain_overlay)
            .with_context(|| sentence("cannot open %s", &[path]))?;
        Ok(())
    }

    /// Opens the directory in this mount namespace, where it may be a layer, and removes what an earlier process has
    /// left in `work`.
    ///
    /// # Errors
    /// `cannot use DIR as an overlay`; `DIR is in use by another process`.
    pub(super) fn open_here(&self) -> Result<OwnedFd> {
        let opened = self
            .open_in_this_namespace()
            .and_then(|here| match remove_work(&here)? {
                InUse::Unknown(errno) => Err(errno),
                in_use => Ok((here, in_use)),
            });
        let path = self.path();
        let opened = opened.with_hint_for(path, hint::explain_overlay);
        match opened.with_context(|| sentence("cannot use %s as an overlay", &[&path]))? {
            (here, InUse::No) => Ok(here),
            _ => Err(in_use(path)),
        }
    }

    fn open_in_this_namespace(&self) -> Result<OwnedFd, Errno> {
        let here = open(&self.path, OFlag::O_PATH | OFlag::O_DIRECTORY)?;
        let (expected, found) = (status_of(&self.directory)?, status_of(&here)?);
        if !expected.is_same_file(&found) {
            return Err(Errno::ESTALE);
        }
        Ok(here)
    }

    /// Removes `work`, unless a process that outlives the program has the overlay mounted: that one still needs it.
    /// Where the kernel cannot be asked, no overlay could be mounted, which has been reported.
    ///
    /// # Errors
    /// `cannot remove DIR/work`.
    pub fn remove_work(&self) -> Result<()> {
        let removed = remove_work(&self.directory).map(drop);
        removed.with_context(|| sentence("cannot remove %s", &[&self.path.join("work")]))
    }
}

/// Locks the file in the directory, which is made if it is missing.
///
/// # Errors
/// EWOULDBLOCK if it is locked; EPERM on a file system where a file cannot be its owner's alone; ELOOP for a link,
/// EINVAL for what is not a file; those of `openat(2)`.
fn lock_file(directory: &OwnedFd) -> Result<OwnedFd, Errno> {
    for _ in 0..ATTEMPTS {
        let file = open_lock(directory)?;
        let status = status_of(&file)?;
        if status.file_type != S_IFREG {
            return Err(Errno::EINVAL);
        }
        if status.permissions & GROUP_AND_OTHERS != 0 {
            // Others may have it open. It is not ours, which is never open to them.
            match unlinkat(directory, LOCK, UnlinkatFlags::NoRemoveDir) {
                Ok(()) | Err(Errno::ENOENT) => continue,
                Err(errno) => return Err(errno),
            }
        }
        lock(&file)?;
        // Another process may have put its own file there meanwhile.
        match status_at(directory.as_fd(), LOCK) {
            Ok(named) if named.is_same_file(&status) => return Ok(file),
            Ok(_) | Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
    }
    Err(Errno::EPERM)
}

fn open_lock(directory: &OwnedFd) -> Result<OwnedFd, Errno> {
    let private = Mode::from_bits_retain(0o600);
    let safe = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let flags = OFlag::O_RDWR | OFlag::O_CREAT | safe;
    openat(directory, LOCK, flags, private).and_then(move_above_stdio)
}

fn in_use(path: &Path) -> Error {
    let in_use = "%s is in use: another process has it as its overlay";
    Error::msg(sentence(in_use, &[&path]))
}

/// Removes `work` below the directory, unless it is in use. Returns whether it was.
///
/// # Errors
/// Those of [`has_overlay`] and [`remove_tree`].
fn remove_work(directory: &OwnedFd) -> Result<InUse, Errno> {
    let in_use = has_overlay(directory, WORK)?;
    if in_use == InUse::No {
        remove_tree(directory, WORK)?;
    }
    Ok(in_use)
}

/// Opens a directory below the one of `--overlay`; what is missing is made, and what is made of `below` goes to `mark`.
/// Whether the last one was.
///
/// # Errors
/// ENOTDIR for a link; those of `mkdirat(2)`.
pub(super) fn make_below(
    directory: impl AsFd,
    first: &CStr,
    below: &Path,
    mark: impl Fn(&OwnedFd),
) -> Result<(OwnedFd, bool), Errno> {
    let (mut found, mut is_new) = make_or_open(directory, first)?;
    for component in below.components() {
        if let Component::Normal(name) = component {
            let name = CString::new(name.as_bytes()).map_err(|_| Errno::EINVAL)?;
            (found, is_new) = make_or_open(found, &name)?;
            if is_new {
                mark(&found);
            }
        }
    }
    Ok((found, is_new))
}

fn make_or_open(parent: impl AsFd, name: &CStr) -> Result<(OwnedFd, bool), Errno> {
    let is_new = match mkdirat(parent.as_fd(), name, Mode::from_bits_retain(0o700)) {
        Ok(()) => true,
        Err(Errno::EEXIST) => false,
        Err(errno) => return Err(errno),
    };
    let flags = OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY;
    Ok((open_path(parent, name, flags)?, is_new))
}

/// A new directory for overlayfs to work in.
///
/// # Errors
/// Those of `mkdirat(2)`.
pub(super) fn make_work(directory: impl AsFd, number: u32) -> Result<OwnedFd, Errno> {
    let path = PathBuf::from(number.to_string());
    make_below(directory, WORK, &path, |_| ()).map(|(work, _)| work)
}

/// The name below `mounts` of what is mounted on a path, as `systemd-escape --path` makes it.
pub(super) fn escape_path(path: &Path) -> CString {
    let mut name = Vec::new();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' => name.push(b'-'),
            b'.' if name.is_empty() => name.extend(b"\\x2e"),
            b'.' | b':' | b'_' => name.push(*byte),
            byte if byte.is_ascii_alphanumeric() => name.push(*byte),
            byte => name.extend(format!("\\x{byte:02x}").into_bytes()),
        }
    }
    CString::new(name).unwrap_or_default()
}

/// The path that [`escape_path`] has made a name of, as from the root.
pub(super) fn unescape_path(name: &CStr) -> PathBuf {
    let mut path = vec![b'/'];
    let mut rest = name.to_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let escaped = after.strip_prefix(b"x").and_then(|hex| hex.get(..2));
        let value = escaped
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, value) {
            (b'\\', Some(value)) => {
                path.push(value);
                rest = after.get(3..).unwrap_or_default();
            }
            (b'-', _) => path.push(b'/'),
            (byte, _) => path.push(*byte),
        }
    }
    PathBuf::from(OsStr::from_bytes(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_point_is_a_name_as_systemd_has_it() {
        for (path, name) in [
            ("home", "home"),
            ("var/lib/a-b", r"var-lib-a\x2db"),
            (".x/y.z", r"\x2ex-y.z"),
            ("a b/\u{e9}\\", r"a\x20b-\xc3\xa9\x5c"),
        ] {
            let escaped = escape_path(Path::new(path));
            assert_eq!(escaped.to_str(), Ok(name));
            assert_eq!(unescape_path(&escaped), Path::new("/").join(path));
        }
        assert_eq!(unescape_path(c"a\\xzz\\"), Path::new("/a\\xzz\\"));
    }
}
