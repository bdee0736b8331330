//! What `--kill-child=SIGNAL` does beside the kernel's parent-death signal: a PID 1 that does not handle SIGNAL ignores
//! it, so with `--kill-child=TERM` alone the namespace would continue without its parent.
//!
//! A process of its own, the watchdog, watches parent and child. When the parent ends, the kernel sends SIGNAL to the
//! child; if the child neither handles it nor waits for it, the watchdog sends KILL. A child that does ends when it
//! chooses, as with any other PID.
//!
//! The watchdog is forked before `unshare(2)`: a process that has unshared its PID namespace creates all its children
//! in the new one, where the end of PID 1 ends them, and waits for them to be reaped.

use std::fs::File;
use std::io::{Read, Seek};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Error, Result};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::{SIGCONT, SIGKILL, SIGSTOP, c_int};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{Pid, getpid, setsid};
use nscore::cli::Diagnostics;
use nscore::hardening::{make_undumpable, release_inherited};
use nscore::ns_type::NsType;
use nscore::procfs::{ProcStatus, handles, open_verified};
use nscore::sys::process::{self, ExitReason, has_ended, pidfd_open, pidfd_send_signal};

use crate::helper_process::kill_and_reap;
use crate::options::Options;
use crate::sync_socket::SyncSocket;

/// The parent's handle.
pub(crate) struct Watchdog {
    process: Pid,
    /// The socket for the child's PID; `None` once it was sent.
    child_pid: Option<SyncSocket>,
    /// The socket at which the child waits until it is watched.
    child_sync: Option<SyncSocket>,
}

impl Watchdog {
    /// Forks it in the old PID namespace, if these options require a watchdog.
    ///
    /// # Errors
    /// `pidfd_open failed`, `socketpair failed`, `fork failed`.
    pub(crate) fn spawn(options: &Options, diagnostics: &Diagnostics) -> Result<Option<Watchdog>> {
        let Some(signal) = watched_signal(options) else {
            return Ok(None);
        };
        let parent = pidfd_open(getpid()).context("pidfd_open failed")?;
        let mut child_pid = SyncSocket::new().context("socketpair failed")?;
        let mut child_sync = Some(SyncSocket::new().context("socketpair failed")?);
        let work = || {
            if let Err(errno) = make_undumpable() {
                return diagnostics.report(&Error::new(errno).context("prctl failed"));
            }
            // When the last copy of this socket is closed, the child ends, and then the tool: keep it until the error
            // was reported.
            let mut held = child_sync.take();
            let finish = |watched: Result<()>| {
                let watched = watched.context("cannot watch over the child");
                diagnostics.finish(watched.map(|()| ExitReason::Status(0)))
            };
            let status = match child_pid.wait() {
                Ok(Some(child)) => {
                    let child = Pid::from_raw(child);
                    finish(watch(signal, &parent, child, &mut held, finish))
                }
                Ok(None) => finish(Ok(())),
                Err(errno) => finish(Err(errno.into())),
            };
            drop(held);
            status
        };
        let process = process::spawn(work).context("fork failed")?;
        let child_pid = Some(child_pid);
        Ok(Some(Watchdog {
            process,
            child_pid,
            child_sync,
        }))
    }

    /// Takes the socket at which the child waits; the watchdog releases it.
    pub(crate) fn take_child_sync(&mut self) -> Option<SyncSocket> {
        self.child_sync.take()
    }

    /// Closes, in the child, the parent's end, or the watchdog would not learn that the parent has ended before it has
    /// sent the PID.
    pub(crate) fn close_in_child(&mut self) {
        self.child_pid = None;
    }

    /// Returns the descriptors that the parent needs.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = RawFd> {
        self.child_pid.iter().flat_map(SyncSocket::descriptors)
    }

    /// Sends it the PID of the child to watch.
    ///
    /// # Errors
    /// That it has ended.
    pub(crate) fn watch_child(&mut self, child: Pid) -> Result<()> {
        let Some(child_pid) = self.child_pid.take() else {
            return Ok(());
        };
        child_pid
            .release(child.as_raw())
            .context("cannot watch over the child")
    }
}

/// Returns the signal that a watchdog is needed for.
fn watched_signal(options: &Options) -> Option<c_int> {
    match options.kill_child {
        // KILL ends a PID 1 too, and with --init, init forwards the signal to a program that is not PID 1.
        Some(SIGKILL) | None => None,
        Some(_) if options.init || !options.unshares(NsType::Pid) => None,
        Some(signal) => Some(signal),
    }
}

impl Drop for Watchdog {
    /// The child has ended or was never created, so nothing is left to watch.
    fn drop(&mut self) {
        kill_and_reap(self.process);
    }
}

/// Opens everything that is needed, releases the child, waits until it or the parent ends, and ends with the status
/// that `finish` returns; it returns only if something cannot be opened.
fn watch(
    signal: c_int,
    parent: &OwnedFd,
    child: Pid,
    sync: &mut Option<SyncSocket>,
    finish: impl Fn(Result<()>) -> c_int,
) -> Result<()> {
    let path = format!("/proc/{child}/status");
    let mut status = File::from(open_verified(Path::new(&path), OFlag::O_RDONLY)?);
    let child = pidfd_open(child)?;
    // It leaves the caller's session and closes its descriptors: what ends the caller must not end the watchdog, and a
    // reader of the program's output must see its end.
    setsid()?;
    let mut needed = vec![parent.as_raw_fd(), child.as_raw_fd(), status.as_raw_fd()];
    needed.extend(sync.iter().flat_map(SyncSocket::descriptors));
    let wait_only = release_inherited(&needed);
    let watched = release_and_wait(signal, parent, &child, &mut status, sync.take());
    wait_only.exit(finish(watched))
}

/// Releases the child, waits until it or the parent ends, and kills a child that outlives its parent.
fn release_and_wait(
    signal: c_int,
    parent: &OwnedFd,
    child: &OwnedFd,
    status: &mut File,
    sync: Option<SyncSocket>,
) -> Result<()> {
    if let Some(sync) = sync {
        sync.release(0)?;
    }
    let mut watched = [parent, child].map(|pidfd| PollFd::new(pidfd.as_fd(), PollFlags::POLLIN));
    while let Err(Errno::EINTR) = poll(&mut watched, PollTimeout::NONE) {}
    if has_ended(parent)? && !has_ended(child)? && !handles_or_waits_for(signal, child, status)? {
        pidfd_send_signal(child, SIGKILL)?;
    }
    Ok(())
}

/// Returns whether the process with this status handles the signal or waits for it.
fn handles_or_waits_for(signal: c_int, process: &OwnedFd, status: &mut File) -> Result<bool> {
    let text = reread(status)?;
    let is_handled = |text: &[u8]| handles(text, signal).unwrap_or(false);
    if is_handled(&text) || is_stopped(&text) {
        return Ok(is_handled(&text));
    }
    // The kernel does not show what a process in sigwait(3) waits for. Stopping it interrupts the call, and continuing
    // it restarts the call.
    pidfd_send_signal(process, SIGSTOP)?;
    let stopped = read_when_stopped(status);
    pidfd_send_signal(process, SIGCONT)?;
    stopped.map(|text| is_handled(&text))
}

/// Waits until the process is stopped, or for a second: a process in an uninterruptible sleep is not in
/// `sigwait(3)`.
fn read_when_stopped(status: &mut File) -> Result<Vec<u8>> {
    for _ in 0..1000 {
        let text = reread(status)?;
        if is_stopped(&text) {
            return Ok(text);
        }
        sleep(Duration::from_millis(1));
    }
    reread(status)
}

/// Returns whether the state is `T`, stopped by a signal, or `t`, by a tracer.
fn is_stopped(status: &[u8]) -> bool {
    let status = ProcStatus::new(status);
    let state = status.field("State");
    state.is_some_and(|state| state.starts_with(['T', 't']))
}

/// Reads the file again; bytes, since the process controls its name in it.
fn reread(status: &mut File) -> Result<Vec<u8>> {
    let mut contents = Vec::new();
    status.rewind()?;
    status.read_to_end(&mut contents)?;
    Ok(contents)
}
