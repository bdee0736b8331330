//! Waiting for the program where it runs as a child: in a pid namespace only a child is.
//!
//! A shell that started the tool sees the tool alone, so the tool is suspended when the program is, and resumes it when
//! it is resumed itself. That makes job control work.

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::{SIGCONT, SIGSTOP};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::{Pid, getpid};
use nscore::sys::process::{ExitReason, kill, try_wait_or_stopped};

/// Waits for the end of `child`, stopping and going on with it.
///
/// # Errors
/// `waitpid failed`.
pub(crate) fn wait_for_child(child: Pid) -> Result<ExitReason> {
    loop {
        match try_wait_or_stopped(child) {
            Ok(Some(ending)) => return Ok(ending),
            // A key at the terminal stops both, and whoever continues the tool has the program go on as well.
            Ok(None) if is_continued(child) => {}
            Ok(None) => {
                // It returns when somebody continues this process.
                kill(getpid(), SIGSTOP).context("kill failed")?;
                // A child that is gone by now is found by the next wait.
                let _ = kill(child, SIGCONT);
            }
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno).context("waitpid failed"),
        }
    }
}

/// Whether the child, stopped a moment ago, has been continued by now, and perhaps has ended since.
fn is_continued(child: Pid) -> bool {
    let flags = WaitPidFlag::WCONTINUED | WaitPidFlag::WEXITED;
    let ask = flags | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    matches!(
        waitid(Id::Pid(child), ask),
        Ok(WaitStatus::Continued(_) | WaitStatus::Exited(..) | WaitStatus::Signaled(..))
    )
}
