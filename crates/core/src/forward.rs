//! Handing signals on to a child: whoever sends one to the tool means the program.

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGWINCH, c_int};
use nix::unistd::Pid;

use crate::hardening::{hide_environment, make_undumpable, release_inherited};
use crate::hint::{self, WithHint};
use crate::sys::process::{self, ExitReason};
use crate::sys::signal::{SignalSet, set_default};

/// What is handed on, and to whom.
#[derive(Clone, Copy)]
pub struct Forwarding {
    signals: SignalSet,
    to_session: bool,
}

impl Forwarding {
    /// INT and TERM, to the child alone.
    pub fn to_child() -> Forwarding {
        Forwarding {
            signals: SignalSet::new(&[SIGINT, SIGTERM, SIGCHLD]),
            to_session: false,
        }
    }

    /// Besides these whatever a terminal sends to the job that it belongs to, to a child that leads a session and so is
    /// in that job no more, and to the processes of its group, as the terminal would.
    pub fn to_session() -> Forwarding {
        let signals = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGWINCH, SIGCHLD];
        Forwarding {
            signals: SignalSet::new(&signals),
            to_session: true,
        }
    }

    /// The signals to block before the child is made, so that none is lost.
    pub fn signals(&self) -> &SignalSet {
        &self.signals
    }

    /// Hands every signal that arrives on until the child ends, which SIGCHLD tells.
    ///
    /// # Errors
    /// ECHILD if it is no child of ours.
    pub fn until_end(&self, child: Pid) -> Result<ExitReason, Errno> {
        loop {
            match self.signals.wait().map(|signal| signal.number()) {
                Ok(SIGCHLD) => {
                    if let Some(ending) = process::try_wait(child)? {
                        return Ok(ending);
                    }
                }
                Ok(signal) => self.hand_on(signal, child),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }

    /// A child that is gone by now tells it by the next SIGCHLD, so that is no error.
    fn hand_on(&self, signal: c_int, child: Pid) {
        let group = Pid::from_raw(-child.as_raw());
        // Until it leads a session it has no group of its own.
        if !self.to_session || process::kill(group, signal).is_err() {
            let _ = process::kill(child, signal);
        }
    }
}

/// Runs `child` in a new process that is to lead a session, hands on to it what arrives meanwhile, and ends with the
/// status that `conclude` makes of its end. The program must get nothing through the process that waits, so that one is
/// not dumpable before there is a program.
///
/// # Errors
/// That the process cannot be made.
pub fn run_in_session(
    child: impl FnOnce() -> c_int,
    conclude: impl FnOnce(Result<ExitReason>) -> c_int,
) -> Result<ExitReason> {
    // A caller that ignores SIGCHLD would leave nothing to wait for.
    set_default(SIGCHLD).context("sigaction failed")?;
    let forwarding = Forwarding::to_session();
    let before = forwarding.signals().block().context("sigprocmask failed")?;
    make_undumpable().context("prctl failed")?;
    hide_environment();
    let child = process::spawn(|| {
        // A mask that was in force can be put back in force.
        let _ = before.restore();
        child()
    });
    let child = child.with_hint(hint::fork).context("fork failed")?;
    release_inherited(&[]);
    // Values that own closed descriptors must not be dropped.
    process::exit(conclude(
        forwarding.until_end(child).context("waitpid failed"),
    ))
}
