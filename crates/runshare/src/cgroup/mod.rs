//! `--cgroup-limit`: a cgroup of version 2 with limits for the program and all that it starts, `cgroups(7)`.
//!
//! ```text
//! shell ── runshare ── fork ── watcher ───── makes the cgroup, moves the child into it, waits; kills, removes
//!             │ unshare(2)
//!             └─ fork ── child ── asks to be moved, waits … exec PROGRAM
//! ```
//!
//! The watcher is forked before `unshare(2)` and before the cgroup is made, so the cgroup is watched over from the
//! start: it is removed when the tool has ended, however that ended, and what is left in it is killed. The watcher also
//! moves the child, because the child has neither the privilege nor the user of outside any more.
//!
//! The path of a cgroup is the choice of whoever made it, so each directory on the way must be root's or the caller's,
//! and everything is opened below its descriptor.

mod limit;
mod parent;
mod tree;
mod watcher;

use std::os::fd::RawFd;

use anyhow::{Result, bail};
use nscore::cli::{Diagnostics, sentence};
use nscore::ns_type::NsType;
use nscore::sys::process::ExitReason;

use crate::unshare::unshare;
use crate::watcher::WatcherHandle;
use parent::ParentCgroup;
use watcher::CgroupWatcher;

pub use limit::cgroup_limit_names;
pub(crate) use limit::{CgroupLimit, parse_cgroup_limits};

/// The tool's handle of the cgroup.
pub(crate) struct LimitedCgroup {
    watcher: WatcherHandle,
}

impl LimitedCgroup {
    /// Makes a cgroup with these limits, if there are any. Call it before anything is entered.
    ///
    /// # Errors
    /// That no cgroup with these controllers is delegated to the caller; that it cannot be made.
    pub(crate) fn make(
        limits: &[CgroupLimit],
        diagnostics: &Diagnostics,
    ) -> Result<Option<LimitedCgroup>> {
        if limits.is_empty() {
            return Ok(None);
        }
        let mut controllers: Vec<&'static str> =
            limits.iter().map(|limit| limit.controller).collect();
        controllers.sort_unstable();
        controllers.dedup();
        let parent = ParentCgroup::find(&controllers)?;
        let watcher = WatcherHandle::spawn(|tool, socket| {
            let watcher = CgroupWatcher {
                parent: &parent,
                limits,
                tool,
                socket,
                diagnostics,
            };
            watcher.run()
        })?;
        watcher.wait_for_answer()?;
        Ok(Some(LimitedCgroup { watcher }))
    }

    /// In the child: has it moved into the cgroup, which becomes the root of its cgroup namespace if it has one.
    ///
    /// # Errors
    /// That the kernel refuses.
    pub(crate) fn join(&self, has_namespace: bool) -> Result<()> {
        self.watcher.request(0)?;
        match has_namespace {
            true => unshare(NsType::Cgroup.flag()),
            false => Ok(()),
        }
    }

    /// Returns the descriptor that the tool needs.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.watcher.descriptor()
    }

    /// Kills what is left in the cgroup, and waits until it is removed.
    ///
    /// # Errors
    /// That the process which does so was killed. What it could not do it has reported.
    pub(crate) fn remove(&self) -> Result<()> {
        match self.watcher.close() {
            Some(ExitReason::Signal(signal)) => {
                let text = "the process that removes the cgroup was killed by signal %s";
                bail!(sentence(text, &[&signal]))
            }
            _ => Ok(()),
        }
    }
}
