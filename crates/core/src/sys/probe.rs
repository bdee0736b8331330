//! Calls that look and change nothing, and whether this process may make them at all.
//!
//! ENOSYS comes from an old kernel and from a sandbox, EPERM from the seccomp filter of a container's engine; but EPERM
//! also says that one process may not be looked at. The same call for this process itself distinguishes them, since
//! that is always allowed: refused there too, it is the call that is refused.

use std::ffi::CStr;
use std::sync::atomic::{AtomicU8, Ordering};

use nix::errno::Errno;
use nix::libc;
use nix::unistd::getpid;

use super::directory::{Directory, EntryBuffer};
use super::nsfs::type_of;
use super::process::pidfd_open;
use super::statx::statx;

/// A system call that looks at something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `openat(2)` of a file below /proc.
    Open,
    /// `readlinkat(2)`.
    ReadLink,
    /// `read(2)`.
    Read,
    /// `getdents64(2)`.
    List,
    /// `statx(2)`.
    Status,
    /// `ioctl(2)` of a namespace.
    Ioctl,
    /// `pidfd_open(2)`.
    Pidfd,
}

/// A namespace that this process may look at, whatever it is in.
const OWN: &CStr = c"/proc/self/ns/uts";

/// What is known of each call: nothing, that it works, that it is refused.
static KNOWN: [AtomicU8; 7] = [const { AtomicU8::new(UNKNOWN) }; 7];
const UNKNOWN: u8 = 0;
const WORKS: u8 = 1;
const REFUSED: u8 = 2;

impl Call {
    /// Returns its name, as in an error message.
    pub fn name(self) -> &'static str {
        match self {
            Call::Open => "openat",
            Call::ReadLink => "readlinkat",
            Call::Read => "read",
            Call::List => "getdents64",
            Call::Status => "statx",
            Call::Ioctl => "ioctl",
            Call::Pidfd => "pidfd_open",
        }
    }

    /// Returns whether this error means that the call is refused whatever it is to look at.
    pub fn is_refused(self, errno: Errno) -> bool {
        is_refusal(errno) && !self.works_for_self()
    }

    /// Returns whether it may be made for this process itself; it is tried once.
    fn works_for_self(self) -> bool {
        let known = &KNOWN[self as usize];
        match known.load(Ordering::Relaxed) {
            UNKNOWN => {
                let works = !self.look_at_self().is_err_and(is_refusal);
                known.store(if works { WORKS } else { REFUSED }, Ordering::Relaxed);
                works
            }
            answer => answer == WORKS,
        }
    }

    /// Makes the call for this process itself.
    fn look_at_self(self) -> Result<(), Errno> {
        let own = || Directory::open(c"/proc/self");
        match self {
            Call::Open => own().map(drop),
            Call::ReadLink => own()?.read_link_into(c"ns/uts", &mut [0; 64]).map(drop),
            Call::Read => own()?.read_into(c"stat", &mut [0; 64]).map(drop),
            Call::List => own()?
                .open_dir(c"ns")?
                .entries(&mut EntryBuffer::default(), |_| ()),
            Call::Status => statx(libc::AT_FDCWD, OWN, 0, libc::STATX_INO).map(drop),
            Call::Ioctl => type_of(own()?.open_file(c"ns/uts")?).map(drop),
            Call::Pidfd => pidfd_open(getpid()).map(drop),
        }
    }
}

/// Returns whether a call that is refused as a whole may answer so.
fn is_refusal(errno: Errno) -> bool {
    matches!(errno, Errno::ENOSYS | Errno::EPERM)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Call; 7] = [
        Call::Open,
        Call::ReadLink,
        Call::Read,
        Call::List,
        Call::Status,
        Call::Ioctl,
        Call::Pidfd,
    ];

    #[test]
    fn a_call_that_works_here_is_not_refused() {
        for call in ALL {
            assert_eq!(call.look_at_self(), Ok(()), "{call:?}");
            for errno in [Errno::EPERM, Errno::ENOSYS, Errno::EACCES, Errno::EMFILE] {
                assert!(!call.is_refused(errno), "{call:?} {errno}");
            }
        }
    }

    #[test]
    fn each_call_is_known_by_itself() {
        for (number, call) in ALL.into_iter().enumerate() {
            assert_eq!(call as usize, number);
        }
        assert_eq!(ALL.len(), KNOWN.len());
    }
}
