//! A directory in which nobody but root and the caller can have put anything.
//!
//! It is found one component after the other, `path_resolution(7)`, each by the descriptor of the directory before, and
//! each directory that is passed is checked through its descriptor: what was checked is what was passed. A symbolic
//! link is read and its target walked in the same way; the links of /proc that lead elsewhere than their text says are
//! not followed.

use std::collections::VecDeque;
use std::ffi::{CString, OsStr, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, readlinkat};
use nix::libc::{S_IFDIR, S_IFLNK};
use nix::sys::stat::{Mode, mkdirat};
use nix::sys::statfs::{PROC_SUPER_MAGIC, fstatfs};
use nix::unistd::{UnlinkatFlags, unlinkat};

use super::open_path;
use super::trust::{DirError, Distrust, TrustedUsers, is_writable_by_others, untrusted};
use crate::procfs::{Proc, mount_points};
use crate::sys::directory::{FileStatus, status_of};
use crate::sys::file::fd_path;

/// How many symbolic links are followed, as the kernel has it.
const MAX_LINKS: usize = 40;

/// A directory that belongs, with all that are above it, to root or the caller, and that nobody else can write to, or
/// only under the protection of the sticky bit.
#[derive(Debug)]
pub struct TrustedDir {
    directory: OwnedFd,
    /// The directory that it was found in, and its name there; none for `/`, `.` and `..`.
    entry: Option<(OwnedFd, CString)>,
}

impl TrustedDir {
    /// Opens the directory `path` with `O_PATH`.
    ///
    /// # Errors
    /// Those of `openat(2)`, for the path's own mistakes: ENOENT, ENOTDIR, EACCES, ELOOP; whoever else controls it.
    pub fn open(path: &Path) -> Result<TrustedDir, DirError> {
        Walk::new().open_path(path)
    }

    /// Makes the directory `path` in a trusted one, with the permissions 0755, and opens it; `true` if it is a new one.
    /// If it exists already, it is opened as by [`TrustedDir::open`].
    ///
    /// # Errors
    /// Those of `mkdirat(2)`; as [`TrustedDir::open`].
    pub fn create(path: &Path) -> Result<(TrustedDir, bool), DirError> {
        let (Some(name), Some(above)) = (path.file_name(), path.parent()) else {
            return TrustedDir::open(path).map(|directory| (directory, false));
        };
        let here = Path::new(".");
        let above = if above.as_os_str().is_empty() {
            here
        } else {
            above
        };
        let parent = TrustedDir::open(above)?.directory;
        let name = CString::new(name.as_bytes()).map_err(|_| Errno::EINVAL)?;
        match mkdirat(&parent, name.as_c_str(), Mode::from_bits_retain(0o755)) {
            Ok(()) => {}
            Err(Errno::EEXIST) => {
                return TrustedDir::open(path).map(|directory| (directory, false));
            }
            Err(errno) => return Err(errno.into()),
        }
        // In a sticky directory the name is safe from others as soon as it is ours.
        let directory = open_path(&parent, &name, OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY)?;
        TrustedUsers::current().check(path, &status_of(&directory)?)?;
        let entry = Some((parent, name));
        Ok((TrustedDir { directory, entry }, true))
    }

    /// Removes the directory, if its name is still that of this directory, `unlinkat(2)`.
    ///
    /// # Errors
    /// Those of `unlinkat(2)`: ENOTEMPTY, EBUSY; ESTALE if something else has its name by now.
    pub fn remove(&self) -> Result<(), Errno> {
        let found;
        let (parent, name) = match &self.entry {
            Some(entry) => entry,
            None => {
                found = self.find_entry()?;
                &found
            }
        };
        let named = open_path(parent, name, OFlag::O_NOFOLLOW)?;
        if !status_of(&named)?.is_same_file(&status_of(&self.directory)?) {
            return Err(Errno::ESTALE);
        }
        unlinkat(parent, name.as_c_str(), UnlinkatFlags::RemoveDir)
    }

    /// Returns the directory above, and the name in it by which the kernel knows this one.
    fn find_entry(&self) -> Result<(OwnedFd, CString), Errno> {
        let path = PathBuf::from(nix::fcntl::readlink(&fd_path(&self.directory))?);
        let name = path.file_name().ok_or(Errno::EBUSY)?;
        let name = CString::new(name.as_bytes()).map_err(|_| Errno::EINVAL)?;
        let parent = open_path(&self.directory, c"..", OFlag::O_DIRECTORY)?;
        Ok((parent, name))
    }
}

impl AsFd for TrustedDir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }
}

/// A walk along a path.
struct Walk {
    users: TrustedUsers,
    /// The caller's mount table, and the mount that was looked up in it last.
    mounts: Option<Vec<u8>>,
    mount: Option<u64>,
    /// How many more symbolic links may be followed.
    links_left: usize,
}

/// Where a walk has arrived.
struct Here {
    directory: OwnedFd,
    status: FileStatus,
    /// As it is to be named in a message.
    path: PathBuf,
    entry: Option<(OwnedFd, CString)>,
}

impl Walk {
    fn new() -> Walk {
        Walk {
            users: TrustedUsers::current(),
            mounts: None,
            mount: None,
            links_left: MAX_LINKS,
        }
    }

    fn open_path(mut self, path: &Path) -> Result<TrustedDir, DirError> {
        if path.as_os_str().is_empty() {
            return Err(Errno::ENOENT.into());
        }
        let mut left = components(path.as_os_str());
        let mut here = if path.has_root() {
            self.start(c"/", Path::new("/"))?
        } else {
            let here = self.start(c".", Path::new("."))?;
            self.check_above(&here)?;
            Here {
                path: PathBuf::new(),
                ..here
            }
        };
        while let Some(name) = left.pop_front() {
            here = self.step(here, &name, &mut left)?;
        }
        Ok(TrustedDir {
            directory: here.directory,
            entry: here.entry,
        })
    }

    /// Returns the directory that a walk begins at.
    fn start(&mut self, name: &std::ffi::CStr, path: &Path) -> Result<Here, DirError> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY;
        let directory =
            crate::sys::file::open(Path::new(OsStr::from_bytes(name.to_bytes())), flags)?;
        let status = status_of(&directory)?;
        self.check(path, &directory, &status)?;
        Ok(Here {
            directory,
            status,
            path: path.to_owned(),
            entry: None,
        })
    }

    /// Goes on to what `name` is in this directory; the components of a symbolic link's target are put before what is
    /// left.
    fn step(
        &mut self,
        here: Here,
        name: &OsStr,
        left: &mut VecDeque<OsString>,
    ) -> Result<Here, DirError> {
        let name = CString::new(name.as_bytes()).map_err(|_| Errno::ENOENT)?;
        let found = open_path(&here.directory, &name, OFlag::O_NOFOLLOW)?;
        let status = status_of(&found)?;
        let path = here.path.join(OsStr::from_bytes(name.to_bytes()));
        match status.file_type {
            S_IFDIR => {
                self.check(&path, &found, &status)?;
                let entry = (name.as_c_str() != c"..").then_some((here.directory, name));
                Ok(Here {
                    directory: found,
                    status,
                    path,
                    entry,
                })
            }
            S_IFLNK => self.follow(here, &path, (&found, &status), left),
            _ => Err(Errno::ENOTDIR.into()),
        }
    }

    /// Goes on along a symbolic link in this directory.
    fn follow(
        &mut self,
        here: Here,
        path: &Path,
        (link, status): (&OwnedFd, &FileStatus),
        left: &mut VecDeque<OsString>,
    ) -> Result<Here, DirError> {
        self.links_left = self.links_left.checked_sub(1).ok_or(Errno::ELOOP)?;
        // Where everybody may make links, the owner of this one decides where it leads, as with protected_symlinks,
        // `proc_sys_fs(5)`.
        if is_writable_by_others(&here.status) && !self.users.include(status.uid) {
            return Err(untrusted(path, Distrust::Link(status.uid)));
        }
        let target = readlinkat(link, c"")?;
        if target.is_empty() {
            return Err(Errno::ENOENT.into());
        }
        let is_absolute = target.as_bytes().starts_with(b"/");
        // Such a link of procfs (cwd, root, fd/N) leads to what its process has there, whatever its text is.
        if is_absolute && fstatfs(link)?.filesystem_type() == PROC_SUPER_MAGIC {
            return Err(Errno::ELOOP.into());
        }
        let mut ahead = components(&target);
        ahead.append(left);
        *left = ahead;
        if is_absolute {
            return self.start(c"/", Path::new("/"));
        }
        Ok(here)
    }

    /// Checks the directories above the working directory, up to that which is its own parent.
    fn check_above(&mut self, here: &Here) -> Result<(), DirError> {
        let mut path = PathBuf::from("..");
        let mut below = here.status;
        let mut above = open_path(&here.directory, c"..", OFlag::O_DIRECTORY)?;
        loop {
            let status = status_of(&above)?;
            if status.is_same_place(&below) {
                return Ok(());
            }
            self.check(&path, &above, &status)?;
            above = open_path(&above, c"..", OFlag::O_DIRECTORY)?;
            path.push("..");
            below = status;
        }
    }

    /// Checks a directory: whose file system it is on, and whose it is. What is on procfs nobody but the kernel makes,
    /// whosever process it describes.
    fn check(
        &mut self,
        path: &Path,
        directory: &OwnedFd,
        status: &FileStatus,
    ) -> Result<(), DirError> {
        self.check_server(path, status)?;
        match self.users.check(path, status) {
            Err(_) if fstatfs(directory)?.filesystem_type() == PROC_SUPER_MAGIC => Ok(()),
            checked => checked,
        }
    }

    /// Checks that the file system is not one that another user's process serves: it may say of itself what it likes.
    /// It is not asked, for it may not answer; the caller's mount table names the user.
    fn check_server(&mut self, path: &Path, status: &FileStatus) -> Result<(), DirError> {
        let Some(id) = status.mount.filter(|_| status.mount != self.mount) else {
            return Ok(());
        };
        self.mount = Some(id);
        let read = || {
            Proc::mounted()
                .read_file("self/mountinfo")
                .unwrap_or_default()
        };
        let table = self.mounts.get_or_insert_with(read);
        let mount = mount_points(table).find(|mount| mount.id == id);
        let Some(mount) = mount.filter(|mount| mount.filesystem.starts_with("fuse")) else {
            return Ok(());
        };
        let mut options = mount.options.split(',');
        let server = options.find_map(|option| option.strip_prefix("user_id=")?.parse().ok());
        match server {
            Some(uid) if !self.users.include(uid) => Err(untrusted(path, Distrust::Served(uid))),
            _ => Ok(()),
        }
    }
}

/// Returns the names in a path, without those that represent the directory itself.
fn components(path: &OsStr) -> VecDeque<OsString> {
    let names = path.as_bytes().split(|byte| *byte == b'/');
    let names = names.filter(|name| !matches!(*name, b"" | b"."));
    names
        .map(|name| OsString::from_vec(name.to_vec()))
        .collect()
}

#[cfg(test)]
pub(super) mod tests;
