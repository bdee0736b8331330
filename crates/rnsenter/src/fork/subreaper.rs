//! The subreaper of `--init`, `PR_SET_CHILD_SUBREAPER` of `prctl(2)`: it adopts the descendants of the program whose
//! parents end, reaps them, and kills those that are left when the program ends or the tool dies.
//!
//! It needs nothing of what it inherited, and gives it up: it holds no descriptors but of processes and of /proc, so
//! that a reader of the program's output sees its end, and no directory.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use anyhow::{Context, Result};
use nix::libc::SIGKILL;
use nix::sys::prctl::{set_child_subreaper, set_name};
use nix::unistd::{Pid, getpgid, getpgrp, getsid};
use nscore::cli::Diagnostics;
use nscore::forward::{forward_until, has_received};
use nscore::hardening::{WaitOnly, hide_process, release_inherited};
use nscore::pdeathsig::ParentDeathSignal;
use nscore::sys::capability::{self, CAP_KILL, CAP_SYS_PTRACE};
use nscore::sys::process::{self, ExitReason, has_ended, killpg, pidfd_open};
use nscore::sys::siginfo::SigInfo;
use nscore::sys::signal::SignalSet;

use super::descendants::OuterProc;
use super::wait::reap;

/// What follows the death of the tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ToolDeath {
    /// Program and descendants are killed.
    KillsAll,
    /// The program receives the signal of `--kill-child`, and what follows is its choice.
    IsForwarded,
}

/// What the tool passes to its child.
pub(super) struct Subreaper {
    /// The tool, and the signal that its death sends.
    pub(super) tool: ParentDeathSignal,
    pub(super) tool_death: ToolDeath,
    /// The signal mask of the caller, which the program gets.
    pub(super) mask: SignalSet,
    pub(super) proc: OuterProc,
}

impl Subreaper {
    /// Runs the program in a child, and reaps and forwards until it ends; then kills what is left. Every signal must be
    /// blocked already.
    ///
    /// # Errors
    /// `prctl failed`, `fork failed`, `pidfd_open failed`, `waitpid failed`.
    pub(super) fn run(
        &self,
        diagnostics: &Diagnostics,
        become_program: impl FnOnce(Option<&ParentDeathSignal>) -> Result<ExitReason>,
    ) -> Result<ExitReason> {
        self.tool.arm()?;
        set_child_subreaper(true).context("prctl failed")?;
        hide_process()?;
        let own_death = ParentDeathSignal::new(SIGKILL)?;
        let program = || {
            let ready = self.mask.restore().context("sigprocmask failed");
            diagnostics.finish(ready.and_then(|()| become_program(Some(&own_death))))
        };
        let program = process::spawn(program).context("fork failed")?;
        let pidfd = pidfd_open(program).context("pidfd_open failed")?;
        let wait_only = self.release(&pidfd);
        let ended = forward_until(
            &SignalSet::full(),
            || self.handle_child_event(program),
            |signal| forward(signal, program, &pidfd),
        );
        self.proc.kill_children();
        wait_only.exit(diagnostics.finish(ended))
    }

    /// Gives up everything that only the program needs. The program runs by now; if one of these calls fails, it is not
    /// confined any less.
    fn release(&self, program: &OwnedFd) -> WaitOnly {
        let _ = set_name(c"rnsenter-init");
        let wait_only = release_inherited(&[
            program.as_raw_fd(),
            self.tool.parent().as_raw_fd(),
            self.proc.as_fd().as_raw_fd(),
        ]);
        // The first kills programs of other users, the second finds them in a /proc that hides them.
        let needed = [CAP_KILL, CAP_SYS_PTRACE];
        let _ = capability::get().and_then(|held| capability::set(&held.only(&needed)));
        wait_only
    }

    fn handle_child_event(&self, program: Pid) -> Result<Option<ExitReason>> {
        let ended = reap(program)?;
        let tool_has_ended = self.tool_death == ToolDeath::KillsAll
            && has_ended(self.tool.parent()).context("poll failed")?;
        match ended {
            None if tool_has_ended => Ok(Some(ExitReason::Signal(SIGKILL))),
            ended => Ok(ended),
        }
    }
}

/// Forwards the signal, unless the terminal has sent it to the program too.
fn forward(signal: &SigInfo, program: Pid, pidfd: &OwnedFd) {
    let group = getpgid(Some(program)).unwrap_or_else(|_| getpgrp());
    if has_received(signal, group) {
        return;
    }
    let leads_session = getsid(Some(program)) == Ok(program);
    // A program that has just ended is not an error: SIGCHLD follows.
    let _ = match signal.is_from_kernel() && leads_session {
        // The terminal signals a whole group.
        true => killpg(group, signal.number()),
        false => signal.send_to(pidfd),
    };
}
