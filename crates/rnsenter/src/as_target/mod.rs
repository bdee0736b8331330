//! `--as-target`: the program is all that the target is, as far as the kernel lets that be copied.
//!
//! Namespaces, root, working directory, environment and ids are what the options of the original take from a target,
//! and come by their steps; the rest is here. What requires the caller's privilege outside comes first: cgroups, the
//! OOM score, higher limits. The umask follows the root. Capabilities, lower limits and no_new_privs belong to the last
//! steps, in the process that becomes the program.
//!
//! What cannot be copied is a warning: a program that is confined less than its target should not be so silently.

mod capabilities;
mod cgroups;
mod label;
mod limits;
mod rights;
mod select;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::mode_t;
use nix::sys::prctl::set_no_new_privs;
use nix::sys::stat::Mode;
use nscore::cli::{Message, sentence};
use nscore::procfs::{Proc, try_open_verified};
use nscore::sys::file::write_all;
use nscore::sys::process::set_umask;

use crate::target::Target;
pub(crate) use capabilities::CapabilitySets;
use limits::Limits;
pub(crate) use rights::status_of_one_user;
pub(crate) use select::{expand_options, omit_own_root, select_target};

/// What the target is besides its namespaces, directories, environment and ids.
pub(crate) struct AsTarget {
    no_new_privs: bool,
    umask: Option<Mode>,
    limits: Limits,
}

impl AsTarget {
    /// Reads the target's attributes, and applies those that need the caller's privilege: before anything is entered.
    ///
    /// # Errors
    /// `cannot open /proc/PID/status`, `…/limits`.
    pub(crate) fn prepare(target: &Target, warn: &dyn Fn(&Message)) -> Result<AsTarget> {
        let status = target.status()?;
        let limits = Limits::parse(&target.read_file("limits")?);
        warn_of(
            warn,
            &sentence("its cgroups cannot be joined", &[]),
            join_cgroups(target),
        );
        let score = target.read_file("oom_score_adj").unwrap_or_default();
        warn_of(
            warn,
            &sentence("its oom_score_adj cannot be set", &[]),
            set_oom_score(&score),
        );
        warn_of(
            warn,
            &sentence("its AppArmor profile cannot be set", &[]),
            label::set_exec_profile(target),
        );
        if limits.raise().context("setrlimit failed")? {
            warn_of(
                warn,
                &sentence("its resource limits cannot be set", &[]),
                Err(Errno::EPERM),
            );
        }
        if status.is_filtered() {
            warn(&sentence(
                "warning: the target has a seccomp filter, which cannot be copied: the program is confined less",
                &[],
            ));
        }
        Ok(AsTarget {
            no_new_privs: status.field("NoNewPrivs") == Some("1"),
            umask: status.field("Umask").and_then(parse_mode),
            limits,
        })
    }

    /// Sets the target's umask. To be called when the root has changed.
    ///
    /// # Errors
    /// `umask failed`.
    pub(crate) fn set_umask(&self) -> Result<()> {
        match self.umask {
            Some(mask) => set_umask(mask).context("umask failed"),
            None => Ok(()),
        }
    }

    /// The last steps: limits, which may be too low for this program, and no_new_privs.
    ///
    /// # Errors
    /// `setrlimit failed`, `prctl(PR_SET_NO_NEW_PRIVS) failed`.
    pub(crate) fn finish(&self) -> Result<()> {
        self.limits.set().context("setrlimit failed")?;
        match self.no_new_privs {
            true => set_no_new_privs().context("prctl(PR_SET_NO_NEW_PRIVS) failed"),
            false => Ok(()),
        }
    }
}

fn warn_of(warn: &dyn Fn(&Message), what: &Message, result: Result<(), Errno>) {
    if let Err(errno) = result {
        warn(&sentence("warning: target: %s: %s", &[what, &errno]));
    }
}

fn join_cgroups(target: &Target) -> Result<(), Errno> {
    let theirs = target.read_file("cgroup").unwrap_or_default();
    let read = |name| Proc::mounted().read_file(name).unwrap_or_default();
    cgroups::join(&theirs, &read("self/cgroup"), &read("self/mountinfo"))
}

/// Writes what is not there already: to lower it requires CAP_SYS_RESOURCE.
fn set_oom_score(score: &[u8]) -> Result<(), Errno> {
    let path = Path::new("/proc/self/oom_score_adj");
    if score.is_empty() || fs::read(path).is_ok_and(|own| own == score) {
        return Ok(());
    }
    write_all(try_open_verified(path, OFlag::O_WRONLY)?, score)
}

/// Parses `0022`.
fn parse_mode(text: &str) -> Option<Mode> {
    Mode::from_bits(mode_t::from_str_radix(text, 8).ok()?)
}
