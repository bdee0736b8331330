//! `--hostname`, `--domainname` and `--loopback`: what the new namespaces have at hand when the program starts.

use anyhow::{Context, Result};
use nix::unistd::sethostname;
use nscore::cli::message;
use nscore::sys::network::bring_loopback_up;
use nscore::sys::uname::set_domain_name;

use crate::extensions::Extensions;

/// Names the machine, and lets it talk to itself. Whoever the program runs as later, this process is still one that may.
///
/// # Errors
/// `cannot set host name to 'NAME'`, `cannot set domain name to 'NAME'`, `cannot bring loopback device up`.
pub(crate) fn set_up(extensions: &Extensions) -> Result<()> {
    if let Some(name) = &extensions.host_name {
        sethostname(name).with_context(|| message(&[&"cannot set host name to '", name, &"'"]))?;
    }
    if let Some(name) = &extensions.domain_name {
        set_domain_name(name)
            .with_context(|| message(&[&"cannot set domain name to '", name, &"'"]))?;
    }
    if extensions.loopback {
        bring_loopback_up().context("cannot bring loopback device up")?;
    }
    Ok(())
}
