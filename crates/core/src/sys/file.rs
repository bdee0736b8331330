//! Descriptors: opened close-on-exec, never on the numbers 0 to 2, written whole.
//!
//! The caller may have closed standard input, output or error, and nothing opens them for us. A file that took such
//! a number would be written to by the first error message; a uid_map must not be.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl, open as raw_open};
use nix::libc::{self, c_int};
use nix::sys::stat::Mode;
use nix::unistd::{close, getpid, write};

use super::directory::{Directory, EntryBuffer};
use super::statx::statx;

/// Opens `path` with `flags` and close-on-exec, `open(2)`.
///
/// # Errors
/// Those of `open(2)`.
pub fn open(path: &Path, flags: OFlag) -> Result<OwnedFd, Errno> {
    move_above_stdio(raw_open(path, flags | OFlag::O_CLOEXEC, Mode::empty())?)
}

/// The same descriptor on a number above 2, close-on-exec.
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

/// F_SETSIG of linux/fcntl.h, the same on every processor that Rust is for; the libc crate lacks it.
const F_SETSIG: c_int = 10;

/// Has the kernel send this process `signal` whenever there is something to read from the descriptor, or the other
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

/// The descriptor that a system call has just made, from what it returned.
///
/// # Errors
/// That of the system call.
pub(super) fn new_descriptor(result: impl Into<i64>) -> Result<OwnedFd, Errno> {
    let number = Errno::result(result.into())?;
    let number = RawFd::try_from(number).map_err(|_| Errno::EBADF)?;
    // SAFETY: the kernel has just made this descriptor, close-on-exec, and nothing else knows its number.
    move_above_stdio(unsafe { OwnedFd::from_raw_fd(number) })
}

/// How a path stands to the mounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MountInfo {
    /// The number of the mount that it is on, as in /proc/PID/mountinfo.
    pub mount: u64,
    /// Whether that begins there.
    pub is_mount_root: bool,
}

/// How `path` stands to the mounts, `statx(2)`; `None` before Linux 5.8, or if it cannot be told.
pub fn mount_info(path: &Path) -> Option<MountInfo> {
    let path = CString::new(path.as_os_str().as_bytes()).ok()?;
    let (flags, wanted) = (libc::AT_NO_AUTOMOUNT, libc::STATX_MNT_ID);
    let found = statx(libc::AT_FDCWD, &path, flags, wanted).ok()?;
    let mount_root = u64::try_from(libc::STATX_ATTR_MOUNT_ROOT).ok()?;
    let told = found.stx_mask & wanted != 0 && found.stx_attributes_mask & mount_root != 0;
    told.then_some(MountInfo {
        mount: found.stx_mnt_id,
        is_mount_root: found.stx_attributes & mount_root != 0,
    })
}

/// Closes every descriptor but these, `close_range(2)`, for a process that outlives its caller's interest in them.
///
/// # Safety
/// No value that owns or borrows one of the closed descriptors may be used or dropped afterwards: the process ends by
/// [`exit`], as the child of [`spawn`] does.
///
/// # Errors
/// Before Linux 5.9, and where the call is refused, those of reading /proc.
///
/// [`exit`]: super::process::exit
/// [`spawn`]: super::process::spawn
unsafe fn close_all_except(kept: &[RawFd]) -> Result<(), Errno> {
    // SAFETY: the caller has the same duty.
    match unsafe { close_ranges_between(kept) } {
        // Nobody needs a right to close what is their own: it is a filter that says EPERM.
        Err(Errno::ENOSYS | Errno::EPERM) => {
            for descriptor in open_descriptors()?
                .into_iter()
                .filter(|number| !kept.contains(number))
            {
                // That of the list itself is closed already.
                let _ = close(descriptor);
            }
            Ok(())
        }
        closed => closed,
    }
}

/// # Safety
/// That of [`close_all_except`].
unsafe fn close_ranges_between(kept: &[RawFd]) -> Result<(), Errno> {
    let mut kept: Vec<RawFd> = kept.to_vec();
    kept.sort_unstable();
    // From the top down, so that standard error is there as long as there may be something to report.
    let mut last = RawFd::MAX;
    for descriptor in kept.into_iter().rev() {
        // SAFETY: the caller has the same duty.
        unsafe { close_range(descriptor + 1, last, NO_FLAGS) }?;
        last = descriptor - 1;
    }
    // SAFETY: the caller has the same duty.
    unsafe { close_range(0, last, NO_FLAGS) }
}

/// The numbers that /proc lists, that of the list itself among them, which is closed.
fn open_descriptors() -> Result<Vec<RawFd>, Errno> {
    let listed = Directory::open(c"/proc/self/fd")?;
    let mut open: Vec<RawFd> = Vec::new();
    let note = |name: &CStr| {
        let number = name.to_str().ok();
        open.extend(number.and_then(|number| number.parse::<RawFd>().ok()));
    };
    listed.entries(&mut EntryBuffer::default(), note)?;
    Ok(open)
}

/// Closes what a process that only waits from here on has no use for: all descriptors but these. It is for
/// [`release_inherited`] alone, which has the rule for its callers.
///
/// # Errors
/// Those of [`close_all_except`].
///
/// [`release_inherited`]: crate::hardening::release_inherited
pub(crate) fn close_inherited(kept: &[RawFd]) -> Result<(), Errno> {
    // SAFETY: each process that waits has named all descriptors that it still uses, and ends by `exit`, so that the
    // values that own the others are never dropped; tests/runshare/hardening.rs and tests/hostile list what stays open.
    unsafe { close_all_except(kept) }
}

/// Marks every descriptor but standard input, output and error close-on-exec, `close_range(2)`; before Linux 5.11, and
/// where the call is refused, one by one, `fcntl(2)`.
///
/// # Errors
/// Those of reading /proc, where the call is not to be had.
pub fn cloexec_above_stdio() -> Result<(), Errno> {
    let (first, last) = (libc::STDERR_FILENO + 1, RawFd::MAX);
    // SAFETY: nothing is closed before this process becomes a program.
    match unsafe { close_range(first, last, libc::CLOSE_RANGE_CLOEXEC) } {
        Err(Errno::EINVAL | Errno::ENOSYS | Errno::EPERM) => {}
        done => return done,
    }
    for descriptor in open_descriptors()?
        .into_iter()
        .filter(|number| *number >= first)
    {
        // SAFETY: fcntl takes numbers here. That of the list itself is closed already, which is no error.
        let _ = unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
    Ok(())
}

/// No flags of `close_range(2)`.
const NO_FLAGS: libc::c_uint = 0;

/// # Safety
/// That of [`close_all_except`], unless the flags are CLOSE_RANGE_CLOEXEC.
unsafe fn close_range(first: RawFd, last: RawFd, flags: libc::c_uint) -> Result<(), Errno> {
    if first > last {
        return Ok(());
    }
    // SAFETY: no pointer is passed; that nothing uses the closed descriptors afterwards is the caller's duty.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) };
    Errno::result(result).map(drop)
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
    fn a_descriptor_of_ours_is_never_a_standard_one() {
        let file = open(Path::new("/dev/null"), OFlag::O_RDONLY).expect("everybody can read it");
        assert!(file.as_raw_fd() > 2);
    }
}
