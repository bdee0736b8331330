//! Waiting for the program where it runs as a child: in a pid namespace only a child is.
//!
//! A shell that started the tool sees the tool alone, so the tool is suspended when the program is, and resumes it when
//! it is resumed itself. That makes job control work.

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::{SIGCONT, SIGSTOP};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::{Pid, getpid};
use nscore::forward::forward_until;
use nscore::sys::process::{self, ExitReason, kill, reap_all, try_wait_or_stopped};
use nscore::sys::siginfo::SigInfo;
use nscore::sys::signal::SignalSet;

/// Waits for the end of `child`, stopping and going on with it.
///
/// # Errors
/// `waitpid failed`.
pub(super) fn wait_for_child(child: Pid) -> Result<ExitReason> {
    loop {
        match try_wait_or_stopped(child) {
            Ok(Some(ending)) => return Ok(ending),
            Ok(None) => stop_with(child)?,
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno).context("waitpid failed"),
        }
    }
}

/// Does the same, and hands each of these signals, which must be blocked, to `forward`.
///
/// # Errors
/// `waitpid failed`, `sigtimedwait failed`.
pub(super) fn wait_and_forward(
    child: Pid,
    signals: &SignalSet,
    forward: impl FnMut(&SigInfo),
) -> Result<ExitReason> {
    forward_until(signals, || reap(child), forward)
}

/// Reaps all children that have ended; stops if `child` was stopped. Returns how that has ended, if it has.
///
/// # Errors
/// `waitpid failed`, `kill failed`.
pub(super) fn reap(child: Pid) -> Result<Option<ExitReason>> {
    let last = reap_all(child).context("waitpid failed")?;
    match last.map(process::WaitStatus::from_raw) {
        Some(process::WaitStatus::Ended(ending)) => Ok(Some(ending)),
        Some(process::WaitStatus::Stopped(_)) => stop_with(child).map(|()| None),
        _ => Ok(None),
    }
}

/// Stops with the child, and continues it when this process is continued.
fn stop_with(child: Pid) -> Result<()> {
    // A key at the terminal stops both, and whoever continues the tool has the program continue as well.
    if !is_continued(child) {
        // It returns when somebody continues this process.
        kill(getpid(), SIGSTOP).context("kill failed")?;
        // A child that is gone by now is found by the next wait.
        let _ = kill(child, SIGCONT);
    }
    Ok(())
}

/// Returns whether the child, stopped a moment ago, has been continued by now, and perhaps has ended since.
fn is_continued(child: Pid) -> bool {
    let flags = WaitPidFlag::WCONTINUED | WaitPidFlag::WEXITED;
    let ask = flags | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    matches!(
        waitid(Id::Pid(child), ask),
        Ok(WaitStatus::Continued(_) | WaitStatus::Exited(..) | WaitStatus::Signaled(..))
    )
}
