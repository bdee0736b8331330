//! `--init`: what PID 1 of the new pid namespace does, beside the program and not as the program.
//!
//! A PID 1 has two duties that ordinary programs know nothing of. Every process whose parent ends becomes its child,
//! and stays a zombie until it is reaped. And the kernel keeps from it every signal that it has no handler for, so
//! that a program which counts on dying by TERM cannot be ended at all. Here both are done in one loop: all signals are
//! blocked for ever and taken one by one; SIGCHLD means that somebody is to be reaped, and every other signal is sent
//! on to the program, which as PID 2 is a process like any other. When the program ends, so does this process, and the
//! kernel ends whatever is left in the namespace. The tool outside is told how it ended, and when it is stopped.
//!
//! It needs nothing of what it inherited, and lets go of it: it holds no descriptor but those to the tool and of the
//! program, so that whoever reads from the program sees its end, no directory, and of the capabilities only that of
//! sending signals, which reaches the program also after `--setuid`. And it leaves the program's process group: what is
//! sent to that must not come here too and be sent on a second time.

use std::os::fd::{AsRawFd, OwnedFd};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::{SIGCHLD, SIGCONT};
use nix::sys::prctl::set_name;
use nix::unistd::{Pid, getpgid, setpgid, setsid};
use nscore::cli::Diagnostics;
use nscore::hardening::{make_undumpable, release_inherited};
use nscore::sys::capability;
use nscore::sys::process::{self, ExitReason, WaitStatus, killpg, pidfd_open};
use nscore::sys::siginfo::SigInfo;
use nscore::sys::signal::SignalSet;

use crate::init::status_channel::StatusSender;
use crate::init::terminal;

/// What the tool hands to its child.
pub(crate) struct Init {
    /// To the tool.
    pub(crate) status: StatusSender,
    /// The mask that the program gets: the caller's.
    pub(crate) mask: SignalSet,
    /// Whether the program gets a process group of its own and the terminal.
    pub(crate) at_terminal: bool,
}

impl Init {
    /// Starts the program, by `become_program` in a process of its own, and tends it until it ends. Every signal must be
    /// blocked already.
    ///
    /// # Errors
    /// `fork failed`, `sigtimedwait failed`, `waitpid failed`; what fails in the program's process is reported there.
    pub(crate) fn run(
        &self,
        diagnostics: &Diagnostics,
        become_program: impl FnOnce() -> Result<ExitReason>,
    ) -> Result<ExitReason> {
        let program = || {
            let ready = self.before_exec();
            diagnostics.finish(ready.and_then(|()| become_program()))
        };
        // Before there is a program: PID 1 is one of those that it can see.
        make_undumpable().context("prctl failed")?;
        let program = process::spawn(program).context("fork failed")?;
        let pidfd = pidfd_open(program).context("pidfd_open failed")?;
        // The program runs by now. Should one of these fail, it is no worse off than beside any other PID 1.
        let _ = self.release_inherited(&pidfd);
        self.event_loop(program, &pidfd)
    }

    /// In the program's process: who it is, and the caller's mask.
    fn before_exec(&self) -> Result<()> {
        if self.at_terminal {
            terminal::become_foreground_group();
        }
        self.status.send_ready().context("send failed")?;
        self.mask.restore().context("sigprocmask failed")
    }

    /// Lets go of all that only the program needs.
    fn release_inherited(&self, program: &OwnedFd) -> Result<(), Errno> {
        self.leave_group()?;
        set_name(c"runshare-init")?;
        release_inherited(&[self.status.descriptor(), program.as_raw_fd()]);
        capability::set(&capability::get()?.only(&[capability::KILL]))
    }

    /// Leaves the caller's process group. The kernel stops a group by a key, and ends one that is stopped when its shell
    /// is gone, by whether a member has a parent in the session but not in the group. The program's own group has to
    /// have one; the caller's must not get one by us.
    fn leave_group(&self) -> Result<(), Errno> {
        if self.at_terminal {
            setpgid(Pid::from_raw(0), Pid::from_raw(0))
        } else {
            setsid().map(drop)
        }
    }

    /// The loop. Nothing in it allocates.
    fn event_loop(&self, program: Pid, pidfd: &OwnedFd) -> Result<ExitReason> {
        let every = SignalSet::full();
        loop {
            let signal = match every.wait() {
                Err(Errno::EINTR) => continue,
                signal => signal.context("sigtimedwait failed")?,
            };
            if signal.number() == SIGCHLD {
                if let Some(ending) = self.reap(program).context("waitpid failed")? {
                    return Ok(ending);
                }
            }
            if !signal.is_child_event() {
                forward(&signal, program, pidfd);
            }
        }
    }

    /// Reaps all that have ended; tells the tool if the program is among them, or was stopped.
    fn reap(&self, program: Pid) -> Result<Option<ExitReason>, Errno> {
        let mut last = None;
        while let Some((child, status)) = process::try_wait_any()? {
            if child == program {
                last = Some(status);
            }
        }
        // Only the last is told: a program that goes on again was not stopped.
        let change = last.map(WaitStatus::from_raw);
        if let (Some(status), Some(WaitStatus::Ended(_) | WaitStatus::Stopped(_))) = (last, change)
        {
            // A tool that is gone need not be told.
            let _ = self.status.send(status);
        }
        Ok(match change {
            Some(WaitStatus::Ended(ending)) => Some(ending),
            _ => None,
        })
    }
}

/// Sends the signal on. CONT goes to the whole group that the program has for itself, as a shell's does: all of it may
/// have been stopped.
fn forward(signal: &SigInfo, program: Pid, pidfd: &OwnedFd) {
    // One that is about to end is no error: SIGCHLD tells of its end.
    let _ = match getpgid(Some(program)) {
        // The caller's groups have no number in here.
        Ok(group) if signal.number() == SIGCONT && group.as_raw() > 0 => killpg(group, SIGCONT),
        _ => signal.send_to(pidfd),
    };
}
