//! Forwarding signals to a child: a signal that is sent to the tool is meant for the program.

use std::os::fd::RawFd;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::{
    SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1,
    SIGUSR2, SIGWINCH, c_int,
};
use nix::unistd::{Pid, getpgid, getpgrp, getpid, getsid};

use crate::hardening::{hide_environment, hide_process, release_inherited};
use crate::hint::{self, WithHint};
use crate::sys::process::{self, ExitReason};
use crate::sys::siginfo::SigInfo;
use crate::sys::signal::{SignalSet, set_default};

/// Which signals are forwarded, and to whom.
#[derive(Clone, Copy)]
pub struct Forwarding {
    signals: SignalSet,
    receiver: Receiver,
}

/// Who receives the forwarded signals.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiver {
    /// The child.
    Child,
    /// The child, which is in the job of this process: what a terminal sends has reached it already.
    JobMember,
    /// The child, which leads a session, and its group.
    Session,
}

impl Forwarding {
    /// INT and TERM, to the child alone.
    pub fn to_child() -> Forwarding {
        Forwarding {
            signals: SignalSet::new(&[SIGINT, SIGTERM, SIGCHLD]),
            receiver: Receiver::Child,
        }
    }

    /// INT, TERM and every signal that a terminal sends to its job, to a child that leads a session and so is no longer
    /// part of the job, and to its process group, as the terminal would send them.
    pub fn to_session() -> Forwarding {
        let signals = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGWINCH, SIGCHLD];
        Forwarding {
            signals: SignalSet::new(&signals),
            receiver: Receiver::Session,
        }
    }

    /// Everything that programs are sent to end, to reload or to report, to a child in the job of this process, which
    /// must not end before the child has.
    pub fn to_job_member() -> Forwarding {
        let signals = [
            SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD,
        ];
        Forwarding {
            signals: SignalSet::new(&signals),
            receiver: Receiver::JobMember,
        }
    }

    /// Returns the signals to block before the child is made, so that none is lost.
    pub fn signals(&self) -> &SignalSet {
        &self.signals
    }

    /// Forwards every signal until the child ends.
    ///
    /// # Errors
    /// `waitpid failed` with ECHILD if it is not a child of this process.
    pub fn wait_for(&self, child: Pid) -> Result<ExitReason> {
        forward_until(
            &self.signals,
            || process::try_wait(child).context("waitpid failed"),
            |signal| {
                if !self.is_received(signal, child) {
                    self.forward(signal.number(), child);
                }
            },
        )
    }

    /// Returns whether the terminal has sent the signal to the child as well.
    fn is_received(&self, signal: &SigInfo, child: Pid) -> bool {
        self.receiver == Receiver::JobMember
            && getpgid(Some(child)).is_ok_and(|group| has_received(signal, group))
    }

    /// Sends the signal to the child. A child that has just ended is not an error: SIGCHLD follows.
    pub fn forward(&self, signal: c_int, child: Pid) {
        if signal == SIGCHLD {
            return;
        }
        let group = Pid::from_raw(-child.as_raw());
        // Until it leads a session it has no group of its own.
        if self.receiver != Receiver::Session || process::kill(group, signal).is_err() {
            let _ = process::kill(child, signal);
        }
    }
}

/// Waits for signals, which must be blocked, until `handle_child_event` returns how the program ended. This is the only
/// loop that waits and forwards: of `--forward-signals`, `--new-session`, the init of `--init` and its monitor.
///
/// `handle_child_event` is called at each SIGCHLD, which may represent several children or messages. `forward` gets
/// every other signal, and a SIGCHLD that a process sent with kill(2). Nothing is allocated.
///
/// # Errors
/// `sigtimedwait failed`; those of `handle_child_event`.
pub fn forward_until(
    signals: &SignalSet,
    mut handle_child_event: impl FnMut() -> Result<Option<ExitReason>>,
    mut forward: impl FnMut(&SigInfo),
) -> Result<ExitReason> {
    loop {
        let signal = match signals.wait() {
            Ok(signal) => signal,
            Err(Errno::EINTR) => continue,
            Err(errno) => return Err(errno).context("sigtimedwait failed"),
        };
        if signal.number() == SIGCHLD {
            if let Some(reason) = handle_child_event()? {
                return Ok(reason);
            }
        }
        if !signal.is_child_event() {
            forward(&signal);
        }
    }
}

/// Returns whether a program in this group has received the signal too, because the terminal sent it to the group, or
/// the signal was meant for another process of the group.
pub fn has_received(signal: &SigInfo, group: Pid) -> bool {
    let same_group = group == getpgrp();
    signal.is_from_kernel()
        && match signal.number() {
            SIGTTIN | SIGTTOU => true,
            SIGINT | SIGQUIT | SIGTSTP | SIGWINCH => same_group,
            // Only the leader of a session gets these when the terminal hangs up.
            SIGHUP | SIGCONT => same_group && getsid(None) != Ok(getpid()),
            _ => false,
        }
}

/// Runs `child` in a new process that is to lead a session, forwards signals to it meanwhile, and ends with the
/// status that `finish` makes of its end. The program must get nothing through the process that waits, so that one is
/// not dumpable before there is a program.
///
/// # Errors
/// That the process cannot be made.
pub fn run_in_session(
    child: impl FnOnce() -> c_int,
    finish: impl FnOnce(Result<ExitReason>) -> c_int,
) -> Result<ExitReason> {
    run_as_child(Forwarding::to_session(), &[], child, finish)
}

/// Like [`run_in_session`], for a child that receives the signals of `forwarding`; `finish` has the descriptors `kept`.
///
/// # Errors
/// As [`run_in_session`].
pub fn run_as_child(
    forwarding: Forwarding,
    kept: &[RawFd],
    child: impl FnOnce() -> c_int,
    finish: impl FnOnce(Result<ExitReason>) -> c_int,
) -> Result<ExitReason> {
    // A caller that ignores SIGCHLD would leave nothing to wait for.
    set_default(SIGCHLD).context("sigaction failed")?;
    let before = forwarding.signals().block().context("sigprocmask failed")?;
    hide_process()?;
    hide_environment();
    let child = process::spawn(|| {
        // Restoring a mask that was valid cannot fail.
        let _ = before.restore();
        child()
    });
    let child = child.with_hint(hint::explain_fork).context("fork failed")?;
    let wait_only = release_inherited(kept);
    wait_only.exit(finish(forwarding.wait_for(child)))
}
