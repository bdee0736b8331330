//! `--init`: the tool outside of the namespaces, which waits for the subreaper.
//!
//! ```text
//! shell ── rnsenter (monitor) ── fork ── subreaper: reaps, forwards, kills ── fork ── exec PROGRAM
//! ```
//!
//! A subreaper adopts only the orphans of its own PID namespace, so it is a process of its own inside. Whoever started
//! the tool knows only the tool: it forwards every signal, stops when the program stops, and ends as the program ended.

use std::os::fd::{AsRawFd, OwnedFd};

use anyhow::{Context, Result};
use nix::libc::{SIGCHLD, SIGKILL};
use nix::unistd::{Pid, getpgid, getpgrp};
use nscore::cli::Diagnostics;
use nscore::forward::has_received;
use nscore::hardening::{hide_environment, release_inherited};
use nscore::hint::{self, WithHint};
use nscore::pdeathsig::ParentDeathSignal;
use nscore::sys::process::{self, ExitReason, pidfd_open};
use nscore::sys::signal::{SignalSet, set_default};

use super::ForkOptions;
use super::descendants::OuterProc;
use super::subreaper::{Subreaper, ToolDeath};
use super::wait::wait_and_forward;

/// Forks the subreaper, which runs the program, and waits until both have ended; does not return then.
///
/// # Errors
/// That the subreaper cannot be made; it reports its own errors.
pub(super) fn run(
    options: &ForkOptions,
    diagnostics: &Diagnostics,
    proc: OuterProc,
    become_program: impl FnOnce(Option<&ParentDeathSignal>) -> Result<ExitReason>,
) -> Result<ExitReason> {
    // A caller that ignores SIGCHLD would leave nothing to wait for.
    set_default(SIGCHLD).context("sigaction failed")?;
    let mask = SignalSet::full().block().context("sigprocmask failed")?;
    let (signal, tool_death) = match options.kill_child {
        // KILL would end the subreaper, and nothing else: it gets a signal that wakes it up.
        None | Some(SIGKILL) => (SIGCHLD, ToolDeath::KillsAll),
        Some(signal) => (signal, ToolDeath::IsForwarded),
    };
    let tool = ParentDeathSignal::new(signal)?;
    hide_environment();
    let subreaper = || {
        let subreaper = Subreaper {
            tool,
            tool_death,
            mask,
            proc,
        };
        diagnostics.finish(subreaper.run(diagnostics, become_program))
    };
    let child = process::spawn(subreaper)
        .with_hint(hint::explain_fork)
        .context("fork failed")?;
    let pidfd = pidfd_open(child).context("pidfd_open failed")?;
    let wait_only = release_inherited(&[pidfd.as_raw_fd()]);
    wait_only.exit(diagnostics.finish(wait(child, &pidfd)))
}

fn wait(child: Pid, pidfd: &OwnedFd) -> Result<ExitReason> {
    wait_and_forward(child, &SignalSet::full(), |signal| {
        let group = getpgid(Some(child)).unwrap_or_else(|_| getpgrp());
        if !has_received(signal, group) {
            // A subreaper that has just ended is not an error: SIGCHLD follows.
            let _ = signal.send_to(pidfd);
        }
    })
}
