//! The unsafe code of the test kit: the few system calls that nix has no safe wrapper for, named after the call or what
//! it is for. Whatever says so runs between fork and exec and keeps to what is async-signal-safe there: no allocation,
//! no lock.

#![allow(unsafe_code, reason = "the one file of the crate where it may stand")]

pub(crate) mod c_library;
pub(crate) mod environ_range;
pub(crate) mod seccomp;

use std::io;
use std::mem::zeroed;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::ptr::null;
use std::sync::OnceLock;

use nix::NixPath;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc::{self, c_int, c_uint, c_ulong};
use nix::sched::CloneFlags;
use nix::unistd::Pid;

use crate::outcome::Status;

/// The lowest number that a descriptor waiting to be passed on has; those it may be passed on as are below.
pub(crate) const FIRST_RESERVED_FD: RawFd = 500;

/// Runs `prepare` in the child of `command`, between fork and exec; it may only do what is async-signal-safe.
pub(crate) fn before_exec(
    command: &mut Command,
    mut prepare: impl FnMut() -> Result<(), Errno> + Send + Sync + 'static,
) {
    // SAFETY: `prepare` is `Start::enter` alone, which allocates nothing and takes no lock.
    unsafe { command.pre_exec(move || prepare().map_err(io::Error::from)) };
}

/// Runs `last` when this process exits, atexit(3); the first that is given, and no other.
pub(crate) fn at_exit(last: fn()) {
    static LAST: OnceLock<fn()> = OnceLock::new();
    extern "C" fn run() {
        if let Some(last) = LAST.get() {
            last();
        }
    }
    if LAST.set(last).is_ok() {
        // SAFETY: the function is there as long as the process, and does not unwind: what it does returns its failures.
        unsafe { libc::atexit(run) };
    }
}

/// A descriptor of the process `pid`, readable once it has ended, `pidfd_open(2)`.
pub(crate) fn pidfd(pid: Pid) -> Result<OwnedFd, Errno> {
    // SAFETY: pidfd_open takes two numbers.
    let number = Errno::result(unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) })?;
    let number = RawFd::try_from(number).map_err(|_| Errno::EBADF)?;
    // SAFETY: the kernel has just made this descriptor, and nobody else knows its number.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Returns whether anybody has this open file open for writing, as far as a lease tells, fcntl(2).
pub(crate) fn is_written_to(file: &OwnedFd) -> bool {
    // SAFETY: the request takes a number.
    let leased = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, libc::F_RDLCK) };
    let refused = leased == -1 && Errno::last() == Errno::EAGAIN;
    // SAFETY: the same, to give it back, so that nobody has to wait for it.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, libc::F_UNLCK) };
    refused
}

/// The inode of a pidfd of the process `pid`, which since Linux 6.9 no other process ever has.
///
/// # Errors
/// ESRCH if there is no such process.
pub fn pidfd_inode(pid: Pid) -> Result<u64, Errno> {
    let pidfd = std::fs::File::from(pidfd(pid)?);
    let metadata = pidfd.metadata();
    let inode = metadata.map(|metadata| metadata.ino());
    inode.map_err(|error| Errno::from_raw(error.raw_os_error().unwrap_or(libc::EIO)))
}

/// The number of this process's session keyring, which no other keyring has, `keyctl(2)`.
///
/// # Errors
/// ENOSYS in a kernel without keys; EPERM under a seccomp filter.
pub fn session_keyring() -> Result<libc::c_long, Errno> {
    let (operation, make) = (libc::KEYCTL_GET_KEYRING_ID, 0);
    let keyring = libc::KEY_SPEC_SESSION_KEYRING;
    // SAFETY: this operation of keyctl takes two numbers.
    Errno::result(unsafe { libc::syscall(libc::SYS_keyctl, operation, keyring, make) })
}

/// Exchanges two files, `renameat2(2)`, for which nix has no function with musl.
///
/// # Errors
/// What the kernel says.
pub fn exchange(one: &Path, other: &Path) -> Result<(), Errno> {
    let here = libc::AT_FDCWD;
    let result = one.with_nix_path(|one| {
        other.with_nix_path(|other| {
            let (one, other) = (one.as_ptr(), other.as_ptr());
            // SAFETY: the paths are NUL-terminated and outlive the call.
            unsafe {
                libc::syscall(
                    libc::SYS_renameat2,
                    here,
                    one,
                    here,
                    other,
                    libc::RENAME_EXCHANGE,
                )
            }
        })
    })??;
    Errno::result(result).map(drop)
}

/// Returns how the child `pid` ended, without reaping it: as a zombie it keeps its number, and its group's, from being
/// used anew.
pub(crate) fn exit_status(pid: Pid) -> Result<Status, Errno> {
    // SAFETY: siginfo_t is plain data, for which all zeros is a value.
    let mut info: libc::siginfo_t = unsafe { zeroed() };
    let id = libc::id_t::try_from(pid.as_raw()).map_err(|_| Errno::ESRCH)?;
    // SAFETY: the pointer is to a local that outlives the call.
    Errno::result(unsafe {
        libc::waitid(libc::P_PID, id, &mut info, libc::WEXITED | libc::WNOWAIT)
    })?;
    // SAFETY: waitid has succeeded and filled in the fields of a child's ending.
    let status = unsafe { info.si_status() };
    Ok(if info.si_code == libc::CLD_EXITED {
        Status::Exited(status)
    } else {
        Status::Killed(status)
    })
}

/// A copy of `fd` with a number from [`FIRST_RESERVED_FD`] up, out of the way of the numbers that a test asks for;
/// close-on-exec.
pub(crate) fn dup_to_reserved(fd: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
    let number = fcntl(fd, FcntlArg::F_DUPFD_CLOEXEC(FIRST_RESERVED_FD))?;
    // SAFETY: the kernel has just made this descriptor, and nobody else knows its number.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Duplicates `fd`, in the child, to this number, open across exec, `dup2(2)`.
pub(crate) fn install(fd: &OwnedFd, number: RawFd) -> Result<(), Errno> {
    // SAFETY: dup2 takes two numbers; what it closes in the child belongs to nobody there.
    Errno::result(unsafe { libc::dup2(fd.as_raw_fd(), number) }).map(drop)
}

/// Closes, in the child, descriptor `number`, `close(2)`.
pub(crate) fn close(number: RawFd) -> Result<(), Errno> {
    // SAFETY: close takes a number; in the child, about to exec, no owner is left to be surprised.
    Errno::result(unsafe { libc::close(number) }).map(drop)
}

/// Closes, in the child, every descriptor from `first` up, `close_range(2)`.
pub(crate) fn close_from(first: c_uint) -> Result<(), Errno> {
    close_range(first, 0)
}

/// Marks, in the child, every descriptor from `first` up close-on-exec, `close_range(2)`.
pub(crate) fn close_from_at_exec(first: c_uint) -> Result<(), Errno> {
    let closed = close_range(first, libc::CLOSE_RANGE_CLOEXEC);
    if closed != Err(Errno::EINVAL) {
        return closed;
    }
    // Before Linux 5.11: each by itself, as many as may be open unless a limit was raised.
    for number in first..1024 {
        // SAFETY: F_SETFD takes numbers; one that is not open is an error and no more.
        unsafe { libc::fcntl(number as c_int, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
    Ok(())
}

fn close_range(first: c_uint, flags: c_uint) -> Result<(), Errno> {
    // SAFETY: close_range takes three numbers; in the child no owner is left to be surprised.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, c_uint::MAX, flags) };
    Errno::result(result).map(drop)
}

/// Resets, in the child, every signal to its default action, whatever the caller of `cargo test` ignores.
///
/// Straight to the kernel: signal(3) refuses the two numbers that the C library keeps to itself, and those, too, are
/// sometimes inherited ignored.
pub(crate) fn default_signals() {
    // The kernel's own sigaction, of at most this size; all zeros are SIG_DFL, no flags, an empty mask.
    let default = [0_u64; 4];
    for signal in 1..=libc::SIGRTMAX() {
        // SAFETY: the pointer is to a local that outlives the call, the second one is null: do not report the old
        // action; KILL and STOP are refused and need no change.
        unsafe {
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                &default,
                null::<u64>(),
                size_of::<u64>(),
            )
        };
    }
}

/// Ignores, in the child, `signal`, also across exec.
pub(crate) fn ignore(signal: c_int) {
    // SAFETY: SIG_IGN is no function, so no handler of ours ever runs.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}

/// Drops, in the child, this capability for every program that is run from now on, `PR_CAPBSET_DROP`.
pub(crate) fn drop_from_bounding_set(capability: c_uint) -> Result<(), Errno> {
    // SAFETY: PR_CAPBSET_DROP takes a number.
    Errno::result(unsafe { libc::prctl(libc::PR_CAPBSET_DROP, c_ulong::from(capability)) })
        .map(drop)
}

/// Makes, in a child that leads a session, the terminal on standard input the controlling one, `TIOCSCTTY`.
pub(crate) fn take_terminal() -> Result<(), Errno> {
    // SAFETY: TIOCSCTTY takes a number, here 0: steal the terminal from no one.
    Errno::result(unsafe { libc::ioctl(0, libc::TIOCSCTTY, c_ulong::MIN) }).map(drop)
}

/// `struct clone_args` of linux/sched.h as it was first, which the libc crate has for some processors only.
#[repr(C)]
#[derive(Default)]
struct CloneArguments {
    flags: u64,
    pidfd: u64,
    child_tid: u64,
    parent_tid: u64,
    exit_signal: u64,
    stack: u64,
    stack_size: u64,
    tls: u64,
}

/// A child that sits in new namespaces of the kinds `flags`, doing nothing until it is killed, `clone3(2)`.
///
/// clone3 and not unshare, so that the child itself is in the new pid and time namespaces.
pub(crate) fn spawn_in_namespaces(flags: CloneFlags) -> Result<Pid, Errno> {
    let arguments = CloneArguments {
        flags: u64::try_from(flags.bits()).map_err(|_| Errno::EINVAL)?,
        exit_signal: libc::SIGCHLD as u64,
        ..CloneArguments::default()
    };
    // SAFETY: the structure is a local of the size told. Without CLONE_VM the child has a copy of the memory, as after
    // fork, and `pause_until_killed` does what is async-signal-safe alone.
    let pid = unsafe {
        libc::syscall(
            libc::SYS_clone3,
            &raw const arguments,
            size_of::<CloneArguments>(),
        )
    };
    match Errno::result(pid)? {
        0 => pause_until_killed(),
        pid => Ok(Pid::from_raw(
            i32::try_from(pid).map_err(|_| Errno::EOVERFLOW)?,
        )),
    }
}

/// The life of a child of [`spawn_in_namespaces`]: lets go of every descriptor, which may be a pipe of another test's
/// tool, and waits to be killed, at the latest when the thread that made it ends.
fn pause_until_killed() -> ! {
    let _ = nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL);
    let _ = close_from(0);
    loop {
        nix::unistd::pause();
    }
}
