//! What `--kill-child=SIGNAL` does where the kernel's own signal cannot: PID 1 of a namespace is not touched by one
//! that it does not catch, so `--kill-child=TERM` alone would leave the namespace running without its parent.
//!
//! A process of its own watches parent and child. When the parent ends, the child has had SIGNAL from the kernel; if it
//! has no handler for it, it gets KILL now. One that has a handler ends when it likes, as it would as any other PID.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::libc::{SIGKILL, c_int};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, getpid, setsid};
use nscore::namespace::Namespace;
use nscore::procfs::catches;
use nscore::sys::file::{above_standard, close_all_but, open};
use nscore::sys::process::{self, has_ended, kill_by_pidfd, pidfd_open};

use crate::options::Options;

/// Where /proc/CHILD/status will be found: opened before the child can mount another proc over it.
pub(crate) struct Watcher {
    signal: c_int,
    proc: OwnedFd,
}

impl Watcher {
    /// Makes ready, if these options take a watcher.
    ///
    /// # Errors
    /// That /proc cannot be opened.
    pub(crate) fn prepare(options: &Options) -> Result<Option<Watcher>> {
        let signal = options.kill_child.filter(|signal| *signal != SIGKILL);
        let signal = signal.filter(|_| options.unshares(Namespace::Pid));
        let ready = signal.map(|signal| {
            let proc = open(Path::new("/proc"), OFlag::O_PATH).context("cannot open /proc")?;
            Ok(Watcher { signal, proc })
        });
        ready.transpose()
    }

    /// Starts watching; it ends with the child, or when the returned value is dropped.
    ///
    /// # Errors
    /// That it cannot be started.
    pub(crate) fn watch(self, child: Pid) -> Result<Watching> {
        let start = || -> Result<Pid, Errno> {
            let parent = pidfd_open(getpid())?;
            let status = format!("{child}/status");
            let target = pidfd_open(child)?;
            let status = openat(
                &self.proc,
                status.as_str(),
                OFlag::O_RDONLY | OFlag::O_CLOEXEC,
                Mode::empty(),
            )?;
            let status = above_standard(status)?;
            process::spawn(|| watch(self.signal, &parent, &target, status))
        };
        start().map(Watching).context("cannot watch over the child")
    }
}

/// A watcher at work.
pub(crate) struct Watching(Pid);

impl Drop for Watching {
    /// The child has ended, so nothing is left to watch.
    fn drop(&mut self) {
        let _ = process::kill(self.0, SIGKILL);
        let _ = process::wait(self.0);
    }
}

fn watch(signal: c_int, parent: &OwnedFd, child: &OwnedFd, status: OwnedFd) -> c_int {
    // Out of the caller's session and holding none of its descriptors: what ends the caller must not end the watcher,
    // and whoever reads from the program must see its end.
    let _ = setsid();
    let _ = close_all_but(&[parent.as_raw_fd(), child.as_raw_fd(), status.as_raw_fd()]);
    let mut watched = [parent, child].map(|pidfd| PollFd::new(pidfd.as_fd(), PollFlags::POLLIN));
    while let Err(Errno::EINTR) = poll(&mut watched, PollTimeout::NONE) {}
    let orphaned = has_ended(parent).unwrap_or(true) && !has_ended(child).unwrap_or(false);
    let mut text = String::new();
    let read = File::from(status).read_to_string(&mut text);
    let handled = read.is_ok() && catches(&text, signal).unwrap_or(false);
    if orphaned && !handled {
        let _ = kill_by_pidfd(child, SIGKILL);
    }
    0
}
