//! Counts the processes that a scan could not read, and keeps the first failure.
//!
//! Of the errors that it meets, most are no failures: the process has ended meanwhile, or the caller may not look at
//! it. The first is as if it had ended before; the second is counted, so that a list can say that it is not whole.
//! Every other error would make the list shorter than it ought to be, and is one: no descriptor is left, there is no
//! memory, a call is refused.

use std::collections::BTreeSet;

use anyhow::Error;
use nix::errno::Errno;

use crate::hint::{Explanation, explanation};
use crate::message::sentence;
use crate::sys::probe::Call;

/// What was not seen.
#[derive(Debug, Default)]
pub struct Unread {
    processes: BTreeSet<u32>,
    failure: Option<(Call, Errno)>,
}

/// What an error of a call that looks at something means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is not there, or no longer.
    Gone,
    /// The caller may not look at it.
    NotAllowed,
    /// It may be there and the caller may look, but this call failed.
    Failed,
}

impl Cause {
    /// Returns what this error of `call` means.
    pub fn from_errno(call: Call, errno: Errno) -> Cause {
        match errno {
            // So the mountinfo of a process that has just ended answers to open(2) and to read(2).
            Errno::EINVAL => Cause::Gone,
            Errno::ENOENT | Errno::ESRCH | Errno::ENOTDIR => Cause::Gone,
            Errno::EACCES => Cause::NotAllowed,
            Errno::EPERM if !call.is_refused(errno) => Cause::NotAllowed,
            _ => Cause::Failed,
        }
    }
}

impl Unread {
    /// Returns what `call` has found of the process `pid`, if it has; if not, why is noted.
    pub fn note<T>(&mut self, pid: u32, call: Call, found: Result<T, Errno>) -> Option<T> {
        match found {
            Ok(found) => Some(found),
            Err(errno) => {
                self.note_error(pid, call, errno);
                None
            }
        }
    }

    /// Notes that `call` has failed for the process `pid`.
    #[cold]
    pub fn note_error(&mut self, pid: u32, call: Call, errno: Errno) {
        match Cause::from_errno(call, errno) {
            Cause::Gone => {}
            Cause::NotAllowed => self.deny(pid),
            Cause::Failed => self.fail(call, errno),
        }
    }

    /// Returns what `call` has found, if the kernel has it and the caller may make it: without it less is found, as on
    /// an older kernel. That there is no room for an answer is a failure all the same.
    pub fn note_optional<T>(&mut self, call: Call, found: Result<T, Errno>) -> Option<T> {
        match found {
            Ok(found) => Some(found),
            Err(errno @ (Errno::EMFILE | Errno::ENFILE | Errno::ENOMEM)) => {
                self.fail(call, errno);
                None
            }
            Err(_) => None,
        }
    }

    /// Notes that `call` has failed for a file of the process `pid`, which may be on any file system: what that has to
    /// say of its own is no failure of ours.
    #[cold]
    pub fn note_file_error(&mut self, pid: u32, call: Call, errno: Errno) {
        match errno {
            Errno::EACCES => self.deny(pid),
            Errno::EMFILE | Errno::ENFILE | Errno::ENOMEM => self.fail(call, errno),
            Errno::ENOSYS | Errno::EPERM if call.is_refused(errno) => self.fail(call, errno),
            _ => {}
        }
    }

    /// Notes that the caller may not look at the process `pid`, or not at all of it.
    pub fn deny(&mut self, pid: u32) {
        self.processes.insert(pid);
    }

    /// Notes that `call` has failed.
    pub fn fail(&mut self, call: Call, errno: Errno) {
        self.failure.get_or_insert((call, errno));
    }

    /// Takes over what was not seen elsewhere.
    pub fn merge(&mut self, other: Unread) {
        self.processes.extend(other.processes);
        self.failure = self.failure.or(other.failure);
    }

    /// Returns how many processes the caller may not look at.
    pub fn processes(&self) -> usize {
        self.processes.len()
    }

    /// Returns the words about them, for a hint; none where all could be read.
    pub fn hint(&self) -> Option<Explanation> {
        let processes = match self.processes() {
            0 => return None,
            1 => sentence("1 process", &[]),
            many => sentence("%s processes", &[&many]),
        };
        Some(explanation(
            "unreadable-processes",
            "%s could not be read, or not as a whole: that requires CAP_SYS_PTRACE, or \
             being their user",
            &[&processes],
        ))
    }

    /// Returns whether all was seen that the caller may see.
    ///
    /// # Errors
    /// The first call that failed: `openat failed`.
    pub fn check(&self) -> Result<(), Error> {
        match self.failure {
            Some((call, errno)) => {
                Err(Error::new(errno).context(sentence("%s failed", &[&call.name()])))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_or_closed_is_no_failure() {
        let mut unread = Unread::default();
        for errno in [Errno::ENOENT, Errno::ESRCH, Errno::EACCES, Errno::EPERM] {
            assert_eq!(unread.note::<()>(7, Call::Open, Err(errno)), None);
        }
        assert_eq!(unread.note(8, Call::Open, Ok(5)), Some(5));
        assert!(unread.check().is_ok());
        assert_eq!(unread.processes(), 1);
        assert!(
            unread
                .hint()
                .is_some_and(|hint| hint.to_string().starts_with("1 process could"))
        );
    }

    #[test]
    fn everything_else_is_refused_and_the_first_is_reported() {
        let mut unread = Unread::default();
        for errno in [Errno::EMFILE, Errno::ENOMEM, Errno::ENOSYS, Errno::EIO] {
            let mut one = Unread::default();
            one.note_error(7, Call::ReadLink, errno);
            assert!(one.check().is_err(), "{errno}");
            unread.merge(one);
        }
        let error = unread.check().expect_err("four have failed");
        assert_eq!(error.to_string(), "readlinkat failed");
        assert_eq!(error.downcast_ref(), Some(&Errno::EMFILE));
        assert_eq!(unread.processes(), 0);
    }

    #[test]
    fn what_only_newer_kernels_have_may_be_missing() {
        let mut unread = Unread::default();
        for errno in [Errno::ENOSYS, Errno::EPERM, Errno::ENOTTY, Errno::EINVAL] {
            assert_eq!(unread.note_optional::<()>(Call::Ioctl, Err(errno)), None);
        }
        assert!(unread.check().is_ok());
        let full = Err(Errno::EMFILE);
        assert_eq!(unread.note_optional::<()>(Call::Ioctl, full), None);
        assert!(unread.check().is_err());
    }
}
