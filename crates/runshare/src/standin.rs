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
use nscore::hint::{self, Explain};
use nscore::sys::file::close_all_but;
use nscore::sys::process::{self, Change, Ending};
use nscore::sys::signal::SignalSet;

use crate::child::{Tie, await_turn, let_child_in};
use crate::gate::Gate;
use crate::helper::end;
use crate::init::Init;
use crate::job::Job;
use crate::news::{self, Listener};
use crate::options::Options;
use crate::persist::Keeper;
use crate::terminal::{self, Terminal};

/// Forks init, which runs `inside`, and stands in for the program until that has ended.
///
/// # Errors
/// That init cannot be made or a file cannot be bound; what fails inside is reported there.
pub(crate) fn run(
    options: &Options,
    diagnostics: &Diagnostics,
    keeper: Keeper,
    inside: impl FnOnce(&Init) -> Result<Ending>,
) -> Result<Ending> {
    let mask = SignalSet::every().block().context("sigprocmask failed")?;
    let tie = Tie::to_this_process(options.kill_child.unwrap_or(SIGKILL))?;
    let gate = keeper.has_work().then(Gate::new).transpose();
    let mut gate = gate.context("socketpair failed")?;
    let (news, listener) = news::channel().context("socketpair failed")?;
    let terminal = Terminal::open();
    // A program that is to lead a session must not lead a process group before, and has no terminal.
    let at_terminal = !options.beyond.confinement.takes_child() && terminal::is_ours_alone();
    let init = Init {
        news,
        mask,
        at_terminal,
    };
    let first = || {
        // Moved in: the tool must not keep the end that news are told at.
        let init = init;
        let ready = await_turn(gate.as_mut()).and_then(|()| tie.fasten());
        diagnostics.conclude(ready.and_then(|()| inside(&init)))
    };
    let init = process::spawn(first)
        .explain(hint::fork)
        .context("fork failed")?;
    if let Err(error) = let_child_in(init, keeper, gate, None) {
        end(init);
        return Err(error);
    }
    match listener.hear_hello().context("recvmsg failed")? {
        Some(program) => {
            let job = Job::new(program, terminal);
            let stand_in = StandIn {
                init,
                listener,
                job,
            };
            stand_in.let_go();
            // Values that own closed descriptors must not be dropped.
            process::exit(diagnostics.conclude(stand_in.until_end()))
        }
        None => process::wait(init).context("waitpid failed"),
    }
}

struct StandIn {
    init: Pid,
    listener: Listener,
    job: Job,
}

impl StandIn {
    /// Lets go of what the program has inherited: whoever reads from it or waits for its lock must see it let go.
    /// Nothing is left to say.
    fn let_go(&self) {
        let kept = self.job.descriptors().chain([self.listener.descriptor()]);
        // Before Linux 5.9 they stay open, as they do without an init.
        let _ = close_all_but(&kept.collect::<Vec<_>>());
    }

    fn until_end(&self) -> Result<Ending> {
        let every = SignalSet::every();
        loop {
            let signal = match every.wait() {
                Err(Errno::EINTR) => continue,
                signal => signal.context("sigtimedwait failed")?,
            };
            if signal.number() == SIGCHLD {
                if let Some(ending) = self.catch_up()? {
                    return Ok(ending);
                }
            }
            if !signal.tells_news() {
                self.job.pass_on(&signal);
            }
        }
    }

    /// Does what the news ask for; the program's ending, if it has ended and nothing of the namespace is left.
    fn catch_up(&self) -> Result<Option<Ending>> {
        // Asked first: what an init that has ended had to tell is there to be heard then.
        let mut gone = process::ended(self.init).context("waitpid failed")?;
        while let Some(change) = self.listener.hear().context("recvmsg failed")? {
            match change {
                Change::Stopped(signal) => self.job.stop(signal).context("cannot stop")?,
                Change::Ended(ending) => {
                    if gone.is_none() {
                        process::wait(self.init).context("waitpid failed")?;
                    }
                    gone = Some(ending);
                }
                Change::Continued => {}
            }
        }
        if gone.is_some() {
            self.job.take_terminal_back();
        }
        Ok(gone)
    }
}
