//! What the process that waits holds for the program, and undoes when that has ended.

use std::os::fd::RawFd;

use anyhow::Result;
use nix::libc::STDERR_FILENO;
use nscore::cli::Diagnostics;
use nscore::rootfs::OverlayDir;

use crate::cgroup::LimitedCgroup;
use crate::network::Network;
use crate::options::Options;

/// What is made before unshare(2) and put away at the end. The directory of `--overlay` is opened by the tool itself.
pub(crate) struct Held {
    overlay: Option<OverlayDir>,
    network: Option<Network>,
    cgroup: Option<LimitedCgroup>,
}

impl Held {
    /// Takes hold of what these options require.
    ///
    /// # Errors
    /// As [`OverlayDir::lock`].
    pub(crate) fn prepare(
        options: &Options,
        network: Option<Network>,
        cgroup: Option<LimitedCgroup>,
    ) -> Result<Held> {
        Ok(Held {
            overlay: options.mounts.lock_overlay()?,
            network,
            cgroup,
        })
    }

    /// Opens the directory of `--overlay` in the mount namespace that this process has made since.
    ///
    /// # Errors
    /// As [`OverlayDir::reopen`].
    pub(crate) fn reopen_overlay(&mut self) -> Result<()> {
        match &mut self.overlay {
            Some(overlay) => overlay.reopen(),
            None => Ok(()),
        }
    }

    /// The directory of `--overlay`.
    pub(crate) fn overlay(&self) -> Option<&OverlayDir> {
        self.overlay.as_ref()
    }

    /// The network of `--network`.
    pub(crate) fn network(&self) -> Option<&Network> {
        self.network.as_ref()
    }

    /// The cgroup of `--cgroup-limit`.
    pub(crate) fn cgroup(&self) -> Option<&LimitedCgroup> {
        self.cgroup.as_ref()
    }

    /// The descriptors that must stay open while the program runs: also standard error, if there will be something to
    /// remove, and so to report.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = RawFd> {
        let removes = self.overlay.is_some() || self.cgroup.is_some();
        let errors = removes.then_some(STDERR_FILENO);
        let overlay = self.overlay.iter().flat_map(OverlayDir::descriptors);
        let network = self.network.iter().map(Network::descriptor);
        let cgroup = self.cgroup.iter().map(LimitedCgroup::descriptor);
        overlay.chain(network).chain(cgroup).chain(errors)
    }

    /// Undoes what is to be gone after the program. That something stays is a warning: how the program ended is what
    /// the caller asks for.
    pub(crate) fn undo(&self, diagnostics: &Diagnostics) {
        // What is left of the program first: it may still use the rest.
        let removed = self.cgroup.as_ref().map(LimitedCgroup::remove);
        if let Some(network) = &self.network {
            network.close();
        }
        let undone = self.overlay.as_ref().map(OverlayDir::remove_work);
        for result in [removed, undone].into_iter().flatten() {
            if let Err(error) = result {
                diagnostics.warn_of(&error);
            }
        }
    }
}
