//! `--init` from the outside: the tool stands in for a program that is not its child but the child of its child.
//!
//! Whoever started the tool knows the tool alone: sends it the signals that are meant for the program, stops it, has it
//! go on, sees how it ends. So the tool takes every signal and sends it on, stops when the program stops,
//! and ends as the program ends. KILL cannot be taken; the kernel kills init when the tool dies, unless `--kill-child`
//! names another signal, which init then sends on.

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::{SIGCHLD, SIGKILL};
use nix::unistd::Pid;
use nscore::cli::Diagnostics;
use nscore::hardening::{hide_environment, release_inherited};
use nscore::hint::{self, WithHint};
use nscore::sys::process::{self, ExitReason, WaitStatus};
use nscore::sys::signal::SignalSet;

use crate::fork::{Exposure, ParentDeathSignal, wait_for_release};
use crate::helper::kill_and_reap;
use crate::init::job_control::Job;
use crate::init::pid1::Init;
use crate::init::status_channel::{self, StatusReceiver};
use crate::init::terminal::{self, Terminal};
use crate::options::Options;
use crate::persist::NamespaceBinder;
use crate::sync_socket::SyncSocket;

/// Forks init, which runs `inside`, and stands in for the program until that has ended.
///
/// # Errors
/// That init cannot be made or a file cannot be bound; what fails inside is reported there.
pub(crate) fn run(
    options: &Options,
    diagnostics: &Diagnostics,
    binder: NamespaceBinder,
    inside: impl FnOnce(&Init) -> Result<ExitReason>,
) -> Result<ExitReason> {
    let mask = SignalSet::full().block().context("sigprocmask failed")?;
    let death_signal = ParentDeathSignal::new(options.kill_child.unwrap_or(SIGKILL))?;
    let mut sync = SyncSocket::new().context("socketpair failed")?;
    let (status, receiver) = status_channel::channel().context("socketpair failed")?;
    let terminal = Terminal::open();
    // A program that is to lead a session must not lead a process group before, and has no terminal.
    let at_terminal =
        !options.extensions.hardening.needs_fork() && terminal::is_sole_foreground_process();
    let init = Init {
        status,
        mask,
        at_terminal,
    };
    hide_environment();
    let first = || {
        // Moved in: the tool must not keep the end that status are told at.
        let init = init;
        let ready = wait_for_release(Some(&mut sync)).and_then(|()| death_signal.arm());
        diagnostics.finish(ready.and_then(|()| inside(&init)))
    };
    let init = process::spawn(first)
        .with_hint(hint::fork)
        .context("fork failed")?;
    if let Err(error) = Exposure::Hidden.prepare_to_wait(binder) {
        kill_and_reap(init);
        return Err(error);
    }
    // Whoever reads from the program or waits for its lock must see it let go, so this process must have done so before.
    let needed = [receiver.descriptor()].into_iter();
    let needed = needed.chain(terminal.descriptor());
    release_inherited(&needed.chain(sync.descriptors()).collect::<Vec<_>>());
    let ended = match sync.release(0).context("send failed") {
        Ok(()) => wait(init, receiver, terminal),
        Err(error) => {
            kill_and_reap(init);
            Err(error)
        }
    };
    // Values that own closed descriptors must not be dropped.
    process::exit(diagnostics.finish(ended))
}

/// Waits until the program has ended, or until init has without having started it.
fn wait(init: Pid, receiver: StatusReceiver, terminal: Terminal) -> Result<ExitReason> {
    match receiver.recv_pid().context("recvmsg failed")? {
        Some(program) => Monitor {
            init,
            receiver,
            job: Job::new(program, terminal),
        }
        .until_end(),
        None => process::wait(init).context("waitpid failed"),
    }
}

struct Monitor {
    init: Pid,
    receiver: StatusReceiver,
    job: Job,
}

impl Monitor {
    fn until_end(&self) -> Result<ExitReason> {
        let every = SignalSet::full();
        loop {
            let signal = match every.wait() {
                Err(Errno::EINTR) => continue,
                signal => signal.context("sigtimedwait failed")?,
            };
            if signal.number() == SIGCHLD {
                if let Some(ending) = self.handle_events()? {
                    return Ok(ending);
                }
            }
            if !signal.is_child_event() {
                self.job.forward(&signal);
            }
        }
    }

    /// Does what the status ask for; the program's ending, if it has ended and nothing of the namespace is left.
    fn handle_events(&self) -> Result<Option<ExitReason>> {
        // Asked first: what an init that has ended had to tell is there to be heard then.
        let mut gone = process::try_wait(self.init).context("waitpid failed")?;
        while let Some(change) = self.receiver.try_recv().context("recvmsg failed")? {
            match change {
                WaitStatus::Stopped(signal) => self.job.suspend(signal).context("cannot stop")?,
                WaitStatus::Ended(ending) => {
                    if gone.is_none() {
                        process::wait(self.init).context("waitpid failed")?;
                    }
                    gone = Some(ending);
                }
                WaitStatus::Continued => {}
            }
        }
        if gone.is_some() {
            self.job.reclaim_terminal();
        }
        Ok(gone)
    }
}
