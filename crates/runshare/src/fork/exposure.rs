//! What the program can see of the process that waits for it.

use std::os::fd::RawFd;

use anyhow::Result;
use nscore::cli::Diagnostics;
use nscore::hardening::{WaitOnly, hide_process, release_inherited};
use nscore::sys::process::{ExitReason, forbid_core_file};

use crate::options::Options;
use crate::persist::NamespaceBinder;

/// What the program can see of the tool while that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// All that the original shows: scripts read /proc/PID/ns of the tool, and enter it with nsenter(1).
    Original,
    /// The same, but nothing that the tool has inherited: neither its working directory nor its descriptors.
    Released,
    /// Nothing.
    Hidden,
}

impl Exposure {
    /// Returns what these options require. A tool that waits for an init or for a session, or that has something to
    /// undo, is hidden. A tool that waits for a program with pivot_root(2) or without descriptors must not be a way to
    /// what the program does not have.
    pub(crate) fn new(options: &Options) -> Exposure {
        let extensions = &options.extensions;
        if options.init || options.needs_waiter() || extensions.hardening.needs_fork() {
            Exposure::Hidden
        } else if extensions.pivot_root || extensions.hardening.closes_descriptors() {
            Exposure::Released
        } else {
            Exposure::Original
        }
    }

    /// Binds what is to be persistent, which requires a dumpable process, and then hides the process that waits.
    ///
    /// # Errors
    /// As [`NamespaceBinder::bind`]; `prctl failed`.
    pub(crate) fn prepare_to_wait(self, binder: NamespaceBinder) -> Result<()> {
        binder.bind()?;
        if self == Exposure::Hidden {
            hide_process()?;
        }
        // A failure would only allow a core file, which is not worth an error.
        let _ = forbid_core_file();
        Ok(())
    }

    /// Gives up what was inherited, except for these descriptors, unless the original shows it.
    pub(crate) fn release(self, needed: impl Iterator<Item = RawFd>) -> Option<WaitOnly> {
        match self {
            Exposure::Original => None,
            Exposure::Released | Exposure::Hidden => {
                Some(release_inherited(&needed.collect::<Vec<_>>()))
            }
        }
    }
}

/// Ends the process if it only waits and so has closed descriptors whose owners must not be dropped.
pub(crate) fn finish(
    wait_only: Option<WaitOnly>,
    diagnostics: &Diagnostics,
    result: Result<ExitReason>,
) -> Result<ExitReason> {
    match wait_only {
        Some(wait_only) => wait_only.exit(diagnostics.finish(result)),
        None => result,
    }
}
