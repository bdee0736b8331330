//! Job control for the program of `--init`: which signals are forwarded, how tool and program stop and continue
//! together, and which of them has the terminal meanwhile.
//!
//! A signal that the program has received already is not forwarded: the terminal's signals go to a whole process group,
//! and the program may be in it. A process that sends a signal to that group cannot be distinguished from one that
//! sends it to the tool alone, so the program receives that signal twice.

use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::libc::{SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU, c_int};
use nix::unistd::{Pid, getpgid, getpgrp, getsid};
use nscore::forward::has_received;
use nscore::procfs::HeldProc;
use nscore::sys::process::{killpg, pidfd_open};
use nscore::sys::siginfo::SigInfo;
use nscore::sys::signal::{SignalSet, stop_by};

use crate::init::terminal::{Terminal, is_orphaned};

/// The program, which is a child of init, and the terminal, if there is one.
pub(crate) struct Job {
    program: Pid,
    /// `None` if the program ended before its pidfd was opened.
    pidfd: Option<OwnedFd>,
    /// `None` if no procfs shows the program.
    proc: Option<HeldProc>,
    terminal: Terminal,
}

impl Job {
    pub(crate) fn new(program: Pid, proc: Option<HeldProc>, terminal: Terminal) -> Job {
        Job {
            program,
            pidfd: pidfd_open(program).ok(),
            proc,
            terminal,
        }
    }

    /// Forwards the signal, unless the program has received it. CONT goes to the program's whole process group, as a
    /// shell sends it.
    pub(crate) fn forward(&self, signal: &SigInfo) {
        let group = self.program_group();
        let Some(program) = self.pidfd.as_ref().filter(|_| !has_received(signal, group)) else {
            return;
        };
        // A program that has just ended is not an error: SIGCHLD follows.
        let _ = match signal.number() {
            SIGCONT if group != getpgrp() => killpg(group, SIGCONT),
            SIGCONT => signal.send_to(program).and_then(|()| resend_stop(program)),
            // The terminal signals a whole group, but not one of another session.
            number if signal.is_from_kernel() && self.is_session_leader() => killpg(group, number),
            _ => signal.send_to(program),
        };
    }

    /// Stops the tool, because the program was stopped by this signal. If the program can continue immediately, both
    /// continue: it has asked for the terminal and may have it, or no process could continue them later.
    ///
    /// # Errors
    /// None that the kernel documents for this.
    pub(crate) fn suspend(&self, signal: c_int) -> Result<(), Errno> {
        if SignalSet::pending()?.has(SIGCONT) || self.is_running() {
            // All of them were continued meanwhile.
            return Ok(());
        }
        let orphaned = is_orphaned();
        let continues = match signal {
            SIGTTIN | SIGTTOU => {
                (orphaned || self.terminal.is_unclaimed())
                    && self.terminal.set_foreground(self.program_group())
            }
            SIGTSTP => orphaned,
            _ => false,
        };
        if continues {
            // To all that were stopped with the program, and to this process, which forwards it.
            return killpg(Pid::from_raw(0), SIGCONT);
        }
        stop_by(signal)?;
        // A shell that continues the tool in the foreground gives the terminal to its group; the program gets it.
        if self.terminal.foreground_group() == Some(getpgrp()) {
            self.terminal.set_foreground(self.program_group());
        }
        Ok(())
    }

    /// Returns whether the program is seen to run: init, which is stopped and continued with it, may report a stop when
    /// it is over, and this process would then stop with nobody to continue it. Where no procfs shows the program, the
    /// report is believed.
    fn is_running(&self) -> bool {
        let state = self
            .proc
            .as_ref()
            .and_then(|proc| proc.state_of(self.program));
        matches!(state, Some('R' | 'S' | 'D'))
    }

    /// Takes the terminal back once the namespace has no process left, if one of them had it.
    pub(crate) fn reclaim_terminal(&self) {
        if self.terminal.is_unclaimed() {
            self.terminal.set_foreground(getpgrp());
        }
    }

    fn is_session_leader(&self) -> bool {
        getsid(Some(self.program)) == Ok(self.program)
    }

    /// Returns the process group of the program, or this process's if the program has ended.
    fn program_group(&self) -> Pid {
        getpgid(Some(self.program)).unwrap_or_else(|_| getpgrp())
    }
}

/// Sends a stop signal again that came from a key while CONT was forwarded: in the program CONT has discarded it. In
/// this process it is still pending, because a CONT that came after it would have discarded it.
fn resend_stop(program: &OwnedFd) -> Result<(), Errno> {
    let stops = SignalSet::new(&[SIGTSTP, SIGTTIN, SIGTTOU]);
    match stops.poll()? {
        Some(stop) => stop.send_to(program),
        None => Ok(()),
    }
}
