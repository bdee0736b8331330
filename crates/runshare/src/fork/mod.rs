//! `--fork`: the program runs as a child, and the tool waits for it, stands in for it towards signals, and ends as it
//! ends.

pub(crate) mod watchdog;

use std::os::fd::{OwnedFd, RawFd};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::{SIGINT, SIGTERM, c_int};
use nix::unistd::{Pid, getpid};
use nscore::cli::{AlreadyReported, Diagnostics};
use nscore::forward::Forwarding;
use nscore::hardening::{hide_environment, make_undumpable, release_inherited};
use nscore::hint::{self, WithHint};
use nscore::sys::process::{
    self, ExitReason, forbid_core_file, has_ended, pidfd_open, set_parent_death_signal,
};
use nscore::sys::signal::{SignalSet, die_by};

use crate::fork::watchdog::Watchdog;
use crate::helper::kill_and_reap;
use crate::options::Options;
use crate::persist::NamespaceBinder;
use crate::sync_socket::SyncSocket;

/// The child's tie to its parent: `--kill-child`.
pub(crate) struct ParentDeathSignal {
    signal: c_int,
    parent: OwnedFd,
}

impl ParentDeathSignal {
    /// Ties the child that is forked next to this process.
    ///
    /// # Errors
    /// `pidfd_open failed`.
    pub(crate) fn new(signal: c_int) -> Result<ParentDeathSignal> {
        let parent = pidfd_open(getpid()).context("pidfd_open failed")?;
        Ok(ParentDeathSignal { signal, parent })
    }

    /// Asks the kernel for the signal at the parent's death, and looks whether that has happened already. To be
    /// called again after every change of credentials, because the kernel forgets it then.
    ///
    /// # Errors
    /// `prctl failed`, `poll parent pidfd failed`.
    pub(crate) fn arm(&self) -> Result<()> {
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
    binder: NamespaceBinder,
    mut watchdog: Option<Watchdog>,
    inside: impl FnOnce(Option<&ParentDeathSignal>) -> Result<ExitReason>,
) -> Result<ExitReason> {
    let waiting = ChildWaiter::new(options).context("sigprocmask failed")?;
    let death_signal = options.kill_child.map(ParentDeathSignal::new).transpose()?;
    let exposure = Exposure::new(options);
    let needs_sync = binder.is_needed() || exposure != Exposure::Original;
    let mut sync = match watchdog.as_mut().and_then(Watchdog::child_sync) {
        None if needs_sync => Some(SyncSocket::new().context("socketpair failed")?),
        watched => watched,
    };
    if exposure == Exposure::Hidden {
        hide_environment();
    }
    let program = || {
        if let Some(watchdog) = &mut watchdog {
            watchdog.close_in_child();
        }
        let ready = waiting.prepare_child(sync.as_mut());
        let ready =
            ready.and_then(|()| death_signal.as_ref().map_or(Ok(()), ParentDeathSignal::arm));
        diagnostics.finish(ready.and_then(|()| inside(death_signal.as_ref())))
    };
    let child = process::spawn(program)
        .with_hint(hint::fork)
        .context("fork failed")?;
    let prepared = exposure.prepare_to_wait(binder);
    let let_in = prepared.and_then(|()| release_child(child, exposure, sync, watchdog.as_mut()));
    if let Err(error) = let_in {
        // It still waits at its socket, and nobody is to release it.
        kill_and_reap(child);
        drop(watchdog);
        return exposure.conclude(diagnostics, Err(error));
    }
    let ended = waiting.wait(child);
    drop(watchdog);
    exposure.conclude(diagnostics, ended)
}

/// What the program can see of the tool while that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// All that the original shows: scripts read /proc/PID/ns of the tool, and enter it with nsenter(1).
    Original,
    /// That, but nothing that the tool has inherited: neither its working directory nor its descriptors.
    Released,
    /// Nothing.
    Hidden,
}

impl Exposure {
    /// What these options ask for. A tool that waits for an init or for a session is hidden. One that waits for a program
    /// whose root was exchanged, or which got no descriptors, must not be a way to what the program does not have.
    pub(crate) fn new(options: &Options) -> Exposure {
        if options.init || options.extensions.hardening.needs_fork() {
            Exposure::Hidden
        } else if options.extensions.pivot_root || options.extensions.hardening.closes_descriptors()
        {
            Exposure::Released
        } else {
            Exposure::Original
        }
    }

    /// In the process that waits: binds what is to be persistent, for which it must be dumpable, and then becomes what
    /// the program may see.
    ///
    /// # Errors
    /// As [`NamespaceBinder::bind`]; `prctl failed`.
    pub(crate) fn prepare_to_wait(self, binder: NamespaceBinder) -> Result<()> {
        binder.bind()?;
        if self == Exposure::Hidden {
            make_undumpable().context("prctl failed")?;
        }
        // What costs nothing but the core file is not worth an error.
        let _ = forbid_core_file();
        Ok(())
    }

    /// Gives up what was inherited, but these descriptors.
    pub(crate) fn release(self, kept: impl Iterator<Item = RawFd>) {
        if self != Exposure::Original {
            release_inherited(&kept.collect::<Vec<_>>());
        }
    }

    /// Ends the tool at once if descriptors were closed whose owners must not be dropped.
    fn conclude(self, diagnostics: &Diagnostics, ended: Result<ExitReason>) -> Result<ExitReason> {
        match self {
            Exposure::Original => ended,
            Exposure::Released | Exposure::Hidden => process::exit(diagnostics.finish(ended)),
        }
    }
}

/// Gives up what the program is not to reach, and releases the child, by the watchdog if there is one.
///
/// # Errors
/// That the child or the watchdog is gone.
fn release_child(
    child: Pid,
    exposure: Exposure,
    sync: Option<SyncSocket>,
    watchdog: Option<&mut Watchdog>,
) -> Result<()> {
    match (watchdog, sync) {
        (Some(watchdog), sync) => {
            // This process has no part in it: if the watchdog ends, the child must learn that nobody is left.
            drop(sync);
            exposure.release(watchdog.descriptors());
            watchdog.watch_child(child)
        }
        (None, Some(sync)) => {
            exposure.release(sync.descriptors());
            sync.release(0).context("send failed")
        }
        (None, None) => Ok(()),
    }
}

/// In the child: waits until the parent has put everything in place.
///
/// # Errors
/// [`AlreadyReported`] if it could not.
pub(crate) fn wait_for_release(sync: Option<&mut SyncSocket>) -> Result<()> {
    let turn = sync.map_or(Ok(Some(0)), SyncSocket::wait);
    match turn.context("recv failed")? {
        Some(_) => Ok(()),
        // Whoever should have released it has told why not.
        None => Err(AlreadyReported(1).into()),
    }
}

/// How the parent waits. What stops a job in the terminal reaches the child too, so the parent must not die of it
/// before the child has; with `--forward-signals` it hands on what it alone was sent, and with `--new-session`, where
/// the child is no part of the job, all that the job was sent.
struct ChildWaiter {
    mask_before: SignalSet,
    forwarding: Option<Forwarding>,
}

impl ChildWaiter {
    /// Blocks the signals; before the fork, so that none is lost.
    fn new(options: &Options) -> Result<ChildWaiter, Errno> {
        let forwarding = match options.extensions.hardening.needs_fork() {
            true => Some(Forwarding::to_session()),
            false => options.forward_signals.then(Forwarding::to_child),
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

    /// In the child: the caller's mask, and its turn.
    fn prepare_child(&self, sync: Option<&mut SyncSocket>) -> Result<()> {
        self.mask_before.restore().context("sigprocmask failed")?;
        wait_for_release(sync)
    }

    fn wait(&self, child: Pid) -> Result<ExitReason> {
        let ended = match &self.forwarding {
            None => process::wait(child),
            Some(forwarding) => forwarding.until_end(child),
        };
        ended.context("waitpid failed")
    }
}
