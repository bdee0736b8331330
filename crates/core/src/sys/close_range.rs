//! `close_range(2)`, and what does the same where it is not to be had.

use std::ffi::CStr;
use std::os::fd::RawFd;

use nix::errno::Errno;
use nix::libc::{self, c_int};
use nix::unistd::close;

use super::directory::{Directory, EntryBuffer};
use super::process::exit;

/// Closes every descriptor but these, `close_range(2)`, for a process that outlives its caller's interest in them.
///
/// # Safety
/// No value that owns or borrows one of the closed descriptors may be used or dropped afterwards: the process ends by
/// [`exit`], as the child of [`spawn`] does.
///
/// # Errors
/// Before Linux 5.9, and where the call is refused, those of reading /proc.
///
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

/// Returns the numbers that /proc lists, that of the list itself among them, which is closed.
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

/// A process that only waits from here on, and has closed every descriptor that it does not need for that.
///
/// The values that own the closed descriptors still exist. They must not be dropped, because their numbers may be
/// for other files by then. So the process ends with this value: by [`WaitOnly::exit`], or with status 1 when it is
/// dropped. A local value is dropped before all that are older, so keep it in the function that has made it or in a
/// caller.
#[derive(Debug)]
#[must_use = "the process ends when this is dropped"]
pub struct WaitOnly(());

impl WaitOnly {
    /// Closes all descriptors but these. Without `/proc` or the call for it, they stay open.
    pub(crate) fn close_all_except(kept: &[RawFd]) -> WaitOnly {
        // SAFETY: each process that waits has named all descriptors that it still uses, and this value ends the process
        // before those that own the others are dropped; tests/runshare/hardening.rs and tests/hostile list what stays
        // open.
        let _ = unsafe { close_all_except(kept) };
        WaitOnly(())
    }

    /// Ends the process without exit handlers, `_exit(2)`.
    pub fn exit(self, status: c_int) -> ! {
        exit(status)
    }
}

impl Drop for WaitOnly {
    fn drop(&mut self) {
        exit(libc::EXIT_FAILURE)
    }
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
