//! What is asked for beyond the original: options that unshare(1) has not at all.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use anyhow::{Result, bail};
use nscore::hardening::Hardening;
use nscore::ns_type::NsType;
use nscore::sys::mount::Propagation;

use crate::options::Options;

/// What these options say.
#[derive(Debug, Default)]
pub(crate) struct Extensions {
    pub(crate) host_name: Option<OsString>,
    pub(crate) domain_name: Option<OsString>,
    /// Bring the loopback device up.
    pub(crate) loopback: bool,
    /// Change the root of the mount namespace, not of the process.
    pub(crate) pivot_root: bool,
    pub(crate) hardening: Hardening,
    /// Where namespaces without a file are to be kept.
    pub(crate) persist: Option<PathBuf>,
    /// Where they are to be let go.
    pub(crate) unpersist: Option<PathBuf>,
    /// Tell what can be made, and run nothing.
    pub(crate) check: bool,
    /// Tell it as JSON.
    pub(crate) json: bool,
}

impl Extensions {
    /// Takes an option if it is one of these; what comes back is the namespace that it implies, if any.
    pub(crate) fn take(&mut self, name: &str, value: &OsStr) -> Option<Option<NsType>> {
        match name {
            "hostname" => self.host_name = Some(value.to_owned()),
            "domainname" => self.domain_name = Some(value.to_owned()),
            "loopback" => self.loopback = true,
            "pivot-root" => self.pivot_root = true,
            "persist" => self.persist = Some(value.into()),
            "unpersist" => self.unpersist = Some(value.into()),
            "check" => self.check = true,
            "json" => self.json = true,
            name if self.hardening.take(name) => {}
            _ => return None,
        }
        Some(match name {
            "hostname" | "domainname" => Some(NsType::Uts),
            "loopback" => Some(NsType::Net),
            "pivot-root" => Some(NsType::Mount),
            _ => None,
        })
    }
}

/// Sees what these options take, or forbid.
///
/// # Errors
/// That something is missing, or in the way.
pub(crate) fn check(options: &Options) -> Result<()> {
    let extensions = &options.extensions;
    if extensions.json && !extensions.check {
        bail!("option --json requires --check");
    }
    if extensions.check && !options.operands.is_empty() {
        bail!("option --check runs no program");
    }
    if extensions.persist.is_some() && !options.persists(|_| true) {
        bail!("option --persist requires a namespace to keep");
    }
    if extensions.pivot_root && options.root.is_none() {
        bail!("option --pivot-root requires --root");
    }
    // The kernel exchanges no root whose mounts others would see exchanged too.
    let apart = matches!(
        options.propagation,
        Some(Propagation::Private | Propagation::Slave)
    );
    if extensions.pivot_root && !apart {
        bail!("option --pivot-root requires --propagation private or slave");
    }
    Ok(())
}
