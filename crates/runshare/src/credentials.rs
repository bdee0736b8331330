//! Who the program runs as: owner, ids, capabilities.

use anyhow::Result;
use nscore::credentials::{become_group, become_user, drop_groups, keep_capabilities};
use nscore::ns_type::NsType;

use crate::options::Options;

/// Becomes the user and group who are to own the new user namespace.
///
/// # Errors
/// Whichever of the three calls fails.
pub(crate) fn become_owner(options: &Options) -> Result<()> {
    options.owner.map_or(Ok(()), |(user, group)| {
        become_group_alone(group)?;
        become_user(user)
    })
}

/// Becomes the user and group of `--setuid` and `--setgid`, then keeps the capabilities if asked.
///
/// # Errors
/// Whichever call fails.
pub(crate) fn become_program_user(options: &Options) -> Result<()> {
    options.setgid.map_or(Ok(()), become_group_alone)?;
    options.setuid.map_or(Ok(()), become_user)?;
    if options.keep_caps && options.unshares(NsType::User) {
        keep_capabilities()?;
    }
    Ok(())
}

/// A group and no others: the caller's supplementary groups must not outlive the change.
fn become_group_alone(group: u32) -> Result<()> {
    drop_groups()?;
    become_group(group)
}
