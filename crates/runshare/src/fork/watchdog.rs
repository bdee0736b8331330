//! What `--kill-child=SIGNAL` does where the kernel's own signal cannot: PID 1 of a namespace is not touched by one
//! that it does not deal with, so `--kill-child=TERM` alone would leave the namespace running without its parent.
//!
//! A process of its own watches parent and child. When the parent ends, the child has had SIGNAL from the kernel; if it
//! neither handles it nor waits for it, it gets KILL now. One that does ends when it likes, as it would as any other
//! PID.
//! The watcher is made before `unshare(2)`: a process that has left its pid namespace makes all its children in the new
//! one, where the end of PID 1 ends them, and waits for them to be reaped.

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
use nscore::procfs::{Status, handles, open_verified};
use nscore::sys::process::{self, ExitReason, has_ended, pidfd_open, pidfd_send_signal};

use crate::helper::kill_and_reap;
use crate::options::Options;
use crate::sync_socket::SyncSocket;

/// The parent's handle.
pub(crate) struct Watchdog {
    process: Pid,
    /// Where it waits to be told the child's PID; `None` once it was.
    child_pid: Option<SyncSocket>,
    /// Where the child waits until it is watched.
    child_sync: Option<SyncSocket>,
}

impl Watchdog {
    /// Leaves it behind in the old pid namespace, if these options take a watcher.
    ///
    /// # Errors
    /// That it cannot be made.
    pub(crate) fn spawn(options: &Options, diagnostics: &Diagnostics) -> Result<Option<Watchdog>> {
        let signal = options.kill_child.filter(|signal| *signal != SIGKILL);
        // An init of ours sends the signal on to a program that is no PID 1.
        let signal = signal.filter(|_| !options.init);
        let Some(signal) = signal.filter(|_| options.unshares(NsType::Pid)) else {
            return Ok(None);
        };
        let parent = pidfd_open(getpid()).context("pidfd_open failed")?;
        let mut child_pid = SyncSocket::new().context("socketpair failed")?;
        let mut child_sync = Some(SyncSocket::new().context("socketpair failed")?);
        let work = || {
            if let Err(errno) = make_undumpable() {
                return diagnostics.report(&Error::new(errno).context("prctl failed"));
            }
            // Once the last hold on this socket is gone the child ends, and everybody else: not before it is told why.
            let mut held = child_sync.take();
            let watched = child_pid.wait().map_err(Error::from).and_then(|child| {
                match child.map(Pid::from_raw) {
                    Some(child) => watch(signal, &parent, child, &mut held),
                    None => Ok(()),
                }
            });
            let watched = watched.context("cannot watch over the child");
            let status = diagnostics.finish(watched.map(|()| ExitReason::Status(0)));
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

    /// The socket at which the child is to wait; it is the watcher who opens it.
    pub(crate) fn child_sync(&mut self) -> Option<SyncSocket> {
        self.child_sync.take()
    }

    /// In the child: lets go of the end that is the parent's, or the watcher would never learn that the parent is gone
    /// before it has told.
    pub(crate) fn close_in_child(&mut self) {
        self.child_pid = None;
    }

    /// The descriptors of a parent that keeps no others.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = RawFd> {
        self.child_pid.iter().flat_map(SyncSocket::descriptors)
    }

    /// Tells it the child.
    ///
    /// # Errors
    /// That it is gone.
    pub(crate) fn watch_child(&mut self, child: Pid) -> Result<()> {
        let told = self
            .child_pid
            .take()
            .map_or(Ok(()), |child_pid| child_pid.release(child.as_raw()));
        told.context("cannot watch over the child")
    }
}

impl Drop for Watchdog {
    /// The child has ended or was never made, so nothing is left to watch.
    fn drop(&mut self) {
        kill_and_reap(self.process);
    }
}

/// Releases the child once everything is held that will be needed, and waits for the end of the one or the other.
fn watch(signal: c_int, parent: &OwnedFd, child: Pid, sync: &mut Option<SyncSocket>) -> Result<()> {
    let status = format!("/proc/{child}/status");
    let mut status = File::from(open_verified(Path::new(&status), OFlag::O_RDONLY)?);
    let child = pidfd_open(child)?;
    // Out of the caller's session and holding none of its descriptors: what ends the caller must not end the watcher,
    // and whoever reads from the program must see its end.
    setsid()?;
    let kept = [parent.as_raw_fd(), child.as_raw_fd(), status.as_raw_fd()];
    let ends = sync.iter().flat_map(SyncSocket::descriptors);
    let kept: Vec<_> = kept.into_iter().chain(ends).collect();
    release_inherited(&kept);
    sync.take().map_or(Ok(()), |sync| sync.release(0))?;
    let mut watched = [parent, &child].map(|pidfd| PollFd::new(pidfd.as_fd(), PollFlags::POLLIN));
    while let Err(Errno::EINTR) = poll(&mut watched, PollTimeout::NONE) {}
    if has_ended(parent)?
        && !has_ended(&child)?
        && !handles_or_waits_for(signal, &child, &mut status)?
    {
        pidfd_send_signal(&child, SIGKILL)?;
    }
    Ok(())
}

/// Whether the process with this status does by itself what the signal asks for.
fn handles_or_waits_for(signal: c_int, process: &OwnedFd, status: &mut File) -> Result<bool> {
    let told = reread(status)?;
    let takes = |told: &[u8]| handles(told, signal).unwrap_or(false);
    if takes(&told) || is_stopped(&told) {
        return Ok(takes(&told));
    }
    // In sigwait(3) nothing shows what it waits for. Stopping takes it out of there, and going on puts it back.
    pidfd_send_signal(process, SIGSTOP)?;
    let stopped = read_when_stopped(status);
    pidfd_send_signal(process, SIGCONT)?;
    stopped.map(|told| takes(&told))
}

/// Waits until the process is stopped, or for a second: one that sleeps where signals do not reach it is in no
/// `sigwait(3)`.
fn read_when_stopped(status: &mut File) -> Result<Vec<u8>> {
    for _ in 0..1000 {
        let told = reread(status)?;
        if is_stopped(&told) {
            return Ok(told);
        }
        sleep(Duration::from_millis(1));
    }
    reread(status)
}

/// `T` by a signal, `t` by a tracer.
fn is_stopped(status: &[u8]) -> bool {
    let status = Status::new(status);
    let state = status.field("State");
    state.is_some_and(|state| state.starts_with(['T', 't']))
}

/// The file as it is now: bytes, since the process may call itself what it likes.
fn reread(status: &mut File) -> Result<Vec<u8>> {
    let mut contents = Vec::new();
    status.rewind()?;
    status.read_to_end(&mut contents)?;
    Ok(contents)
}
