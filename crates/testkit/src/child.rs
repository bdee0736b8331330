//! What a program started by a test finds when it begins: the steps between fork and exec. The tests of one binary run
//! in threads, so a fork may come while another thread holds the allocator's lock: all that these steps need is
//! prepared before, and each is async-signal-safe.

use std::ffi::CString;
use std::os::fd::{OwnedFd, RawFd};

use nix::errno::Errno;
use nix::libc;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::personality::{self, Persona};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, pthread_sigmask};
use nix::sys::stat::{Mode, umask};
use nix::unistd::{Gid, Uid, setgid, setgroups, setsid, setuid};

use crate::sys;
use crate::sys::seccomp::{self, Filter};

/// Who a program runs as.
pub(crate) struct User {
    pub(crate) uid: Uid,
    pub(crate) gid: Gid,
    pub(crate) groups: Vec<Gid>,
}

/// What the child does before it becomes the program.
#[derive(Default)]
pub(crate) struct Child {
    /// Its standard input is a terminal, to be its own.
    pub(crate) terminal: bool,
    /// Signals that it ignores.
    pub(crate) ignored: Vec<Signal>,
    /// Signals that it blocks.
    pub(crate) blocked: Option<SigSet>,
    /// Files to cover others, in a mount namespace of its own: the file, then where.
    pub(crate) bind_mounts: Vec<(CString, CString)>,
    /// Capabilities that it cannot get.
    pub(crate) dropped_capabilities: Vec<u32>,
    /// Whom it becomes.
    pub(crate) user: Option<User>,
    /// Filters of system calls that it is under.
    pub(crate) filters: Vec<Filter>,
    /// Whether everything in its memory has an address that the next run has it at too.
    pub(crate) has_fixed_addresses: bool,
    /// Open descriptors it gets, and the number of each.
    pub(crate) passed: Vec<(OwnedFd, RawFd)>,
    /// Standard descriptors it does not get.
    pub(crate) closed: Vec<RawFd>,
}

impl Child {
    /// The steps, in an order in which none is in the way of a later one: becoming the user takes away the right to
    /// mount, and the descriptors come late, since one passed on may be where std would report a failure.
    pub(crate) fn set_up(&self) -> Result<(), Errno> {
        self.start_session()?;
        self.set_signals()?;
        self.bind_mounts_over()?;
        for number in &self.dropped_capabilities {
            sys::drop_from_bounding_set(*number)?;
        }
        self.become_user()?;
        if self.has_fixed_addresses {
            let persona = personality::get()? | Persona::ADDR_NO_RANDOMIZE;
            personality::set(persona)?;
        }
        self.arrange_descriptors()?;
        // What they refuse is refused from now on, to us as well.
        self.filters
            .iter()
            .try_for_each(|filter| seccomp::install(filter))
    }

    /// A session, and so a process group, of its own: Ctrl-C at `cargo test` and signals of the tools stay apart, and
    /// one kill reaches all that the program left behind.
    fn start_session(&self) -> Result<(), Errno> {
        setsid()?;
        umask(Mode::S_IWGRP | Mode::S_IWOTH);
        if self.terminal {
            sys::take_terminal()
        } else {
            Ok(())
        }
    }

    /// Every signal as at login, whatever the caller of `cargo test` ignores or blocks, then what the test asked for.
    fn set_signals(&self) -> Result<(), Errno> {
        sys::default_signals();
        for signal in &self.ignored {
            sys::ignore(*signal as libc::c_int);
        }
        let blocked = self.blocked.unwrap_or_else(SigSet::empty);
        pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&blocked), None)
    }

    /// The files that cover others. The namespace is private first, lest the host sees them too.
    fn bind_mounts_over(&self) -> Result<(), Errno> {
        const NONE: Option<&'static str> = None;
        if self.bind_mounts.is_empty() {
            return Ok(());
        }
        unshare(CloneFlags::CLONE_NEWNS)?;
        mount(
            NONE,
            c"/",
            NONE,
            MsFlags::MS_REC | MsFlags::MS_PRIVATE,
            NONE,
        )?;
        for (file, path) in &self.bind_mounts {
            mount(
                Some(file.as_c_str()),
                path.as_c_str(),
                NONE,
                MsFlags::MS_BIND,
                NONE,
            )?;
        }
        Ok(())
    }

    /// Groups first and the user last: after it the right to change the others is gone.
    fn become_user(&self) -> Result<(), Errno> {
        let Some(user) = &self.user else {
            return Ok(());
        };
        setgroups(&user.groups)?;
        setgid(user.gid)?;
        setuid(user.uid)
    }

    /// The standard three and those passed on, and nothing that `cargo test` or another test has open.
    fn arrange_descriptors(&self) -> Result<(), Errno> {
        sys::close_from_at_exec(3)?;
        for (fd, number) in &self.passed {
            sys::install(fd, *number)?;
        }
        self.closed
            .iter()
            .try_for_each(|number| sys::close(*number))
    }
}
