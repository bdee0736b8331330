//! The monitor, which is the tool outside of the new PID namespace: it waits for a program that is not its child but
//! the child of its child.
//!
//! Whoever started the tool knows only the tool: sends it the signals that are meant for the program, stops it,
//! continues it, sees how it ends. So the monitor forwards every signal, stops when the program stops, and ends as the
//! program ended. KILL cannot be caught; the kernel kills init when the tool dies, unless `--kill-child` names another
//! signal, which init then forwards.

use std::os::fd::{AsFd, AsRawFd};

use anyhow::{Context, Result};
use nix::libc::SIGKILL;
use nix::unistd::Pid;
use nscore::cli::Diagnostics;
use nscore::forward::forward_until;
use nscore::hardening::{hide_environment, release_inherited};
use nscore::hint::{self, WithHint};
use nscore::pdeathsig::ParentDeathSignal;
use nscore::procfs::HeldProc;
use nscore::sys::process::{self, ExitReason, WaitStatus};
use nscore::sys::signal::SignalSet;

use crate::fork::{Exposure, Held};
use crate::helper_process::kill_and_reap;
use crate::init::job_control::Job;
use crate::init::pid1::Init;
use crate::init::status_channel::{self, StatusReceiver};
use crate::init::terminal::{self, Terminal};
use crate::options::Options;
use crate::persist::NamespaceBinder;
use crate::sync_socket::{SyncSocket, wait_for_release};

/// Forks init, which runs `inside`, and monitors the program until it has ended.
///
/// # Errors
/// That init cannot be created or a namespace cannot be bound; the child reports its own errors.
pub(crate) fn run(
    options: &Options,
    diagnostics: &Diagnostics,
    binder: NamespaceBinder,
    held: &Held,
    inside: impl FnOnce(&Init) -> Result<ExitReason>,
) -> Result<ExitReason> {
    let mask = SignalSet::full().block().context("sigprocmask failed")?;
    let death_signal = ParentDeathSignal::new(options.kill_child.unwrap_or(SIGKILL))?;
    let mut sync = SyncSocket::new().context("socketpair failed")?;
    let (status, receiver) = status_channel::channel().context("socketpair failed")?;
    let terminal = Terminal::open();
    // With --new-session the program must not lead a process group before, and has no controlling terminal.
    let at_terminal =
        !options.extensions.hardening.needs_fork() && terminal::is_sole_foreground_process();
    let init = Init {
        status,
        mask,
        at_terminal,
    };
    hide_environment();
    let child = || {
        // Moved, because the tool must not hold the sending end of the status channel.
        let init = init;
        let ready = wait_for_release(&mut sync).and_then(|()| death_signal.arm());
        diagnostics.finish(ready.and_then(|()| inside(&init)))
    };
    let init_pid = process::spawn(child)
        .with_hint(hint::explain_fork)
        .context("fork failed")?;
    if let Err(error) = Exposure::Hidden.prepare_to_wait(binder) {
        kill_and_reap(init_pid);
        held.undo(diagnostics);
        return Err(error);
    }
    // A reader of the program's output or a process that waits for its lock must see that the program closed it, so
    // the monitor closes its copies first.
    // The program waits for its release: nothing is mounted on /proc yet that may keep the monitor waiting.
    let proc = HeldProc::open();
    let mut needed = vec![receiver.descriptor()];
    needed.extend(proc.as_ref().map(|proc| proc.as_fd().as_raw_fd()));
    needed.extend(terminal.descriptor());
    needed.extend(sync.descriptors());
    needed.extend(held.descriptors());
    let wait_only = release_inherited(&needed);
    let result = match sync.release(0).context("send failed") {
        Ok(()) => wait(init_pid, receiver, proc, terminal),
        Err(error) => {
            kill_and_reap(init_pid);
            Err(error)
        }
    };
    held.undo(diagnostics);
    wait_only.exit(diagnostics.finish(result))
}

/// Waits until the program has ended, or until init has ended without having started it.
fn wait(
    init: Pid,
    receiver: StatusReceiver,
    proc: Option<HeldProc>,
    terminal: Terminal,
) -> Result<ExitReason> {
    match receiver.recv_pid().context("recvmsg failed")? {
        Some(program) => {
            let job = Job::new(program, proc, terminal);
            Monitor {
                init,
                receiver,
                job,
            }
            .event_loop()
        }
        None => process::wait(init).context("waitpid failed"),
    }
}

struct Monitor {
    init: Pid,
    receiver: StatusReceiver,
    job: Job,
}

impl Monitor {
    fn event_loop(&self) -> Result<ExitReason> {
        forward_until(
            &SignalSet::full(),
            || self.handle_status(),
            |signal| self.job.forward(signal),
        )
    }

    /// Handles each status that init has sent; returns how the program ended if it has, and the namespace with it.
    fn handle_status(&self) -> Result<Option<ExitReason>> {
        // Init is waited for first: if it has ended, everything that it sent can be received.
        let mut ended = process::try_wait(self.init).context("waitpid failed")?;
        while let Some(status) = self.receiver.try_recv().context("recvmsg failed")? {
            match status {
                WaitStatus::Stopped(signal) => self.job.suspend(signal).context("cannot stop")?,
                WaitStatus::Ended(reason) => {
                    if ended.is_none() {
                        process::wait(self.init).context("waitpid failed")?;
                    }
                    ended = Some(reason);
                }
                WaitStatus::Continued => {}
            }
        }
        if ended.is_some() {
            self.job.reclaim_terminal();
        }
        Ok(ended)
    }
}
