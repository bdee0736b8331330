//! The process that makes the cgroup, moves the program into it, and removes it when the tool has ended.

use std::ffi::CString;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::PathBuf;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::{STDERR_FILENO, c_int};
use nix::poll::{PollFd, PollFlags};
use nix::sys::socket::MsgFlags;
use nix::sys::stat::{Mode, mkdirat};
use nix::unistd::{Pid, UnlinkatFlags, getppid, unlinkat};
use nscore::cli::{Diagnostics, sentence};
use nscore::hardening::release_inherited;
use nscore::hint::escape_for_terminal;
use nscore::sys::process::{ExitReason, has_ended, pidfd_open};

use super::limit::CgroupLimit;
use super::parent::{ParentCgroup, open_directory, write_file};
use super::tree;
use crate::message_with_pid::recv_with_pid;
use crate::watcher::{leave_job, send_answer, wait_for_any};

/// How many names are tried: one may be left of a process that had the same number in another PID namespace.
const MAX_NAMES: u32 = 1000;

/// The watcher of a cgroup, with all that it needs.
pub(super) struct CgroupWatcher<'a> {
    pub(super) parent: &'a ParentCgroup,
    pub(super) limits: &'a [CgroupLimit],
    /// The pidfd of the tool.
    pub(super) tool: OwnedFd,
    pub(super) socket: OwnedFd,
    pub(super) diagnostics: &'a Diagnostics,
}

/// The new cgroup.
struct NewCgroup<'a> {
    parent: &'a ParentCgroup,
    name: CString,
    directory: OwnedFd,
}

impl CgroupWatcher<'_> {
    /// Makes the cgroup, and removes it when the tool has ended. Returns the exit status of this process, unless it has
    /// given up what it inherited.
    pub(super) fn run(&self) -> c_int {
        match leave_job().and_then(|_| NewCgroup::make(self.parent, self.limits)) {
            Ok(cgroup) => self.watch_released(&cgroup),
            Err(error) => self.diagnostics.report(&error),
        }
    }

    /// Gives up what was inherited, and watches.
    fn watch_released(&self, cgroup: &NewCgroup<'_>) -> ! {
        let descriptors = [
            self.tool.as_raw_fd(),
            self.socket.as_raw_fd(),
            self.parent.as_fd().as_raw_fd(),
            cgroup.directory.as_raw_fd(),
            STDERR_FILENO,
        ];
        let wait_only = release_inherited(&descriptors);
        let watched = self.watch(cgroup);
        if let Err(error) = cgroup.remove() {
            self.diagnostics.warn_of(&error);
        }
        wait_only.exit(
            self.diagnostics
                .finish(watched.map(|()| ExitReason::Status(0))),
        )
    }

    /// Moves the program into the cgroup, and waits until the tool has ended or has closed the socket.
    fn watch(&self, cgroup: &NewCgroup<'_>) -> Result<()> {
        send_answer(&self.socket)?;
        if self.wait_for_tool()? {
            return Ok(());
        }
        let request = recv_with_pid(&self.socket, MsgFlags::empty()).context("recvmsg failed")?;
        let Some((process, _)) = request else {
            return Ok(());
        };
        cgroup.join(process)?;
        send_answer(&self.socket)?;
        // The child sends nothing after its request.
        self.wait_for_tool().map(drop)
    }

    /// Waits for something at the socket, or for the end of the tool, and returns whether it was that.
    fn wait_for_tool(&self) -> Result<bool> {
        let sources = [&self.tool, &self.socket];
        let mut watched = sources.map(|source| PollFd::new(source.as_fd(), PollFlags::POLLIN));
        wait_for_any(&mut watched)?;
        Ok(watched[0].any() == Some(true))
    }
}

impl<'a> NewCgroup<'a> {
    /// Makes the cgroup and sets these limits, or removes it again.
    fn make(parent: &'a ParentCgroup, limits: &[CgroupLimit]) -> Result<NewCgroup<'a>> {
        let name = make_directory(parent)?;
        let made = NewCgroup::open(parent, name.clone()).and_then(|cgroup| {
            cgroup.set_limits(limits)?;
            Ok(cgroup)
        });
        if made.is_err() {
            // Nothing is in it.
            let _ = unlinkat(parent, name.as_c_str(), UnlinkatFlags::RemoveDir);
        }
        made
    }

    fn open(parent: &'a ParentCgroup, name: CString) -> Result<NewCgroup<'a>> {
        let directory = open_directory(parent, &name).with_context(|| {
            let path = escape_for_terminal(parent.path_of(&name));
            sentence("cannot open %s", &[&path])
        })?;
        Ok(NewCgroup {
            parent,
            name,
            directory,
        })
    }

    fn set_limits(&self, limits: &[CgroupLimit]) -> Result<()> {
        for limit in limits {
            write_file(&self.directory, limit.file, &limit.value).with_context(|| {
                let file = self.path().join(&*limit.file.to_string_lossy());
                sentence("cannot write %s", &[&escape_for_terminal(file)])
            })?;
        }
        Ok(())
    }

    /// Its path, as a message names it.
    fn path(&self) -> PathBuf {
        self.parent.path_of(&self.name)
    }

    /// Moves a process, which waits for the answer, into it.
    fn join(&self, process: Pid) -> Result<()> {
        let pidfd = pidfd_open(process).context("pidfd_open failed")?;
        // If it has ended, its number may be another process's by now.
        if has_ended(&pidfd).context("poll failed")? {
            return Ok(());
        }
        write_file(&self.directory, c"cgroup.procs", &process.to_string()).with_context(|| {
            let path = escape_for_terminal(self.path());
            sentence("cannot move the program into %s", &[&path])
        })
    }

    fn remove(&self) -> Result<()> {
        tree::remove(self.parent, &self.name, &self.directory).with_context(|| {
            let path = escape_for_terminal(self.path());
            sentence("cannot remove %s", &[&path])
        })
    }
}

/// Makes a directory that nobody else has made, named by the tool's PID.
fn make_directory(parent: &ParentCgroup) -> Result<CString> {
    let mut name = CString::default();
    let mut made = Err(Errno::EEXIST);
    for number in 0..MAX_NAMES {
        let tool = getppid();
        let text = match number {
            0 => format!("runshare-{tool}"),
            number => format!("runshare-{tool}-{number}"),
        };
        name = CString::new(text)?;
        made = mkdirat(parent, name.as_c_str(), Mode::from_bits_retain(0o755));
        if made != Err(Errno::EEXIST) {
            break;
        }
    }
    let path = escape_for_terminal(parent.path_of(&name));
    made.with_context(|| sentence("cannot make the cgroup %s", &[&path]))?;
    Ok(name)
}
