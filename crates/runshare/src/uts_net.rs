//! `--hostname`, `--domainname` and `--loopback`: set before the credentials change, while this process may do so.

use anyhow::{Context, Result};
use nix::unistd::sethostname;
use nscore::cli::sentence;
use nscore::sys::network::bring_loopback_up;
use nscore::sys::uname::set_domain_name;

use crate::extensions::Extensions;

/// Sets the host name and the NIS domain name.
///
/// # Errors
/// `cannot set host name to 'NAME'`, `cannot set domain name to 'NAME'`.
pub(crate) fn set_host_names(extensions: &Extensions) -> Result<()> {
    if let Some(name) = &extensions.host_name {
        sethostname(name).with_context(|| sentence("cannot set host name to '%s'", &[name]))?;
    }
    if let Some(name) = &extensions.domain_name {
        set_domain_name(name)
            .with_context(|| sentence("cannot set domain name to '%s'", &[name]))?;
    }
    Ok(())
}

/// Brings up the loopback device, if requested.
///
/// # Errors
/// `cannot bring loopback device up`.
pub(crate) fn set_loopback(extensions: &Extensions) -> Result<()> {
    if extensions.loopback {
        bring_loopback_up().context("cannot bring loopback device up")?;
    }
    Ok(())
}
