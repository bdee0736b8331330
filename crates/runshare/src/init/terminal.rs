//! The terminal, which belongs to one process group at a time, and the groups between which it goes to and fro.
//!
//! A process group of the caller's has no number in a new pid namespace: in there it is 0, and a shell cannot give the
//! terminal back to it when it ends. So a program that is alone at the terminal gets a group of its own, as a shell
//! would give it one, and the terminal with it. Any other program stays in the caller's group: what shares it (the
//! rest of a pipeline, a script) must go on sharing the terminal and its keys.

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

    /// The group that has it; 0 if that is one of a namespace above.
    pub(crate) fn foreground_group(&self) -> Option<Pid> {
        tcgetpgrp(self.0.as_ref()?).ok()
    }

    /// Whether nobody has it any more, or this process's group does.
    pub(crate) fn is_unclaimed(&self) -> bool {
        self.foreground_group().is_some_and(|foreground_group| {
            foreground_group == getpgrp() || is_empty(foreground_group)
        })
    }

    /// Gives it to this group, and says whether the group has it then. This process must block SIGTTOU, by which the
    /// kernel stops who has not the terminal.
    pub(crate) fn set_foreground(&self, group: Pid) -> bool {
        let given = |device| tcsetpgrp(device, group).is_ok();
        self.0.as_ref().is_some_and(given)
    }

    /// Its descriptor, for a process that keeps no others.
    pub(crate) fn descriptor(&self) -> Option<RawFd> {
        self.0.as_ref().map(AsRawFd::as_raw_fd)
    }
}

/// Whether there is no process in this group, not even a zombie.
fn is_empty(group: Pid) -> bool {
    group.as_raw() > 0 && killpg(group, 0) == Err(Errno::ESRCH)
}

/// Whether this process was started alone in the foreground of the terminal, to read from it and write to it: then
/// nobody else needs the terminal while the program has it.
pub(crate) fn is_sole_foreground_process() -> bool {
    let ours = [stdin().as_fd(), stdout().as_fd()].map(tcgetpgrp);
    getpgrp() == getpid() && ours == [Ok(getpgrp()); 2]
}

/// Makes this process, which blocks SIGTTOU, the first of a process group that has the terminal.
pub(crate) fn become_foreground_group() {
    // Where one of the two fails (somebody has hung up) the program sees that for itself.
    let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
    let _ = tcsetpgrp(stdin(), getpid());
}

/// Whether there is nobody to have this process go on when it is stopped: its group is that of the session's first
/// process, above which no shell of the session is.
pub(crate) fn is_orphaned() -> bool {
    getsid(None) == Ok(getpgrp())
}
