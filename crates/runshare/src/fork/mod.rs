//! `--fork`: the program runs as a child; the tool waits for it, handles signals for it, and ends as it ended.

mod exposure;
mod held;
mod watchdog;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::{SIGINT, SIGTERM};
use nix::unistd::Pid;
use nscore::cli::Diagnostics;
use nscore::forward::Forwarding;
use nscore::hardening::{WaitOnly, hide_environment};
use nscore::hint::{self, WithHint};
use nscore::pdeathsig::ParentDeathSignal;
use nscore::sys::process::{self, ExitReason};
use nscore::sys::signal::SignalSet;

use crate::helper_process::kill_and_reap;
use crate::options::Options;
use crate::persist::NamespaceBinder;
use crate::sync_socket::{SyncSocket, wait_for_release};

pub(crate) use exposure::{Exposure, finish};
pub(crate) use held::Held;
pub(crate) use watchdog::Watchdog;

/// Forks; runs `inside` in the child once the parent is ready, waits for it, and returns how it ended.
///
/// # Errors
/// That the child cannot be created or a namespace cannot be bound; the child reports its own errors.
pub(crate) fn run(
    options: &Options,
    diagnostics: &Diagnostics,
    binder: NamespaceBinder,
    held: &Held,
    mut watchdog: Option<Watchdog>,
    inside: impl FnOnce(Option<&ParentDeathSignal>) -> Result<ExitReason>,
) -> Result<ExitReason> {
    let waiter = ChildWaiter::new(options).context("sigprocmask failed")?;
    let death_signal = match options.death_signal() {
        Some(signal) => Some(ParentDeathSignal::new(signal)?),
        None => None,
    };
    let exposure = Exposure::new(options);
    let needs_sync = binder.is_needed() || exposure != Exposure::Original;
    let mut sync = match watchdog.as_mut().and_then(Watchdog::take_child_sync) {
        None if needs_sync => Some(SyncSocket::new().context("socketpair failed")?),
        sync => sync,
    };
    if exposure == Exposure::Hidden {
        hide_environment();
    }
    let program = || {
        if let Some(watchdog) = &mut watchdog {
            watchdog.close_in_child();
        }
        let ready = waiter.prepare_child(sync.as_mut(), death_signal.as_ref());
        diagnostics.finish(ready.and_then(|()| inside(death_signal.as_ref())))
    };
    let child = process::spawn(program)
        .with_hint(hint::explain_fork)
        .context("fork failed")?;
    let (wait_only, released) = match exposure.prepare_to_wait(binder) {
        Ok(()) => release_child(child, exposure, held, sync, watchdog.as_mut()),
        failed => (None, failed),
    };
    let result = match released {
        Ok(()) => waiter.wait(child),
        Err(error) => {
            // It still waits at its socket, and nothing will release it.
            kill_and_reap(child);
            Err(error)
        }
    };
    drop(watchdog);
    held.undo(diagnostics);
    finish(wait_only, diagnostics, result)
}

/// Gives up what the program must not reach, and releases the child, through the watchdog if there is one; fails if
/// either has ended.
fn release_child(
    child: Pid,
    exposure: Exposure,
    held: &Held,
    sync: Option<SyncSocket>,
    watchdog: Option<&mut Watchdog>,
) -> (Option<WaitOnly>, Result<()>) {
    match (watchdog, sync) {
        (Some(watchdog), sync) => {
            // If the watchdog ends, the child must see that no process is left that could release it.
            drop(sync);
            let needed = watchdog.descriptors().chain(held.descriptors());
            let wait_only = exposure.release(needed);
            (wait_only, watchdog.watch_child(child))
        }
        (None, Some(sync)) => {
            let wait_only = exposure.release(sync.descriptors().chain(held.descriptors()));
            (wait_only, sync.release(0).context("send failed"))
        }
        (None, None) => (None, Ok(())),
    }
}

/// How the parent waits. Ctrl-C in a terminal reaches the child too, so the parent must not die by it before the child
/// has. With `--forward-signals` it forwards INT and TERM, and with `--new-session`, where the child is not part of the
/// terminal's job, every signal that the terminal sends to the job. If something must be undone at the end, it forwards
/// every signal that would end it before that.
struct ChildWaiter {
    mask_before: SignalSet,
    forwarding: Option<Forwarding>,
}

impl ChildWaiter {
    /// Blocks the signals before the fork, so that none is lost.
    fn new(options: &Options) -> Result<ChildWaiter, Errno> {
        let forwarding = if options.extensions.hardening.needs_fork() {
            Some(Forwarding::to_session())
        } else if options.forward_signals {
            Some(Forwarding::to_child())
        } else if options.needs_waiter() {
            Some(Forwarding::to_job_member())
        } else {
            None
        };
        let mask_before = match &forwarding {
            Some(forwarding) => forwarding.signals().block()?,
            None => SignalSet::new(&[SIGINT, SIGTERM]).block()?,
        };
        Ok(ChildWaiter {
            mask_before,
            forwarding,
        })
    }

    /// Restores, in the child, the caller's mask, waits until the parent is ready, and arms the signal.
    fn prepare_child(
        &self,
        sync: Option<&mut SyncSocket>,
        death_signal: Option<&ParentDeathSignal>,
    ) -> Result<()> {
        self.mask_before.restore().context("sigprocmask failed")?;
        if let Some(sync) = sync {
            wait_for_release(sync)?;
        }
        match death_signal {
            Some(death_signal) => death_signal.arm(),
            None => Ok(()),
        }
    }

    fn wait(&self, child: Pid) -> Result<ExitReason> {
        match &self.forwarding {
            Some(forwarding) => forwarding.wait_for(child),
            None => process::wait(child).context("waitpid failed"),
        }
    }
}
