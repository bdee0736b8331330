//! How the program runs: in this process, as a child, as the leader of a session, or below a subreaper of ours.

mod descendants;
mod monitor;
mod subreaper;
mod wait;

use anyhow::{Context, Result, bail};
use nix::libc::{SIGCHLD, SIGKILL, c_int};
use nscore::cli::{Diagnostics, sentence};
use nscore::forward::{Forwarding, run_in_session};
use nscore::hardening::{erase_environment, leave_directory};
use nscore::hint::{self, WithHint};
use nscore::pdeathsig::ParentDeathSignal;
use nscore::sys::process::{ExitReason, spawn};
use nscore::sys::signal::set_default;

use descendants::OuterProc;

/// What the command line says about it.
#[derive(Debug, Default)]
pub(crate) struct ForkOptions {
    pub(crate) no_fork: bool,
    /// `--kill-child`: the signal that the program receives when the tool dies.
    pub(crate) kill_child: Option<c_int>,
    pub(crate) forward_signals: bool,
    pub(crate) init: bool,
}

impl ForkOptions {
    /// Sets the signal of `--kill-child`, which is KILL by default.
    pub(crate) fn set_kill_child(&mut self, signal: Option<c_int>) {
        self.kill_child = Some(signal.unwrap_or(SIGKILL));
    }

    /// Checks that nothing besides `--no-fork` requires a child.
    ///
    /// # Errors
    /// `options --no-fork and … cannot be combined`.
    pub(crate) fn check(&self, new_session: bool) -> Result<()> {
        let requiring = [
            ("new-session", new_session),
            ("kill-child", self.kill_child.is_some()),
            ("forward-signals", self.forward_signals),
            ("init", self.init),
        ];
        match requiring.into_iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) if self.no_fork => {
                bail!(sentence(
                    "options %s%s and %s%s cannot be combined",
                    &[&"--", &"no-fork", &"--", &option]
                ))
            }
            _ => Ok(()),
        }
    }
}

/// The way that was chosen, and what it needs of the world outside.
pub(crate) enum ForkMode {
    /// This process becomes the program.
    None,
    /// A child does, and this process waits.
    Child { forwards: bool },
    /// A child does, as the leader of a session.
    Session,
    /// A child of a subreaper does.
    Init(OuterProc),
}

impl ForkMode {
    /// Chooses. To be called before anything is entered; `for_pid` says whether a PID namespace will be, which only a
    /// child is in.
    ///
    /// # Errors
    /// `cannot open /proc`, for `--init`.
    pub(crate) fn prepare(
        options: &ForkOptions,
        new_session: bool,
        for_pid: bool,
    ) -> Result<ForkMode> {
        if options.init {
            return OuterProc::open().map(ForkMode::Init);
        }
        if new_session {
            return Ok(ForkMode::Session);
        }
        let needs_child = options.kill_child.is_some() || options.forward_signals;
        Ok(match needs_child || (for_pid && !options.no_fork) {
            true => ForkMode::Child {
                forwards: options.forward_signals,
            },
            false => ForkMode::None,
        })
    }

    /// Runs the program so; `become_program` is called in the process that becomes it, with the signal to arm there
    /// just before. `release` is called in the tool once it has nothing to do but to wait.
    ///
    /// # Errors
    /// That no process can be made; the child reports its own errors.
    pub(crate) fn run(
        self,
        options: &ForkOptions,
        diagnostics: &Diagnostics,
        become_program: impl FnOnce(Option<&ParentDeathSignal>) -> Result<ExitReason>,
        release: impl FnOnce(),
    ) -> Result<ExitReason> {
        let death_signal = match options.kill_child {
            Some(signal) => Some(ParentDeathSignal::new(signal)?),
            None => None,
        };
        let death_signal = death_signal.as_ref();
        match self {
            ForkMode::None => become_program(None),
            ForkMode::Session => run_in_session(
                || diagnostics.finish(become_program(death_signal)),
                |ended| diagnostics.finish(ended),
            ),
            ForkMode::Child { forwards } => {
                let program = || become_program(death_signal);
                run_child(forwards, diagnostics, program, release)
            }
            ForkMode::Init(proc) => monitor::run(options, diagnostics, proc, become_program),
        }
    }
}

fn run_child(
    forwards: bool,
    diagnostics: &Diagnostics,
    become_program: impl FnOnce() -> Result<ExitReason>,
    release: impl FnOnce(),
) -> Result<ExitReason> {
    // A caller that ignores SIGCHLD would leave nothing to wait for.
    set_default(SIGCHLD).context("sigaction failed")?;
    let forwarding = forwards.then(Forwarding::to_child);
    let mask_before = match &forwarding {
        Some(forwarding) => Some(forwarding.signals().block().context("sigprocmask failed")?),
        None => None,
    };
    let program = || {
        if let Some(mask) = &mask_before {
            // Restoring a mask that was valid cannot fail.
            let _ = mask.restore();
        }
        diagnostics.finish(become_program())
    };
    let child = spawn(program)
        .with_hint(hint::explain_fork)
        .context("fork failed")?;
    release();
    // That `/` may not be entered is no reason to leave the program alone.
    let _ = leave_directory();
    erase_environment();
    match forwarding {
        Some(forwarding) => wait::wait_and_forward(child, forwarding.signals(), |signal| {
            forwarding.forward(signal.number(), child);
        }),
        None => wait::wait_for_child(child),
    }
}
