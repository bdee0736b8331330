//! The terminal, which has one foreground process group at a time, and passing it between groups.
//!
//! The caller's process groups have no ID in a new PID namespace: there the ID is 0, and a shell cannot give the
//! terminal back when it ends. So a program that is alone at the terminal gets a group of its own, as a shell would
//! create for it, in the foreground. Any other program stays in the caller's group: the processes that share it (the
//! rest of a pipeline, a script) must continue to share the terminal and its keys.

use std::io::{stdin, stdout};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::{Pid, getpgrp, getpid, getsid, setpgid, tcgetpgrp, tcsetpgrp};
use nscore::sys::file::open;
use nscore::sys::process::killpg;

/// The controlling terminal of this process, if it has one.
pub(crate) struct Terminal(Option<OwnedFd>);

impl Terminal {
    pub(crate) fn open() -> Terminal {
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK;
        Terminal(open(Path::new("/dev/tty"), flags).ok())
    }

    /// Returns the foreground process group; 0 if that is in an outer PID namespace.
    pub(crate) fn foreground_group(&self) -> Option<Pid> {
        tcgetpgrp(self.0.as_ref()?).ok()
    }

    /// Returns whether the foreground group has no process left, or is this process's group.
    pub(crate) fn is_unclaimed(&self) -> bool {
        self.foreground_group().is_some_and(|foreground_group| {
            foreground_group == getpgrp() || is_empty(foreground_group)
        })
    }

    /// Puts this group in the foreground, and returns whether that succeeded. This process must block SIGTTOU, with
    /// which the kernel stops a process of the background.
    pub(crate) fn set_foreground(&self, group: Pid) -> bool {
        let given = |device| tcsetpgrp(device, group).is_ok();
        self.0.as_ref().is_some_and(given)
    }

    /// Returns its descriptor, for a process that closes all others.
    pub(crate) fn descriptor(&self) -> Option<RawFd> {
        self.0.as_ref().map(AsRawFd::as_raw_fd)
    }
}

/// Returns whether a group has no process, not even a zombie.
fn is_empty(group: Pid) -> bool {
    group.as_raw() > 0 && killpg(group, 0) == Err(Errno::ESRCH)
}

/// Returns whether this process leads the foreground group and reads and writes the terminal: then no other process
/// needs the terminal while the program has it.
pub(crate) fn is_sole_foreground_process() -> bool {
    let groups = [stdin().as_fd(), stdout().as_fd()].map(tcgetpgrp);
    getpgrp() == getpid() && groups == [Ok(getpgrp()); 2]
}

/// Makes this process, which blocks SIGTTOU, the leader of the foreground process group.
pub(crate) fn become_foreground_group() {
    // If one of the two fails, for example after a hangup, the program notices that itself.
    let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
    let _ = tcsetpgrp(stdin(), getpid());
}

/// Returns whether no shell could continue this process after a stop: its group is that of the session leader, which
/// has no parent in the session.
pub(crate) fn is_orphaned() -> bool {
    getsid(None) == Ok(getpgrp())
}
