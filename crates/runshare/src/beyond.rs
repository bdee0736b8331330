//! What is asked for beyond the original: options that unshare(1) has not at all.

use std::ffi::{OsStr, OsString};

use nscore::confinement::Confinement;
use nscore::namespace::Namespace;

/// What these options say.
#[derive(Debug, Default)]
pub(crate) struct Beyond {
    pub(crate) host_name: Option<OsString>,
    pub(crate) domain_name: Option<OsString>,
    /// Bring the loopback device up.
    pub(crate) loopback: bool,
    /// Change the root of the mount namespace, not of the process.
    pub(crate) pivot_root: bool,
    pub(crate) confinement: Confinement,
}

impl Beyond {
    /// Takes an option if it is one of these; what comes back is the namespace that it implies, if any.
    pub(crate) fn take(&mut self, name: &str, value: &OsStr) -> Option<Option<Namespace>> {
        match name {
            "hostname" => self.host_name = Some(value.to_owned()),
            "domainname" => self.domain_name = Some(value.to_owned()),
            "loopback" => self.loopback = true,
            "pivot-root" => self.pivot_root = true,
            name if self.confinement.take(name) => {}
            _ => return None,
        }
        Some(match name {
            "hostname" | "domainname" => Some(Namespace::Uts),
            "loopback" => Some(Namespace::Net),
            "pivot-root" => Some(Namespace::Mount),
            _ => None,
        })
    }
}
