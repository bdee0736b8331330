//! Finding and making mount points below a root that may be anybody's.

use std::ffi::{CString, OsStr, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::libc::S_IFDIR;
use nix::sys::stat::{Mode, SFlag, mkdirat, mknodat};

use crate::safe_open::open_path;
use crate::sys::directory::status_of;
use crate::sys::file::move_above_stdio;

/// How often a path is tried that somebody is changing: each time `openat2(2)` says EAGAIN.
const TRIES: usize = 1000;

/// What a mount point is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PointKind {
    Directory,
    File,
}

impl PointKind {
    /// Returns what is needed to mount this on it.
    pub(super) fn for_source(source: impl AsFd) -> Result<PointKind, Errno> {
        match status_of(source)?.file_type {
            S_IFDIR => Ok(PointKind::Directory),
            _ => Ok(PointKind::File),
        }
    }
}

/// The root directory.
#[derive(Debug)]
pub(super) struct Root(OwnedFd);

impl Root {
    pub(super) fn new(directory: OwnedFd) -> Root {
        Root(directory)
    }

    pub(super) fn into_directory(self) -> OwnedFd {
        self.0
    }

    /// Opens what `path` leads to below the root, with `O_PATH`; a link in it leads nowhere else.
    ///
    /// # Errors
    /// Those of `openat2(2)`: ENOENT, ENOTDIR; ELOOP for a link of /proc; EAGAIN if somebody keeps changing the path.
    pub(super) fn open(&self, path: &Path) -> Result<OwnedFd, Errno> {
        self.open_with(path, OFlag::empty())
    }

    /// The same, but for a link at the end of the path, which is opened itself.
    ///
    /// # Errors
    /// As [`Root::open`].
    pub(super) fn open_link(&self, path: &Path) -> Result<OwnedFd, Errno> {
        self.open_with(path, OFlag::O_NOFOLLOW)
    }

    fn open_with(&self, path: &Path, flags: OFlag) -> Result<OwnedFd, Errno> {
        let resolve = ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS;
        let how = OpenHow::new()
            .flags(OFlag::O_PATH | OFlag::O_CLOEXEC | flags)
            .resolve(resolve);
        // An empty path is the root itself.
        let path = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        for _ in 0..TRIES {
            match openat2(&self.0, path, how) {
                Err(Errno::EAGAIN) => {}
                Err(Errno::ENOSYS) => return walk(self.0.as_fd(), path),
                opened => return move_above_stdio(opened?),
            }
        }
        Err(Errno::EAGAIN)
    }

    /// Opens the mount point `path`; what is missing of it is made.
    ///
    /// # Errors
    /// As [`Root::open`], and those of `mkdirat(2)` and `mknodat(2)`: EROFS, EACCES.
    pub(super) fn make(&self, path: &Path, kind: PointKind) -> Result<OwnedFd, Errno> {
        match self.open(path) {
            Err(Errno::ENOENT) => {}
            opened => return opened,
        }
        let names: Vec<&OsStr> = path.components().filter_map(name).collect();
        let Some((last, above)) = names.split_last() else {
            return Err(Errno::ENOENT);
        };
        let mut parent = self.open(Path::new(""))?;
        let mut done = PathBuf::new();
        for directory in above {
            done.push(directory);
            parent = match self.open(&done) {
                Err(Errno::ENOENT) => make_in(parent.as_fd(), directory, PointKind::Directory)?,
                opened => opened?,
            };
        }
        make_in(parent.as_fd(), last, kind)
    }
}

fn name(component: Component<'_>) -> Option<&OsStr> {
    match component {
        Component::Normal(name) => Some(name),
        Component::ParentDir => Some(OsStr::new("..")),
        _ => None,
    }
}

/// Makes `name` in a directory and opens it; a link that somebody has put in its place is not followed.
fn make_in(parent: BorrowedFd<'_>, name: &OsStr, kind: PointKind) -> Result<OwnedFd, Errno> {
    let name = CString::new(name.as_bytes()).map_err(|_| Errno::ENOENT)?;
    match kind {
        PointKind::Directory => {
            mkdirat(parent, name.as_c_str(), Mode::from_bits_retain(0o755))?;
            open_path(parent, &name, OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY)
        }
        PointKind::File => {
            let mode = Mode::from_bits_retain(0o644);
            mknodat(parent, name.as_c_str(), SFlag::S_IFREG, mode, 0)?;
            open_path(parent, &name, OFlag::O_NOFOLLOW)
        }
    }
}

/// Without `openat2(2)`: one name after the other, and no link is followed at all, nor a way up.
fn walk(root: BorrowedFd<'_>, path: &Path) -> Result<OwnedFd, Errno> {
    let mut here = open_path(root, c".", OFlag::O_DIRECTORY)?;
    let names: Vec<OsString> = path
        .components()
        .filter_map(name)
        .map(OsStr::to_owned)
        .collect();
    for name in names {
        if name == ".." {
            return Err(Errno::ELOOP);
        }
        let name = CString::new(name.as_bytes()).map_err(|_| Errno::ENOENT)?;
        let found = open_path(&here, &name, OFlag::O_NOFOLLOW)?;
        here = found;
    }
    Ok(here)
}
