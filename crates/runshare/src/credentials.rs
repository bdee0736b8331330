//! Who the program runs as: owner, ids, capabilities.

use anyhow::{Context, Result};
use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};
use nscore::namespace::Namespace;
use nscore::sys::capability;

use crate::options::Options;

/// Becomes the user and group who are to own the new user namespace.
///
/// # Errors
/// Whichever of the three calls fails.
pub(crate) fn become_owner(options: &Options) -> Result<()> {
    options.owner.map_or(Ok(()), |(user, group)| {
        become_group(group)?;
        become_user(user)
    })
}

/// Becomes the user and group of `--setuid` and `--setgid`, then keeps the capabilities if asked.
///
/// # Errors
/// Whichever call fails.
pub(crate) fn become_program_user(options: &Options) -> Result<()> {
    options.setgid.map_or(Ok(()), become_group)?;
    options.setuid.map_or(Ok(()), become_user)?;
    if options.keep_caps && options.unshares(Namespace::User) {
        keep_capabilities()?;
    }
    Ok(())
}

/// The permitted capabilities become inheritable, then ambient: that is what exec passes on to a program of any user.
fn keep_capabilities() -> Result<()> {
    let capabilities = capability::get()
        .context("capget failed")?
        .with_permitted_inheritable();
    capability::set(&capabilities).context("capset failed")?;
    let raised = capabilities
        .permitted()
        .try_for_each(capability::raise_ambient);
    raised.context("prctl(PR_CAP_AMBIENT) failed")
}

/// A group and no others: the caller's supplementary groups must not outlive the change.
fn become_group(group: u32) -> Result<()> {
    setgroups(&[]).context("setgroups failed")?;
    setgid(Gid::from_raw(group)).context("setgid() failed")
}

fn become_user(user: u32) -> Result<()> {
    setuid(Uid::from_raw(user)).context("setuid() failed")
}
