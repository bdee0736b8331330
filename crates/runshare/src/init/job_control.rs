//! The program of `--init` as its job: where signals go, how tool and program stop and go on together, and who has the
//! terminal meanwhile.
//!
//! What has reached the program already is not sent on: the terminal's signals go to a whole process group, and the
//! program may be in it. A process that sends a signal to that group cannot be told from one that sends it to the tool
//! alone, so the program gets that one twice.

use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::libc::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH, c_int};
use nix::unistd::{Pid, getpgid, getpgrp, getpid, getsid};
use nscore::sys::process::{killpg, pidfd_open};
use nscore::sys::siginfo::SigInfo;
use nscore::sys::signal::{SignalSet, stop_by};

use crate::init::terminal::{Terminal, is_orphaned};

/// The program, which is a child of init's, and the terminal, if there is one.
pub(crate) struct Job {
    program: Pid,
    /// `None` if it has ended before it was opened.
    pidfd: Option<OwnedFd>,
    terminal: Terminal,
}

impl Job {
    pub(crate) fn new(program: Pid, terminal: Terminal) -> Job {
        Job {
            program,
            pidfd: pidfd_open(program).ok(),
            terminal,
        }
    }

    /// Sends the signal on, unless the program has had it. CONT goes to the whole group that the program has for
    /// itself, as a shell's does.
    pub(crate) fn forward(&self, signal: &SigInfo) {
        let group = self.program_group();
        let Some(program) = self.pidfd.as_ref().filter(|_| !has_received(signal, group)) else {
            return;
        };
        // The program's end is told by SIGCHLD, so one that is gone by now is no error.
        let _ = match signal.number() {
            SIGCONT if group != getpgrp() => killpg(group, SIGCONT),
            SIGCONT => signal.send_to(program).and_then(|()| resend_stop(program)),
            // The terminal speaks to a whole group, but to none of another session.
            number if signal.is_from_kernel() && self.is_session_leader() => killpg(group, number),
            _ => signal.send_to(program),
        };
    }

    /// The program was stopped by this signal, and the tool with it, unless the program can go on at once: it has asked
    /// for the terminal and may have it, or nobody could have the two of them go on later.
    ///
    /// # Errors
    /// None that the kernel documents for this.
    pub(crate) fn suspend(&self, signal: c_int) -> Result<(), Errno> {
        if SignalSet::pending()?.has(SIGCONT) {
            // Somebody has had all of us go on since.
            return Ok(());
        }
        let alone = is_orphaned();
        let goes_on = match signal {
            SIGTTIN | SIGTTOU => {
                (alone || self.terminal.is_unclaimed())
                    && self.terminal.set_foreground(self.program_group())
            }
            SIGTSTP => alone,
            _ => false,
        };
        if goes_on {
            // To all that were stopped with the program, and to this process, which sends it on.
            return killpg(Pid::from_raw(0), SIGCONT);
        }
        stop_by(signal)?;
        // A shell that has us go on in the foreground gives the terminal to our group, for the program.
        if self.terminal.foreground_group() == Some(getpgrp()) {
            self.terminal.set_foreground(self.program_group());
        }
        Ok(())
    }

    /// Once nobody of the namespace is left, the terminal is ours again if one of them had it.
    pub(crate) fn reclaim_terminal(&self) {
        if self.terminal.is_unclaimed() {
            self.terminal.set_foreground(getpgrp());
        }
    }

    fn is_session_leader(&self) -> bool {
        getsid(Some(self.program)) == Ok(self.program)
    }

    /// The group that the program is in now; ours if the program is gone.
    fn program_group(&self) -> Pid {
        getpgid(Some(self.program)).unwrap_or_else(|_| getpgrp())
    }
}

/// A key that stops our whole group may come while CONT is on its way to the program, and CONT undoes it there. Here
/// it is still to be seen, for a CONT that came after it would have taken it away.
fn resend_stop(program: &OwnedFd) -> Result<(), Errno> {
    let stops = SignalSet::new(&[SIGTSTP, SIGTTIN, SIGTTOU]);
    let stop = stops.poll()?;
    stop.map_or(Ok(()), |stop| stop.send_to(program))
}

/// Whether this is a signal of the terminal's, which a program in this group has had with us, or which was meant for
/// another process of our group.
fn has_received(signal: &SigInfo, group: Pid) -> bool {
    let with_us = group == getpgrp();
    signal.is_from_kernel()
        && match signal.number() {
            SIGTTIN | SIGTTOU => true,
            SIGINT | SIGQUIT | SIGTSTP | SIGWINCH => with_us,
            // The first process of a session gets these alone when the terminal is hung up.
            SIGHUP | SIGCONT => with_us && getsid(None) != Ok(getpid()),
            _ => false,
        }
}
