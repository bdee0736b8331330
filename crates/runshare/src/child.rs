//! `--fork`: the program runs as a child, and the tool waits for it, stands in for it towards signals, and ends as it
//! ends.

use std::os::fd::OwnedFd;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::{SIGINT, SIGTERM, c_int};
use nix::unistd::{Pid, getpid};
use nscore::cli::{Diagnostics, Reported};
use nscore::forward::Forwarding;
use nscore::hint::{self, Explain};
use nscore::sys::process::{self, Ending, has_ended, pidfd_open, set_parent_death_signal};
use nscore::sys::signal::{SignalSet, die_by};

use crate::gate::Gate;
use crate::helper::end;
use crate::options::Options;
use crate::persist::Keeper;
use crate::watcher::Watcher;

/// The child's tie to its parent: `--kill-child`.
pub(crate) struct Tie {
    signal: c_int,
    parent: OwnedFd,
}

impl Tie {
    /// Ties the child that is forked next to this process.
    ///
    /// # Errors
    /// `pidfd_open failed`.
    pub(crate) fn to_this_process(signal: c_int) -> Result<Tie> {
        let parent = pidfd_open(getpid()).context("pidfd_open failed")?;
        Ok(Tie { signal, parent })
    }

    /// Asks the kernel for the signal at the parent's death, and looks whether that has happened already. To be
    /// called again after every change of credentials, because the kernel forgets it then.
    ///
    /// # Errors
    /// `prctl failed`, `poll parent pidfd failed`.
    pub(crate) fn fasten(&self) -> Result<()> {
        set_parent_death_signal(self.signal).context("prctl failed")?;
        if has_ended(&self.parent).context("poll parent pidfd failed")? {
            // PID 1 is spared by what would end any other process: it ends by itself then.
            process::exit(die_by(self.signal));
        }
        Ok(())
    }
}

/// Forks; runs `inside` in the child once everything is in place, waits for it, and says how it ended.
///
/// # Errors
/// That the child cannot be made or a file cannot be bound; what fails in the child is reported there.
pub(crate) fn run(
    options: &Options,
    diagnostics: &Diagnostics,
    keeper: Keeper,
    mut watcher: Option<Watcher>,
    inside: impl FnOnce(Option<&Tie>) -> Result<Ending>,
) -> Result<Ending> {
    let waiting = Waiting::new(options).context("sigprocmask failed")?;
    let tie = options.kill_child.map(Tie::to_this_process).transpose()?;
    let mut gate = match watcher.as_mut().and_then(Watcher::child_gate) {
        None if keeper.has_work() => Some(Gate::new().context("socketpair failed")?),
        watched => watched,
    };
    let program = || {
        let ready = waiting.let_child_go(gate.as_mut());
        let ready = ready.and_then(|()| tie.as_ref().map_or(Ok(()), Tie::fasten));
        diagnostics.conclude(ready.and_then(|()| inside(tie.as_ref())))
    };
    let child = process::spawn(program)
        .explain(hint::fork)
        .context("fork failed")?;
    if let Err(error) = let_child_in(child, keeper, gate, watcher.as_mut()) {
        // It stands at its gate still, and nobody is to open it.
        end(child);
        return Err(error);
    }
    waiting.for_child(child)
}

/// Has everything put in place that the child waits for, and opens its gate, by the watcher if there is one.
///
/// # Errors
/// That a file cannot be bound; that the child or the watcher is gone.
pub(crate) fn let_child_in(
    child: Pid,
    keeper: Keeper,
    gate: Option<Gate>,
    watcher: Option<&mut Watcher>,
) -> Result<()> {
    keeper.keep()?;
    match (watcher, gate) {
        (Some(watcher), gate) => {
            // This process has no part in it: if the watcher ends, the child must learn that nobody is left.
            drop(gate);
            watcher.start(child)
        }
        (None, Some(gate)) => gate.open(0).context("send failed"),
        (None, None) => Ok(()),
    }
}

/// In the child: waits until the parent has put everything in place.
///
/// # Errors
/// [`Reported`] if it could not.
pub(crate) fn await_turn(gate: Option<&mut Gate>) -> Result<()> {
    let turn = gate.map_or(Ok(Some(0)), Gate::wait);
    match turn.context("recv failed")? {
        Some(_) => Ok(()),
        // Whoever should have opened the gate has told why not.
        None => Err(Reported(1).into()),
    }
}

/// How the parent waits. What stops a job in the terminal reaches the child too, so the parent must not die of it
/// before the child has; with `--forward-signals` it hands on what it alone was sent, and with `--new-session`, where
/// the child is no part of the job, all that the job was sent.
struct Waiting {
    mask_before: SignalSet,
    forwarding: Option<Forwarding>,
}

impl Waiting {
    /// Blocks the signals; before the fork, so that none is lost.
    fn new(options: &Options) -> Result<Waiting, Errno> {
        let forwarding = match options.beyond.confinement.takes_child() {
            true => Some(Forwarding::to_session()),
            false => options.forward_signals.then(Forwarding::to_child),
        };
        let mask_before = match &forwarding {
            Some(forwarding) => forwarding.signals().block()?,
            None => SignalSet::of(&[SIGINT, SIGTERM]).block()?,
        };
        Ok(Waiting {
            mask_before,
            forwarding,
        })
    }

    /// In the child: the caller's mask, and its turn.
    fn let_child_go(&self, gate: Option<&mut Gate>) -> Result<()> {
        self.mask_before.restore().context("sigprocmask failed")?;
        await_turn(gate)
    }

    fn for_child(&self, child: Pid) -> Result<Ending> {
        let ended = match &self.forwarding {
            None => process::wait(child),
            Some(forwarding) => forwarding.until_end(child),
        };
        ended.context("waitpid failed")
    }
}
