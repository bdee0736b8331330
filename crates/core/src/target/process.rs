//! The process whose namespaces are entered, held by one pidfd from the first look at it to the last.
//!
//! A process number may be another process's the next moment. The pidfd cannot; and what is read below /proc/PID is
//! read through a descriptor of that directory, which was opened while the pidfd's process was proven to be there, so
//! that the number was its own.

use std::cell::OnceCell;
use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::hint::{Explanation, WithHint, explanation};
use crate::message::{Message, sentence};
use crate::number;
use crate::procfs::{self, not_procfs_error, parse_digits, split_digits};
use crate::sys::directory::{FileStatus, status, status_at, status_of};
use crate::sys::file::{move_above_stdio, open};
use crate::sys::process::{exists, pidfd_open};
use crate::sys::procfs::ensure_procfs;
use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::libc::pid_t;
use nix::sys::stat::Mode;
use nix::sys::statfs::{FsType, fstatfs};
use nix::unistd::Pid;

use super::hint::process;

/// PID_FS_MAGIC of linux/magic.h: the filesystem of pidfds that have inodes of their own, since Linux 6.9.
const PID_FS_MAGIC: FsType = FsType(0x5049_4446);

/// That a word names no process.
const INVALID: &str = "invalid PID argument";

/// Returns whether an error is that a word names no process.
pub fn is_invalid_pid(error: &Error) -> bool {
    let message: Option<&Message> = error.downcast_ref();
    message.is_some_and(|message| message.msgid() == INVALID)
}

fn invalid() -> Message {
    sentence(INVALID, &[])
}

/// A process named by `--target`.
#[derive(Debug)]
pub struct Target {
    pid: Pid,
    pidfd: OnceCell<Result<OwnedFd, Errno>>,
    proc: OnceCell<Result<OwnedFd, Errno>>,
}

impl Target {
    /// Reads `PID` or `PID:INODE`; with an inode, the process is held and compared at once.
    ///
    /// # Errors
    /// `invalid PID argument`; that the process is another one by now.
    pub fn parse(text: &OsStr) -> Result<Target> {
        let bytes = text.as_bytes();
        let mut parts = bytes.splitn(2, |byte| *byte == b':').map(OsStr::from_bytes);
        let number = parts
            .next()
            .and_then(|pid| number::decimal(pid, false).ok());
        let pid = number
            .and_then(|pid| pid_t::try_from(pid).ok())
            .filter(|pid| *pid > 0);
        let target = Target::new(Pid::from_raw(pid.ok_or_else(invalid)?));
        if let Some(inode) = parts.next() {
            let (inode, rest) = leading_inode(inode.as_bytes()).ok_or_else(invalid)?;
            let held = target.check_inode(inode).with_hint(explain_missing_inode);
            held.with_context(|| {
                sentence(
                    "failed to obtain a valid file descriptor for PID %d",
                    &[&target.pid],
                )
            })?;
            if !rest.is_empty() {
                bail!(invalid());
            }
        }
        Ok(target)
    }

    /// Returns the process with this number, to be held from the first look at it.
    pub fn new(pid: Pid) -> Target {
        Target {
            pid,
            pidfd: OnceCell::new(),
            proc: OnceCell::new(),
        }
    }

    /// Returns its number, as the caller counts.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Returns the pidfd.
    ///
    /// # Errors
    /// ESRCH if there is no such process; EINVAL if the number is a thread's; ENOSYS before Linux 5.3.
    pub fn pidfd(&self) -> Result<BorrowedFd<'_>, Errno> {
        let pidfd = self.pidfd.get_or_init(|| pidfd_open(self.pid));
        pidfd.as_ref().map(AsFd::as_fd).map_err(|errno| *errno)
    }

    /// As [`Target::parse`] reads it: `PID:INODE`; the number alone where the process is gone or pidfds have no inodes
    /// of their own.
    pub fn label(&self) -> String {
        match self.pidfd_inode() {
            Ok(inode) => format!("{}:{inode}", self.pid),
            Err(_) => self.pid.to_string(),
        }
    }

    /// Returns the inode of its pidfd.
    ///
    /// # Errors
    /// As [`Target::pidfd`]; EOPNOTSUPP before Linux 6.9.
    fn pidfd_inode(&self) -> Result<u64, Errno> {
        let pidfd = self.pidfd()?;
        if fstatfs(pidfd)?.filesystem_type() != PID_FS_MAGIC {
            return Err(Errno::EOPNOTSUPP);
        }
        Ok(status_of(pidfd)?.inode)
    }

    /// Compares the pidfd's inode, which no other process will ever have.
    fn check_inode(&self, inode: u64) -> Result<(), Errno> {
        if self.pidfd_inode()? == inode {
            Ok(())
        } else {
            Err(Errno::ESRCH)
        }
    }

    /// Returns its directory in /proc.
    fn proc_dir(&self) -> Result<BorrowedFd<'_>, Errno> {
        let directory = self.proc.get_or_init(|| {
            let pidfd = self.pidfd();
            let path = format!("/proc/{}", self.pid);
            let directory = open(Path::new(&path), OFlag::O_PATH | OFlag::O_DIRECTORY)?;
            // Somebody else's links might lead anywhere, and what is entered is the caller's choice.
            ensure_procfs(&directory)?;
            // Only now is it known whose directory this is. A number without a pidfd (a thread's) is taken as it is.
            match pidfd {
                Ok(pidfd) if !exists(pidfd) => Err(Errno::ENOENT),
                _ => Ok(directory),
            }
        });
        directory.as_ref().map(AsFd::as_fd).map_err(|errno| *errno)
    }

    /// Opens a file below its directory in /proc: `root`, `ns/net`; nothing represents the directory itself.
    ///
    /// # Errors
    /// `cannot open /proc/PID/NAME`.
    pub fn open(&self, name: &str) -> Result<OwnedFd> {
        let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let below = if name.is_empty() { "." } else { name };
        let opened = self
            .proc_dir()
            .and_then(|proc| openat(proc, below, flags, Mode::empty()));
        let opened = opened.and_then(move_above_stdio);
        opened
            .map_err(not_procfs_error)
            .with_hint_for(name, self.explain_failure())
            .with_context(|| sentence("cannot open %s", &[&format!("/proc/{}/{name}", self.pid)]))
    }

    /// Returns the contents of a file below its directory in /proc, as they are now for who this process is now.
    ///
    /// # Errors
    /// `cannot open /proc/PID/NAME`, `cannot read /proc/PID/NAME`.
    pub fn read_file(&self, name: &str) -> Result<Vec<u8>> {
        let read = read_limited(&mut File::from(self.open(name)?));
        read.with_context(|| sentence("cannot read /proc/%s/%s", &[&self.pid, &name]))
    }

    /// Returns its status, likewise: ids are those of the user namespace that this process is in.
    ///
    /// # Errors
    /// As [`Target::read_file`].
    pub fn status(&self) -> Result<procfs::ProcStatus> {
        self.read_file("status").map(procfs::ProcStatus::new)
    }

    /// Returns the state of one of its namespace files.
    ///
    /// # Errors
    /// `stat of /proc/PID/ns/NAME failed`.
    pub fn stat_namespace(&self, name: &str) -> Result<FileStatus> {
        let file = format!("ns/{name}");
        let path = format!("{file}\0");
        let path = CStr::from_bytes_until_nul(path.as_bytes()).unwrap_or_default();
        let stat = self.proc_dir().and_then(|proc| status_at(proc, path));
        stat.map_err(not_procfs_error)
            .with_hint_for(file.as_str(), self.explain_failure())
            .with_context(|| {
                sentence(
                    "stat of %s failed",
                    &[&format!("/proc/{}/{file}", self.pid)],
                )
            })
    }

    /// Returns the type of what is open under one of its descriptors, a value of `S_IFMT`; `None` where that cannot be
    /// seen.
    ///
    /// By its path: were its directory opened for this, messages would have other numbers than the original's. Should
    /// the number be another process's by now, the pidfd still is not.
    pub fn type_of_descriptor(&self, number: RawFd) -> Option<u32> {
        let path = format!("/proc/{}/fd/{number}\0", self.pid);
        let path = CStr::from_bytes_until_nul(path.as_bytes()).ok()?;
        status(path).ok().map(|status| status.file_type)
    }

    /// Returns the function that explains why one of its files cannot be looked at.
    fn explain_failure(&self) -> impl Fn(Errno, &str) -> Option<Explanation> + use<> {
        let pid = self.pid;
        move |errno, name| process::explain_open_failure(errno, pid, name)
    }
}

/// Returns why no inode can be compared.
fn explain_missing_inode(errno: Errno) -> Option<Explanation> {
    (errno == Errno::EOPNOTSUPP).then(|| {
        explanation(
            "kernel-too-old",
            "on this kernel the pidfds of all processes have the same inode number: \
             distinct numbers require Linux 6.9",
            &[],
        )
    })
}

/// Returns the digits at the start as a number, which is not 0, and what follows them. A number that is too large is as
/// good as any that no process has.
fn leading_inode(text: &[u8]) -> Option<(u64, &[u8])> {
    let blanks = text
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    let text = &text[blanks..];
    let text = text.strip_prefix(b"+").unwrap_or(text);
    let (digits, rest) = split_digits(text);
    if digits.is_empty() {
        return None;
    }
    let inode = parse_digits(digits).unwrap_or(u64::MAX);
    (inode != 0).then_some((inode, rest))
}

/// Reads a file of /proc/PID whole. execve(2) accepts less than 8 MiB of environment, but prctl(2) lets a process call
/// all of its memory that.
///
/// # Errors
/// E2BIG if it is longer; those of `read(2)`.
pub fn read_limited(file: &mut File) -> io::Result<Vec<u8>> {
    const MOST: u64 = 8 << 20;
    let mut contents = Vec::new();
    let read = file.take(MOST + 1).read_to_end(&mut contents)?;
    match u64::try_from(read) {
        Ok(0..=MOST) => Ok(contents),
        _ => Err(Errno::E2BIG.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Target, leading_inode};

    #[test]
    fn an_inode_is_a_number_that_is_not_0_and_may_be_followed_by_something() {
        assert_eq!(leading_inode(b"5"), Some((5, &b""[..])));
        assert_eq!(leading_inode(b" +5x:"), Some((5, &b"x:"[..])));
        assert_eq!(
            leading_inode(b"99999999999999999999"),
            Some((u64::MAX, &b""[..]))
        );
        for text in ["", " ", "0", "000", "x", "-5", "+", "+ 5", "0x5"] {
            assert_eq!(leading_inode(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn a_target_is_a_number_above_0_that_a_process_may_have() {
        for text in [
            "",
            "0",
            "-1",
            "x",
            "5x",
            "2147483648",
            "5:",
            "5:0",
            "5:x",
            ":5",
        ] {
            let error = Target::parse(text.as_ref()).expect_err(text);
            assert_eq!(error.to_string(), "invalid PID argument", "{text:?}");
        }
        let target = Target::parse(" +7".as_ref()).expect("it is a number");
        assert_eq!(target.pid().as_raw(), 7);
    }
}
