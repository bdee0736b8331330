//! What keeps a program from reaching the caller through what namespaces leave alone.
//!
//! [`Hardening`] is what the options `--close-fds`, `--no-new-privs` and `--new-session` take from the program:
//! descriptors lead out of every namespace, set-user-ID programs give rights back, and a process of the caller's
//! session can type into its terminal and use its keys.
//!
//! The rest is for a process of ours that stays beside the program: it has the caller's memory, environment, working
//! directory and descriptors, and /proc shows them to whoever may trace it, `ptrace(2)`. A process that is not dumpable
//! may be traced only with CAP_SYS_PTRACE in the user namespace in which its executable was started, which no program
//! in a new user namespace has. Where program and tool share the user namespace, that capability may be there, so what
//! is not needed is given up as well.
//!
//! The order: the maps of a user namespace and the time offsets are written first, because the kernel gives the files
//! in /proc of a process that is not dumpable to root. Then comes [`hide_environment`], the process is made, and before
//! the program is released the process that waits calls [`release_inherited`]. `setns(2)` into a user namespace and
//! `setuid(2)` make a process dumpable as /proc/sys/fs/suid_dumpable has it: call [`make_undumpable`] again after them.

use std::os::fd::RawFd;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::sys::prctl::set_no_new_privs;
use nix::unistd::{chdir, setsid};

use crate::language;
use crate::message::{Message, sentence};
use crate::sys::close_range::cloexec_above_stdio;
use crate::sys::environment::erase;
use crate::sys::keyring;

pub use crate::sys::close_range::WaitOnly;
pub use crate::sys::environment::hide as hide_environment;
pub use crate::sys::process::make_undumpable;

/// Makes this process undumpable, as [`make_undumpable`] does.
///
/// # Errors
/// `prctl failed`.
pub fn hide_process() -> Result<()> {
    make_undumpable().context("prctl failed")
}

/// An option of this module; a program that has it maps it to [`Hardening::set`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HardeningOption {
    /// `--close-fds`.
    CloseFds,
    /// `--no-new-privs`.
    NoNewPrivs,
    /// `--new-session`.
    NewSession,
}

/// What the program is not to get from its caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hardening {
    close_descriptors: bool,
    no_new_privileges: bool,
    new_session: bool,
}

impl Hardening {
    /// Turns on what the option asks for.
    pub fn set(&mut self, option: HardeningOption) {
        match option {
            HardeningOption::CloseFds => self.close_descriptors = true,
            HardeningOption::NoNewPrivs => self.no_new_privileges = true,
            HardeningOption::NewSession => self.new_session = true,
        }
    }

    /// Returns whether the program is to lead a session, which requires a child: the first process of a job cannot
    /// leave its session.
    pub fn needs_fork(self) -> bool {
        self.new_session
    }

    /// Returns whether the program gets the standard descriptors alone.
    pub fn closes_descriptors(self) -> bool {
        self.close_descriptors
    }

    /// Hardens this process, as its last step before it becomes the program; `warn` gets what is less than was asked
    /// for.
    ///
    /// # Errors
    /// `setsid failed`, `keyctl failed`, `prctl(PR_SET_NO_NEW_PRIVS) failed`, `close_range failed`.
    pub fn apply(self, warn: impl FnOnce(&Message)) -> Result<()> {
        if self.new_session {
            setsid().context("setsid failed")?;
            join_new_keyring(warn)?;
        }
        if self.no_new_privileges {
            set_no_new_privs().context("prctl(PR_SET_NO_NEW_PRIVS) failed")?;
        }
        if self.close_descriptors {
            cloexec_above_stdio().context("close_range failed")?;
        }
        Ok(())
    }
}

/// Leaves the caller's session keyring, `session-keyring(7)`. A kernel without keys has none to leave; the seccomp
/// filters of container engines refuse the call with EPERM, and then the keyring that stays is worth a warning.
fn join_new_keyring(warn: impl FnOnce(&Message)) -> Result<()> {
    match keyring::join_new_session() {
        Err(Errno::EPERM) => {
            let text = "warning: the session keyring of the caller stays: keyctl failed: %s";
            warn(&sentence(text, &[&Errno::EPERM]));
            Ok(())
        }
        Ok(()) | Err(Errno::ENOSYS) => Ok(()),
        failed => failed.context("keyctl failed"),
    }
}

/// Overwrites the environment wherever it is, for a process that runs no program any more; what it says of the language
/// is remembered.
pub fn erase_environment() {
    language::remember();
    erase();
}

/// Gives up what a process that waits from here on has no use for: its working directory becomes `/`, its environment
/// is erased, and every descriptor but these is closed. Without `/proc` or the call for it, descriptors stay open.
pub fn release_inherited(kept: &[RawFd]) -> WaitOnly {
    // That `/` may not be entered is no reason to end a program that has been started.
    let _ = leave_directory();
    erase_environment();
    WaitOnly::close_all_except(kept)
}

/// Changes the working directory to `/`. Whoever waits would hold a directory of the old root otherwise, after
/// `pivot_root(2)` the only way back into it.
///
/// # Errors
/// Those of `chdir(2)`.
pub fn leave_directory() -> Result<(), Errno> {
    chdir("/")
}
