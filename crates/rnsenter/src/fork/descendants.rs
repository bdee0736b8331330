//! The children of this process, found and killed through the /proc that the caller sees.
//!
//! The /proc inside is the container's: it may be missing, or anything. The caller's shows the processes in an inner
//! PID namespace too, under the caller's numbers. A number cannot become another process's while its process is a child
//! that is not reaped, and a directory of a process in /proc serves as a pidfd, `pidfd_send_signal(2)`.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use anyhow::{Context, Result};
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat, readlinkat};
use nix::libc::{SIGCHLD, SIGKILL};
use nix::sys::stat::Mode;
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nscore::procfs::{ProcStatus, open_verified};
use nscore::sys::process::{pidfd_send_signal, try_wait_any};
use nscore::sys::signal::SignalSet;

/// The caller's /proc, held from before anything is entered.
pub(crate) struct OuterProc(OwnedFd);

/// How often the children are listed again if none is listed that is there: a list that is read while a child ends may
/// lack another one, `proc_pid_task(5)`.
const MOST_EMPTY_LISTS: usize = 1000;

/// How many seconds a killed child may take to end. One that is traced stays until its tracer has waited for it,
/// ptrace(2), which a user can put off for ever.
const MOST_WAITS: usize = 10;

impl OuterProc {
    /// Opens the /proc of the caller, which the program's root may not have.
    ///
    /// # Errors
    /// `cannot open /proc`; that it is not procfs.
    pub(crate) fn open() -> Result<OuterProc> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY;
        let proc = open_verified(Path::new("/proc"), flags).context("cannot open /proc")?;
        Ok(OuterProc(proc))
    }

    /// Kills and reaps all children, and what they leave to this process, until none is left that may be killed.
    /// SIGCHLD must be blocked.
    pub(super) fn kill_children(&self) {
        let (mut empty_lists, mut waits) = (0, 0);
        while let Ok(Reaped {
            some,
            is_child_left,
        }) = reap_ended()
        {
            if !is_child_left {
                return;
            }
            if some {
                waits = 0;
            }
            match self.kill_listed() {
                Killed::Some if waits < MOST_WAITS => {
                    waits += 1;
                    // Each of them sends it when it ends, after its own children have become ours.
                    let _ = SignalSet::new(&[SIGCHLD]).wait_seconds(1);
                }
                Killed::Some => return,
                Killed::NoneListed if empty_lists < MOST_EMPTY_LISTS => empty_lists += 1,
                // A set-user-ID program of another user is not ours to kill.
                Killed::NoneListed | Killed::NoneAllowed => return,
            }
        }
    }

    fn kill_listed(&self) -> Killed {
        let mut killed = Killed::NoneListed;
        for child in self.children() {
            let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
            let process = openat(&self.0, child.as_str(), flags, Mode::empty());
            let sent = process.and_then(|process| pidfd_send_signal(&process, SIGKILL));
            killed = match sent {
                Ok(()) => Killed::Some,
                Err(_) if killed == Killed::NoneListed => Killed::NoneAllowed,
                Err(_) => killed,
            };
        }
        killed
    }

    /// Lists the children by their numbers in this /proc.
    fn children(&self) -> Vec<String> {
        match self.read_file("thread-self/children") {
            Ok(list) => {
                let list = String::from_utf8_lossy(&list);
                list.split_ascii_whitespace().map(str::to_owned).collect()
            }
            // A kernel without CONFIG_PROC_CHILDREN.
            Err(_) => self.search_children().unwrap_or_default(),
        }
    }

    fn search_children(&self) -> Result<Vec<String>, Errno> {
        let own = readlinkat(&self.0, "self")?;
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let mut children = Vec::new();
        for entry in Dir::openat(&self.0, ".", flags, Mode::empty())?.iter() {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let status = self
                .read_file(&format!("{name}/status"))
                .map(ProcStatus::new);
            let parent = status.as_ref().ok().and_then(|status| status.field("PPid"));
            if parent.is_some_and(|parent| own == parent) {
                children.push(name);
            }
        }
        Ok(children)
    }

    fn read_file(&self, name: &str) -> Result<Vec<u8>, Errno> {
        let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC;
        let file = openat(&self.0, name, flags, Mode::empty())?;
        let mut contents = Vec::new();
        let read = File::from(file).read_to_end(&mut contents);
        read.map(|_| contents).map_err(|_| Errno::EIO)
    }
}

impl AsFd for OuterProc {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// What became of the children that are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Killed {
    Some,
    NoneAllowed,
    NoneListed,
}

/// What [`reap_ended`] found.
struct Reaped {
    some: bool,
    is_child_left: bool,
}

/// Reaps what has ended.
fn reap_ended() -> Result<Reaped, Errno> {
    let mut some = false;
    while try_wait_any()?.is_some() {
        some = true;
    }
    let is_child_left = has_child()?;
    Ok(Reaped {
        some,
        is_child_left,
    })
}

/// Returns whether there is a child, `waitid(2)` with WNOWAIT.
fn has_child() -> Result<bool, Errno> {
    let ask = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    match waitid(Id::All, ask) {
        Err(Errno::ECHILD) => Ok(false),
        found => found.map(|_| true),
    }
}
