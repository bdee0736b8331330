//! The init, which is PID 1 of the new PID namespace and runs the program as its child.
//!
//! A PID 1 has two duties that ordinary programs do not have. Every process whose parent ends becomes its child, and
//! remains a zombie until it is reaped. And the kernel discards every signal that it has no handler for, so a program
//! that relies on dying by TERM could not be ended. Here both are done in one loop: all signals are blocked and taken
//! one by one; at SIGCHLD children are reaped, and every other signal is forwarded to the program, which as PID 2 is an
//! ordinary process. When the program ends, so does this process, and the kernel kills every process that is left in
//! the namespace. The tool outside receives each status of the program.
//!
//! The init needs nothing of what it inherited, and gives it up: it holds no descriptor except the status channel and
//! the pidfd of the program, so that a reader of the program's output sees its end, no directory, and of the
//! capabilities only CAP_KILL, which it needs after `--setuid`. And it leaves the program's process group, so that a
//! signal to the group is not forwarded a second time.

use std::os::fd::{AsRawFd, OwnedFd};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::SIGCONT;
use nix::sys::prctl::set_name;
use nix::unistd::{Pid, getpgid, setpgid, setsid};
use nscore::cli::Diagnostics;
use nscore::forward::forward_until;
use nscore::hardening::{WaitOnly, hide_process, release_inherited};
use nscore::sys::capability::{self, CAP_KILL};
use nscore::sys::process::{self, ExitReason, WaitStatus, killpg, pidfd_open};
use nscore::sys::siginfo::SigInfo;
use nscore::sys::signal::SignalSet;

use crate::fork::finish;
use crate::init::status_channel::StatusSender;
use crate::init::terminal;

/// What the tool passes to its child.
pub(crate) struct Init {
    /// The channel to the tool.
    pub(crate) status: StatusSender,
    /// The signal mask of the caller, which the program gets.
    pub(crate) mask: SignalSet,
    /// Whether the program gets a process group of its own and the terminal.
    pub(crate) at_terminal: bool,
}

impl Init {
    /// Starts the program by `become_program` in a child, and runs the event loop until it ends. Every signal must be
    /// blocked already.
    ///
    /// # Errors
    /// `fork failed`, `sigtimedwait failed`, `waitpid failed`; the child reports its own errors.
    pub(crate) fn run(
        &self,
        diagnostics: &Diagnostics,
        become_program: impl FnOnce() -> Result<ExitReason>,
    ) -> Result<ExitReason> {
        let child = || {
            let ready = self.before_exec();
            diagnostics.finish(ready.and_then(|()| become_program()))
        };
        // This is done before there is a program, because the program can see PID 1.
        hide_process()?;
        let program = process::spawn(child).context("fork failed")?;
        let pidfd = pidfd_open(program).context("pidfd_open failed")?;
        // The program runs by now. If one of these fails, PID 1 is as any other PID 1 is.
        let wait_only = self.release_inherited(&pidfd).ok();
        let ended = self.event_loop(program, &pidfd);
        finish(wait_only, diagnostics, ended)
    }

    /// Takes the terminal in the program's process, reports the PID, and restores the caller's mask.
    fn before_exec(&self) -> Result<()> {
        if self.at_terminal {
            terminal::become_foreground_group();
        }
        self.status.send_ready().context("send failed")?;
        self.mask.restore().context("sigprocmask failed")
    }

    /// Gives up everything that only the program needs.
    fn release_inherited(&self, program: &OwnedFd) -> Result<WaitOnly, Errno> {
        self.leave_group()?;
        set_name(c"runshare-init")?;
        let wait_only = release_inherited(&[self.status.descriptor(), program.as_raw_fd()]);
        let _ = capability::get().and_then(|held| capability::set(&held.only(&[CAP_KILL])));
        Ok(wait_only)
    }

    /// Leaves the caller's process group. A group is orphaned unless a member has a parent in the same session but in
    /// another group; the kernel does not let a key stop an orphaned group, and hangs up its stopped processes. The
    /// program's own group must not be orphaned; whether the caller's group is must not change.
    fn leave_group(&self) -> Result<(), Errno> {
        if self.at_terminal {
            setpgid(Pid::from_raw(0), Pid::from_raw(0))
        } else {
            setsid().map(drop)
        }
    }

    /// Reaps and forwards until the program ends. Nothing in it allocates.
    fn event_loop(&self, program: Pid, pidfd: &OwnedFd) -> Result<ExitReason> {
        forward_until(
            &SignalSet::full(),
            || self.reap(program).context("waitpid failed"),
            |signal| forward(signal, program, pidfd),
        )
    }

    /// Reaps all children that have ended; sends the tool the status of the program if it has ended or was stopped.
    fn reap(&self, program: Pid) -> Result<Option<ExitReason>, Errno> {
        let last = process::reap_all(program)?;
        // Only the last status counts: a program that was continued meanwhile is not stopped.
        let change = last.map(WaitStatus::from_raw);
        if let (Some(status), Some(WaitStatus::Ended(_) | WaitStatus::Stopped(_))) = (last, change)
        {
            // A tool that has ended does not need it.
            let _ = self.status.send(status);
        }
        Ok(match change {
            Some(WaitStatus::Ended(ending)) => Some(ending),
            _ => None,
        })
    }
}

/// Forwards the signal. CONT goes to the program's whole process group, as a shell sends it: all of it may have been
/// stopped.
fn forward(signal: &SigInfo, program: Pid, pidfd: &OwnedFd) {
    // A program that has just ended is not an error: SIGCHLD follows.
    let _ = match getpgid(Some(program)) {
        // The caller's groups have no ID in this PID namespace.
        Ok(group) if signal.number() == SIGCONT && group.as_raw() > 0 => killpg(group, SIGCONT),
        _ => signal.send_to(pidfd),
    };
}
