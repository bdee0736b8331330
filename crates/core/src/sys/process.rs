//! Processes: made, waited for, watched through a descriptor.

use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::ptr;

use nix::errno::Errno;
use nix::libc::{self, c_int, c_ulong};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::stat::Mode;
use nix::unistd::{ForkResult, Pid, fork, read};

use super::file::new_descriptor;
use super::threads::assert_one_thread;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitReason {
    /// With this exit status.
    Status(c_int),
    /// By this signal.
    Signal(c_int),
}

/// Runs `child` in a new process, which ends with the status that it returns, `fork(2)`.
///
/// # Panics
/// In a process that has not promised to have one thread, see [`Arguments`](super::arguments::Arguments::new).
///
/// # Errors
/// Those of `fork(2)`; ENOMEM in a pid namespace whose first process has ended.
pub fn spawn(child: impl FnOnce() -> c_int) -> Result<Pid, Errno> {
    assert_one_thread();
    // SAFETY: this is the process's one thread, as the assertion has made sure of.
    unsafe { spawn_with_threads(child) }
}

/// Forks a child that keeps a copy of every descriptor until the pipe `end` has no writer left. `hold` is the number of
/// this process's writing end, of which the child closes its copy. There may be other threads.
///
/// Its end is no signal to this process, where clone3 may be called: a blocked SIGCHLD would be left pending to the
/// program that is run. [`wait`] waits for it.
///
/// # Errors
/// Those of `fork(2)`.
pub fn spawn_until_closed(end: &OwnedFd, hold: RawFd) -> Result<Pid, Errno> {
    let child = || {
        // SAFETY: the number is that of the child's own copy, which nothing in the child uses.
        unsafe { libc::close(hold) };
        while read(end, &mut [0]) == Err(Errno::EINTR) {}
        0
    };
    let no_signal = CloneArguments::default();
    let (arguments, size) = (&raw const no_signal, size_of::<CloneArguments>());
    // SAFETY: the structure is a local of the size that is passed. Without CLONE_VM the child has a copy of the memory,
    // as after fork, and close, read and _exit are async-signal-safe.
    let result = unsafe { libc::syscall(libc::SYS_clone3, arguments, size) };
    match Errno::result(result) {
        Ok(0) => exit(child()),
        Ok(pid) => i32::try_from(pid).map_or(Err(Errno::EOVERFLOW), |pid| Ok(Pid::from_raw(pid))),
        // Before Linux 5.3, or a filter.
        // SAFETY: as above.
        Err(Errno::ENOSYS | Errno::EPERM) => unsafe { spawn_with_threads(child) },
        Err(errno) => Err(errno),
    }
}

/// What `clone3(2)` reads, as the first kernel that has it knows it.
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

/// Like [`spawn`], in a process that may have several threads.
///
/// # Safety
/// If there is a second thread, `child` may only do what is async-signal-safe, `signal-safety(7)`: no memory is
/// allocated or freed, no lock is taken.
///
/// # Errors
/// Those of [`spawn`].
unsafe fn spawn_with_threads(child: impl FnOnce() -> c_int) -> Result<Pid, Errno> {
    // SAFETY: what the child may do is the caller's duty.
    match unsafe { fork() }? {
        ForkResult::Parent { child } => Ok(child),
        ForkResult::Child => exit(child()),
    }
}

/// Ends without exit handlers, `_exit(2)`: they belong to the process that was forked.
pub fn exit(status: c_int) -> ! {
    // SAFETY: _exit takes no pointer and does not return.
    unsafe { libc::_exit(status) }
}

/// Waits for `child` to end and returns how it ended, `waitpid(2)`. With `__WALL` that is any child, also one of
/// [`spawn_until_closed`].
///
/// nix's wrapper fails for a signal above 31, which a program may well die by.
///
/// # Errors
/// ECHILD if it is no child of ours, or SIGCHLD is ignored.
pub fn wait(child: Pid) -> Result<ExitReason, Errno> {
    loop {
        match waitpid(child, libc::__WALL) {
            Ok(Some(ending)) => return Ok(ending),
            Ok(None) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// Returns how `child` ended, if it has, `waitpid(2)` with WNOHANG.
///
/// # Errors
/// As [`wait`].
pub fn try_wait(child: Pid) -> Result<Option<ExitReason>, Errno> {
    waitpid(child, libc::WNOHANG)
}

/// Waits until `child` has ended or was stopped, `waitpid(2)` with WUNTRACED; `None`: it is stopped.
///
/// # Errors
/// As [`wait`], and EINTR.
pub fn try_wait_or_stopped(child: Pid) -> Result<Option<ExitReason>, Errno> {
    waitpid(child, libc::WUNTRACED)
}

/// What `waitpid(2)` reports of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitStatus {
    /// It has ended.
    Ended(ExitReason),
    /// It was stopped by this signal.
    Stopped(c_int),
    /// It continues.
    Continued,
}

impl WaitStatus {
    /// Returns what this status says.
    pub fn from_raw(status: c_int) -> WaitStatus {
        if libc::WIFSTOPPED(status) {
            WaitStatus::Stopped(libc::WSTOPSIG(status))
        } else if libc::WIFCONTINUED(status) {
            WaitStatus::Continued
        } else if libc::WIFSIGNALED(status) {
            WaitStatus::Ended(ExitReason::Signal(libc::WTERMSIG(status)))
        } else {
            WaitStatus::Ended(ExitReason::Status(libc::WEXITSTATUS(status)))
        }
    }
}

/// Returns the child, if there is one, whose state has changed, and its status for [`WaitStatus::from_raw`],
/// `waitpid(2)`. A child that has ended is reaped by this.
///
/// # Errors
/// None that the kernel documents for this.
pub fn try_wait_any() -> Result<Option<(Pid, c_int)>, Errno> {
    let mut status: c_int = 0;
    let (any, options) = (-1, libc::WNOHANG | libc::WUNTRACED | libc::WCONTINUED);
    // SAFETY: the pointer is to a local that outlives the call.
    let result = unsafe { libc::waitpid(any, &raw mut status, options) };
    match Errno::result(result) {
        Ok(0) | Err(Errno::ECHILD) => Ok(None),
        Ok(child) => Ok(Some((Pid::from_raw(child), status))),
        Err(errno) => Err(errno),
    }
}

/// Reaps every child that has ended; returns the last status of `child` among those that have changed, if any, for
/// [`WaitStatus::from_raw`].
///
/// # Errors
/// As [`try_wait_any`].
pub fn reap_all(child: Pid) -> Result<Option<c_int>, Errno> {
    let mut last = None;
    while let Some((changed, status)) = try_wait_any()? {
        if changed == child {
            last = Some(status);
        }
    }
    Ok(last)
}

fn waitpid(child: Pid, options: c_int) -> Result<Option<ExitReason>, Errno> {
    let mut status: c_int = 0;
    // SAFETY: the pointer is to a local that outlives the call.
    let result = unsafe { libc::waitpid(child.as_raw(), &raw mut status, options) };
    Ok(
        match (Errno::result(result)?, WaitStatus::from_raw(status)) {
            (1.., WaitStatus::Ended(ending)) => Some(ending),
            _ => None,
        },
    )
}

/// Returns a descriptor of the process `pid`, close-on-exec, `pidfd_open(2)`. It is readable once the process has
/// ended.
///
/// # Errors
/// ESRCH if there is none; ENOSYS before Linux 5.3.
pub fn pidfd_open(pid: Pid) -> Result<OwnedFd, Errno> {
    pidfd_open_with(pid, 0)
}

/// Returns a descriptor of the thread `thread`, which need not be the first of its process, likewise.
///
/// # Errors
/// ESRCH if there is none; EINVAL before Linux 6.9.
pub fn pidfd_open_thread(thread: Pid) -> Result<OwnedFd, Errno> {
    pidfd_open_with(thread, libc::PIDFD_THREAD)
}

fn pidfd_open_with(pid: Pid, flags: libc::c_uint) -> Result<OwnedFd, Errno> {
    // SAFETY: pidfd_open takes no pointer.
    let result = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), flags) };
    new_descriptor(result)
}

/// Returns a copy of the descriptor `number` of the process of this pidfd, close-on-exec, `pidfd_getfd(2)`.
///
/// # Errors
/// EBADF if it has none of this number; EPERM without the right to trace it.
pub fn pidfd_getfd(pidfd: impl AsFd, number: RawFd) -> Result<OwnedFd, Errno> {
    let no_flags: libc::c_uint = 0;
    // SAFETY: pidfd_getfd takes no pointer.
    let result = unsafe {
        libc::syscall(
            libc::SYS_pidfd_getfd,
            pidfd.as_fd().as_raw_fd(),
            number,
            no_flags,
        )
    };
    new_descriptor(result)
}

/// KCMP_FILES of linux/kcmp.h.
const KCMP_FILES: c_int = 2;

/// Returns whether two processes or threads have one table of descriptors, `kcmp(2)`.
///
/// # Errors
/// EPERM without the right to trace both; ESRCH; ENOSYS where the kernel was built without it.
pub fn share_descriptors(one: Pid, other: Pid) -> Result<bool, Errno> {
    let nothing: c_ulong = 0;
    // SAFETY: kcmp takes no pointer.
    let result = unsafe {
        libc::syscall(
            libc::SYS_kcmp,
            one.as_raw(),
            other.as_raw(),
            KCMP_FILES,
            nothing,
            nothing,
        )
    };
    Errno::result(result).map(|order| order == 0)
}

/// Returns whether the process of this pidfd exists, also as a zombie: its PID is not reused before it is reaped.
pub fn exists(pidfd: impl AsFd) -> bool {
    pidfd_send_signal(pidfd, 0) != Err(Errno::ESRCH)
}

/// Makes this process one that is not dumpable, until it becomes a program: other processes of the same user cannot
/// trace it, read its memory, or follow its links in /proc, and it leaves no core file, `PR_SET_DUMPABLE` of
/// `prctl(2)`.
///
/// # Errors
/// None on any kernel that has the call.
pub fn make_undumpable() -> Result<(), Errno> {
    let not_dumpable: c_ulong = 0;
    // SAFETY: PR_SET_DUMPABLE takes a number and no pointer.
    let result = unsafe { libc::prctl(libc::PR_SET_DUMPABLE, not_dumpable) };
    Errno::result(result).map(drop)
}

/// Keeps this process from writing a core file, `RLIMIT_CORE` of `setrlimit(2)`; it stays dumpable.
///
/// The limit is 1 and not 0: where /proc/sys/kernel/core_pattern is a pipe, the kernel passes a limit of 0 over, but
/// not this one, by which it knows a program that handles core files.
///
/// # Errors
/// None that the kernel documents for a limit that is lowered.
pub fn forbid_core_file() -> Result<(), Errno> {
    setrlimit(Resource::RLIMIT_CORE, 1, 1)
}

/// Sets the file mode creation mask, `umask(2)`. nix's wrapper panics where a filter refuses the call, which has no
/// error of its own.
///
/// # Errors
/// That of a filter.
pub fn set_umask(mask: Mode) -> Result<(), Errno> {
    // SAFETY: umask takes a number and no pointer.
    let before = unsafe { libc::umask(mask.bits()) };
    match Mode::from_bits(before) {
        Some(_) => Ok(()),
        None => Err(Errno::last()),
    }
}

/// Returns whether the process of this pidfd has ended.
///
/// # Errors
/// Those of `poll(2)`.
pub fn has_ended(pidfd: impl AsFd) -> Result<bool, Errno> {
    let mut watched = [PollFd::new(pidfd.as_fd(), PollFlags::POLLIN)];
    poll(&mut watched, PollTimeout::ZERO).map(|ready| ready > 0)
}

/// Makes the kernel send `signal` to this process when its parent ends; 0 asks for nothing, `prctl(2)`.
///
/// The kernel forgets it when credentials change or a set-user-ID program is run. nix's wrapper knows no signal
/// above 31.
///
/// # Errors
/// EINVAL if there is no such signal.
pub fn set_parent_death_signal(signal: c_int) -> Result<(), Errno> {
    let signal = c_ulong::try_from(signal).map_err(|_| Errno::EINVAL)?;
    // SAFETY: PR_SET_PDEATHSIG takes a number and no pointer.
    let result = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal) };
    Errno::result(result).map(drop)
}

/// Sends `signal` to `pid`, `kill(2)`. nix's wrapper knows no signal above 31.
///
/// # Errors
/// Those of `kill(2)`.
pub fn kill(pid: Pid, signal: c_int) -> Result<(), Errno> {
    // SAFETY: kill takes no pointer.
    let result = unsafe { libc::kill(pid.as_raw(), signal) };
    Errno::result(result).map(drop)
}

/// Sends `signal` to every process of the group, `killpg(3)`; 0 is this process's own.
///
/// # Errors
/// ESRCH if there is no such group; EPERM.
pub fn killpg(group: Pid, signal: c_int) -> Result<(), Errno> {
    kill(Pid::from_raw(-group.as_raw()), signal)
}

/// Sends `signal` to the process of this pidfd, which cannot be another one by now, `pidfd_send_signal(2)`.
///
/// # Errors
/// ESRCH if it has ended; EPERM.
pub fn pidfd_send_signal(pidfd: impl AsFd, signal: c_int) -> Result<(), Errno> {
    pidfd_send_signal_with(pidfd, signal, None)
}

/// The same with the details of a queued signal; without them, it is sent as by kill(2).
pub(super) fn pidfd_send_signal_with(
    pidfd: impl AsFd,
    signal: c_int,
    details: Option<&libc::siginfo_t>,
) -> Result<(), Errno> {
    let details = match details {
        Some(details) => ptr::from_ref(details),
        None => ptr::null(),
    };
    let (call, pidfd) = (libc::SYS_pidfd_send_signal, pidfd.as_fd().as_raw_fd());
    let no_flags: libc::c_uint = 0;
    // SAFETY: the pointer is null, or to a siginfo_t that outlives the call.
    let result = unsafe { libc::syscall(call, pidfd, signal, details, no_flags) };
    Errno::result(result).map(drop)
}
