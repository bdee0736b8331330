//! What is asked for beyond the original: options that unshare(1) has not at all.

use std::ffi::{OsStr, OsString};

use anyhow::{Result, bail};
use nscore::namespace::Namespace;

/// What these options say.
#[derive(Debug, Default)]
pub(crate) struct Beyond {
    pub(crate) host_name: Option<OsString>,
    pub(crate) domain_name: Option<OsString>,
    /// Bring the loopback device up.
    pub(crate) loopback: bool,
    /// Tell what can be made, and run nothing.
    pub(crate) check: bool,
    /// Tell it as JSON.
    pub(crate) json: bool,
}

impl Beyond {
    /// Takes an option if it is one of these; what comes back is the namespace that it implies, if any.
    pub(crate) fn take(&mut self, name: &str, value: &OsStr) -> Option<Option<Namespace>> {
        match name {
            "hostname" => self.host_name = Some(value.to_owned()),
            "domainname" => self.domain_name = Some(value.to_owned()),
            "loopback" => self.loopback = true,
            "check" => self.check = true,
            "json" => self.json = true,
            _ => return None,
        }
        Some(match name {
            "hostname" | "domainname" => Some(Namespace::Uts),
            "loopback" => Some(Namespace::Net),
            _ => None,
        })
    }

    /// Whether what was asked for goes together, and with these operands.
    ///
    /// # Errors
    /// What does not.
    pub(crate) fn make_sense(&self, operands: &[OsString]) -> Result<()> {
        if self.json && !self.check {
            bail!("option --json requires --check");
        }
        if self.check && !operands.is_empty() {
            bail!("option --check runs no program");
        }
        Ok(())
    }
}
