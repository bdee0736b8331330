//! Descriptors: opened close-on-exec, never on the numbers 0 to 2, written whole.
//!
//! The caller may have closed standard input, output or error, and nothing opens them for us. A file that took such
//! a number would be written to by the first error message; a uid_map must not be.

use std::ffi::CString;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl, open as raw_open};
use nix::libc::{self, c_int};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::sys::stat::Mode;
use nix::unistd::{getpid, pipe2, write};

use super::statx::statx;

/// Opens `path` with `flags` and close-on-exec, `open(2)`.
///
/// # Errors
/// Those of `open(2)`.
pub fn open(path: &Path, flags: OFlag) -> Result<OwnedFd, Errno> {
    move_above_stdio(raw_open(path, flags | OFlag::O_CLOEXEC, Mode::empty())?)
}

/// Returns the same descriptor on a number above 2, close-on-exec.
///
/// # Errors
/// EMFILE if there is none.
pub fn move_above_stdio(descriptor: OwnedFd) -> Result<OwnedFd, Errno> {
    if descriptor.as_raw_fd() > libc::STDERR_FILENO {
        return Ok(descriptor);
    }
    let higher = fcntl(
        &descriptor,
        FcntlArg::F_DUPFD_CLOEXEC(libc::STDERR_FILENO + 1),
    )?;
    // SAFETY: F_DUPFD_CLOEXEC has just made this descriptor, and nothing else knows its number.
    Ok(unsafe { OwnedFd::from_raw_fd(higher) })
}

/// Creates a pipe whose ends are above standard error: the reading and the writing end, `pipe(2)`.
///
/// # Errors
/// Those of `pipe2(2)`; EMFILE.
pub fn pipe() -> Result<(OwnedFd, OwnedFd), Errno> {
    let (read_end, write_end) = pipe2(OFlag::O_CLOEXEC)?;
    Ok((move_above_stdio(read_end)?, move_above_stdio(write_end)?))
}

/// Creates a pair of sockets that do not split messages, above standard error, `socketpair(2)`.
///
/// # Errors
/// Those of `socketpair(2)`; EMFILE.
pub fn socket_pair() -> Result<(OwnedFd, OwnedFd), Errno> {
    let (family, kind) = (AddressFamily::Unix, SockType::SeqPacket);
    let (one, other) = socketpair(family, kind, None, SockFlag::SOCK_CLOEXEC)?;
    Ok((move_above_stdio(one)?, move_above_stdio(other)?))
}

/// F_SETSIG of linux/fcntl.h, the same on every processor that Rust is for; the libc crate lacks it.
const F_SETSIG: c_int = 10;

/// Makes the kernel send this process `signal` whenever there is something to read from the descriptor, or the other
/// end is closed, `fcntl(2)`.
///
/// # Errors
/// Those of `fcntl(2)`.
pub fn signal_input(descriptor: impl AsFd, signal: c_int) -> Result<(), Errno> {
    let number = descriptor.as_fd().as_raw_fd();
    // SAFETY: F_SETOWN takes a number and no pointer.
    let owned = unsafe { libc::fcntl(number, libc::F_SETOWN, getpid().as_raw()) };
    Errno::result(owned)?;
    // SAFETY: F_SETSIG takes a number and no pointer.
    let chosen = unsafe { libc::fcntl(number, F_SETSIG, signal) };
    Errno::result(chosen)?;
    fcntl(descriptor, FcntlArg::F_SETFL(OFlag::O_ASYNC)).map(drop)
}

/// Locks an open file against whoever else locks it, until every copy of the descriptor is closed, `flock(2)`. nix's
/// wrapper unlocks when it is dropped, and so it would in a child of the process that holds the lock.
///
/// # Errors
/// EWOULDBLOCK if another process has locked it.
pub fn lock(file: impl AsFd) -> Result<(), Errno> {
    let how = libc::LOCK_EX | libc::LOCK_NB;
    // SAFETY: flock takes numbers and no pointer.
    let locked = unsafe { libc::flock(file.as_fd().as_raw_fd(), how) };
    Errno::result(locked).map(drop)
}

/// Writes all of `bytes`, going on where a write was short or interrupted, `write(2)`.
///
/// # Errors
/// Those of `write(2)`.
pub fn write_all(descriptor: impl AsFd, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match write(descriptor.as_fd(), bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Returns the descriptor that a system call has just made, from what it returned.
///
/// # Errors
/// That of the system call.
pub(super) fn new_descriptor(result: impl Into<i64>) -> Result<OwnedFd, Errno> {
    let number = Errno::result(result.into())?;
    let number = RawFd::try_from(number).map_err(|_| Errno::EBADF)?;
    // SAFETY: the kernel has just made this descriptor, close-on-exec, and nothing else knows its number.
    move_above_stdio(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Returns the path by which the kernel finds what a descriptor is of, and nothing else, `proc_pid_fd(5)`.
pub fn fd_path(file: impl AsFd) -> PathBuf {
    format!("/proc/self/fd/{}", file.as_fd().as_raw_fd()).into()
}

/// How a path is related to the mounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MountInfo {
    /// The number of the mount that it is on, as in /proc/PID/mountinfo.
    pub mount: u64,
    /// Whether that begins there.
    pub is_mount_root: bool,
}

/// Returns how `path` is related to the mounts, `statx(2)`; `None` before Linux 5.8, or if it cannot be known.
pub fn mount_info(path: &Path) -> Option<MountInfo> {
    let path = CString::new(path.as_os_str().as_bytes()).ok()?;
    let (flags, wanted) = (libc::AT_NO_AUTOMOUNT, libc::STATX_MNT_ID);
    let found = statx(libc::AT_FDCWD, &path, flags, wanted).ok()?;
    let mount_root = u64::try_from(libc::STATX_ATTR_MOUNT_ROOT).ok()?;
    let is_supported = found.stx_mask & wanted != 0 && found.stx_attributes_mask & mount_root != 0;
    is_supported.then_some(MountInfo {
        mount: found.stx_mnt_id,
        is_mount_root: found.stx_attributes & mount_root != 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_begins_at_proc_and_not_below_it() {
        let [proc, below] = ["/proc", "/proc/self"].map(|path| mount_info(Path::new(path)));
        let (proc, below) = (proc.expect("it is there"), below.expect("it is there"));
        assert!(proc.is_mount_root && !below.is_mount_root);
        assert_eq!(proc.mount, below.mount);
        assert_eq!(mount_info(Path::new("/no/such/file")), None);
    }

    #[test]
    fn our_descriptors_are_never_standard_ones() {
        let file = open(Path::new("/dev/null"), OFlag::O_RDONLY).expect("everybody can read it");
        assert!(file.as_raw_fd() > 2);
    }
}
