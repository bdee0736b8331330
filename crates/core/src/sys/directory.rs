//! Reading what is below one directory, many thousand times: /proc.
//!
//! Everything is relative to a directory's descriptor, so that the process that was looked at first is the one that is
//! looked at last: once it is gone, its directory answers ESRCH or ENOENT, whoever has its number by then. Nothing
//! here allocates: names go in as C strings, contents come out in the caller's buffer.

use std::ffi::{CStr, CString};
use std::mem::offset_of;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat};
use nix::libc;
use nix::sys::stat::{Mode, fstatat, major, minor};
use nix::unistd::read;

use super::statx::statx;

/// An open directory.
#[derive(Debug)]
pub struct Directory(OwnedFd);

/// What `statx(2)` reports of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStatus {
    /// The device that its filesystem is, major and minor number.
    pub device: (u32, u32),
    /// Its inode number.
    pub inode: u64,
    /// Its type, a value of `S_IFMT`.
    pub file_type: u32,
    /// Its permissions, with set-user-ID, set-group-ID and sticky bit: `0o7777` and below.
    pub permissions: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// How many directory entries it has.
    pub links: u32,
    /// Its size, in bytes or what else its filesystem counts.
    pub size: u64,
    /// The number of its mount, as in /proc/PID/mountinfo; `None` before Linux 5.8.
    pub mount: Option<u64>,
    /// Whether a mount begins here; `None` before Linux 5.8.
    pub is_mount_root: Option<bool>,
}

impl FileStatus {
    /// Returns whether both are of one file: inode numbers are unique within a device, `inode(7)`.
    pub fn is_same_file(&self, other: &FileStatus) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }

    /// Returns whether both are of one file by one mount, as far as the kernel reports mounts.
    pub fn is_same_place(&self, other: &FileStatus) -> bool {
        self.is_same_file(other) && self.mount == other.mount
    }
}

/// Nothing that we open may keep us waiting, whatever somebody has mounted in its place.
const SAFE_OPEN_FLAGS: OFlag = OFlag::O_CLOEXEC
    .union(OFlag::O_NONBLOCK)
    .union(OFlag::O_NOCTTY);

impl Directory {
    /// Opens a directory by its path, `open(2)`.
    ///
    /// # Errors
    /// Those of `open(2)`.
    pub fn open(path: &CStr) -> Result<Directory, Errno> {
        let flags = SAFE_OPEN_FLAGS | OFlag::O_RDONLY | OFlag::O_DIRECTORY;
        openat(AT_FDCWD, path, flags, Mode::empty()).map(Directory)
    }

    /// Opens a directory below this one, `openat(2)`.
    ///
    /// # Errors
    /// Those of `openat(2)`.
    pub fn open_dir(&self, name: &CStr) -> Result<Directory, Errno> {
        let flags = SAFE_OPEN_FLAGS | OFlag::O_RDONLY | OFlag::O_DIRECTORY;
        openat(&self.0, name, flags, Mode::empty()).map(Directory)
    }

    /// Opens a directory below this one to go through, not to list: that takes no right to read it, `O_PATH` of
    /// `open(2)`. What is a zombie's belongs to nobody, for one.
    ///
    /// # Errors
    /// Those of `openat(2)`.
    pub fn open_path_dir(&self, name: &CStr) -> Result<Directory, Errno> {
        let flags = OFlag::O_CLOEXEC | OFlag::O_PATH | OFlag::O_DIRECTORY;
        openat(&self.0, name, flags, Mode::empty()).map(Directory)
    }

    /// Opens a file below this one for reading, `openat(2)`.
    ///
    /// # Errors
    /// Those of `openat(2)`.
    pub fn open_file(&self, name: &CStr) -> Result<OwnedFd, Errno> {
        openat(
            &self.0,
            name,
            SAFE_OPEN_FLAGS | OFlag::O_RDONLY,
            Mode::empty(),
        )
    }

    /// Returns what the file `name` begins with, as much as one `read(2)` puts into `buffer`. The files of /proc give
    /// all that they hold, up to a page, in one read.
    ///
    /// # Errors
    /// Those of `openat(2)` and `read(2)`.
    pub fn read_into<'a>(&self, name: &CStr, buffer: &'a mut [u8]) -> Result<&'a [u8], Errno> {
        let file = self.open_file(name)?;
        let length = read(&file, buffer)?;
        Ok(&buffer[..length])
    }

    /// The target of the link `name`, as much as fits into `buffer`, `readlinkat(2)`.
    ///
    /// # Errors
    /// Those of `readlinkat(2)`.
    pub fn read_link_into<'a>(&self, name: &CStr, buffer: &'a mut [u8]) -> Result<&'a [u8], Errno> {
        let (start, length) = (buffer.as_mut_ptr().cast(), buffer.len());
        let directory = self.0.as_raw_fd();
        // SAFETY: the name is a C string, and the kernel writes at most as many bytes as the buffer has.
        let result = unsafe { libc::readlinkat(directory, name.as_ptr(), start, length) };
        let length = usize::try_from(Errno::result(result)?).unwrap_or(0);
        Ok(&buffer[..length])
    }

    /// Returns what there is to know of `name`, links being followed, without asking any server or device for news,
    /// `statx(2)`; the empty name is the directory itself.
    ///
    /// # Errors
    /// Those of `statx(2)`.
    pub fn status(&self, name: &CStr) -> Result<FileStatus, Errno> {
        status_at(self.0.as_fd(), name)
    }

    /// Returns the names of all entries but `.` and `..`.
    ///
    /// # Errors
    /// Those of `getdents64(2)`.
    pub fn names(&self) -> Result<Vec<CString>, Errno> {
        let mut names = Vec::new();
        self.entries(&mut EntryBuffer::default(), |name| {
            names.push(name.to_owned());
        })?;
        Ok(names)
    }

    /// Calls `each` with the name of every entry but `.` and `..`, `getdents64(2)`.
    ///
    /// # Errors
    /// Those of `getdents64(2)`.
    pub fn entries(
        &self,
        buffer: &mut EntryBuffer,
        mut each: impl FnMut(&CStr),
    ) -> Result<(), Errno> {
        loop {
            let read = self.next_entries(buffer)?;
            if read == 0 {
                return Ok(());
            }
            let mut records = &buffer.0[..read];
            while let Some((name, rest)) = first_entry(records) {
                if name != c"." && name != c".." {
                    each(name);
                }
                records = rest;
            }
        }
    }

    fn next_entries(&self, buffer: &mut EntryBuffer) -> Result<usize, Errno> {
        let (start, length) = (buffer.0.as_mut_ptr(), buffer.0.len());
        let directory = self.0.as_raw_fd();
        // SAFETY: the kernel writes at most as many bytes as the buffer has.
        let result = unsafe { libc::syscall(libc::SYS_getdents64, directory, start, length) };
        Ok(usize::try_from(Errno::result(result)?).unwrap_or(0))
    }
}

impl From<OwnedFd> for Directory {
    fn from(opened: OwnedFd) -> Directory {
        Directory(opened)
    }
}

impl AsFd for Directory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Where `getdents64(2)` writes.
#[derive(Debug)]
pub struct EntryBuffer(Box<[u8]>);

impl Default for EntryBuffer {
    fn default() -> EntryBuffer {
        EntryBuffer(vec![0; 32 << 10].into_boxed_slice())
    }
}

/// The name in the first record, and the records behind it; `None` at the end. A record is a
/// `struct linux_dirent64`, `getdents(2)`.
fn first_entry(records: &[u8]) -> Option<(&CStr, &[u8])> {
    let length = offset_of!(libc::dirent64, d_reclen);
    let length: [u8; 2] = records.get(length..length + 2)?.try_into().ok()?;
    let length = usize::from(u16::from_ne_bytes(length));
    let name = records.get(offset_of!(libc::dirent64, d_name)..length)?;
    let name = CStr::from_bytes_until_nul(name).ok()?;
    Some((name, &records[length..]))
}

/// Returns what there is to know of an open file.
///
/// # Errors
/// Those of `statx(2)`.
pub fn status_of(file: impl AsFd) -> Result<FileStatus, Errno> {
    status_at(file.as_fd(), c"")
}

/// Returns what there is to know of the file that a path leads to, links being followed.
///
/// This and [`status_of`] replace `stat(2)` and `fstat(2)`, which in a 32-bit program fail with EOVERFLOW where a
/// number does not fit: an inode of nsfs or of a pidfd, a size.
///
/// # Errors
/// Those of `statx(2)`.
pub fn status(path: &CStr) -> Result<FileStatus, Errno> {
    status_at(AT_FDCWD, path)
}

/// Returns what there is to know of a file below a directory, links being followed; the empty name is the directory
/// itself.
///
/// # Errors
/// Those of `statx(2)`.
pub fn status_at(directory: BorrowedFd<'_>, name: &CStr) -> Result<FileStatus, Errno> {
    let flags = libc::AT_STATX_DONT_SYNC | libc::AT_NO_AUTOMOUNT | libc::AT_EMPTY_PATH;
    let wanted = libc::STATX_TYPE | libc::STATX_INO | libc::STATX_UID | libc::STATX_GID;
    let wanted = wanted | libc::STATX_NLINK | libc::STATX_SIZE | libc::STATX_MODE;
    let wanted = wanted | libc::STATX_MNT_ID;
    let found = match statx(directory.as_raw_fd(), name, flags, wanted) {
        Ok(found) => found,
        // An old kernel, or a filter; a file that this process may not look at is refused once more.
        Err(Errno::ENOSYS | Errno::EPERM) => return older_status(directory, name),
        Err(errno) => return Err(errno),
    };
    let mount_root = u64::try_from(libc::STATX_ATTR_MOUNT_ROOT).unwrap_or(0);
    let (knows_id, knows_root) = (
        found.stx_mask & libc::STATX_MNT_ID != 0,
        found.stx_attributes_mask & mount_root != 0,
    );
    Ok(FileStatus {
        device: (found.stx_dev_major, found.stx_dev_minor),
        inode: found.stx_ino,
        file_type: u32::from(found.stx_mode) & libc::S_IFMT,
        permissions: u32::from(found.stx_mode) & !libc::S_IFMT,
        uid: found.stx_uid,
        gid: found.stx_gid,
        links: found.stx_nlink,
        size: found.stx_size,
        mount: knows_id.then_some(found.stx_mnt_id),
        is_mount_root: knows_root.then_some(found.stx_attributes & mount_root != 0),
    })
}

/// The same by `fstatat(2)`, which a kernel or a sandbox without statx has; it says nothing of mounts.
#[allow(
    clippy::useless_conversion,
    clippy::unnecessary_fallible_conversions,
    reason = "the types of struct stat differ from processor to processor"
)]
fn older_status(directory: BorrowedFd<'_>, name: &CStr) -> Result<FileStatus, Errno> {
    let flags = AtFlags::AT_NO_AUTOMOUNT | AtFlags::AT_EMPTY_PATH;
    let found = fstatat(directory, name, flags)?;
    let half = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(FileStatus {
        device: (half(major(found.st_dev)), half(minor(found.st_dev))),
        inode: u64::from(found.st_ino),
        file_type: found.st_mode & libc::S_IFMT,
        permissions: found.st_mode & !libc::S_IFMT,
        uid: found.st_uid,
        gid: found.st_gid,
        links: u32::try_from(found.st_nlink).unwrap_or(u32::MAX),
        size: u64::try_from(found.st_size).unwrap_or(0),
        mount: None,
        is_mount_root: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entries_of_a_directory_are_those_that_std_finds() {
        let mut ours = Vec::new();
        let directory = Directory::open(c"/etc").expect("everybody can read it");
        let collect = |name: &CStr| ours.push(name.to_string_lossy().into_owned());
        let read = directory.entries(&mut EntryBuffer::default(), collect);
        let theirs = std::fs::read_dir("/etc").expect("everybody can read it");
        let mut theirs: Vec<String> = theirs
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        ours.sort();
        theirs.sort();
        assert_eq!((read, ours), (Ok(()), theirs));
    }

    #[test]
    fn links_contents_and_status_are_read() {
        let own = Directory::open(c"/proc/self").expect("/proc");
        let mut buffer = [0; 64];
        let link = own
            .read_link_into(c"ns/uts", &mut buffer)
            .expect("its own namespace");
        assert!(link.starts_with(b"uts:["), "{link:?}");
        let stat = own.read_into(c"stat", &mut buffer).expect("its own state");
        assert!(stat.starts_with(std::process::id().to_string().as_bytes()));
        let same = status_of(&own).expect("an open directory");
        assert_eq!(own.status(c""), Ok(same));
        assert_eq!(same.file_type, libc::S_IFDIR);
        assert_eq!(own.status(c"no such entry"), Err(Errno::ENOENT));
    }

    #[test]
    fn the_older_call_returns_the_same_except_for_mounts() {
        let own = Directory::open(c"/proc/self").expect("/proc");
        for name in [c"", c"ns/uts", c"stat", c"../../dev/null"] {
            let newer = own.status(name).expect("it is there");
            let older = older_status(own.as_fd(), name).expect("it is there");
            let without_mounts = FileStatus {
                mount: None,
                is_mount_root: None,
                ..newer
            };
            assert_eq!(older, without_mounts, "{name:?}");
        }
        let absent = older_status(own.as_fd(), c"no such entry");
        assert_eq!(absent, Err(Errno::ENOENT));
    }

    #[test]
    fn a_record_cut_short_ends_the_walk() {
        assert_eq!(first_entry(&[]), None);
        assert_eq!(first_entry(&[0; 18]), None);
        assert_eq!(first_entry(&[255; 24]), None);
    }
}
