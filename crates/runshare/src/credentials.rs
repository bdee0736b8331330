//! Credentials: the owner of the user namespace, and the IDs and capabilities of the program.

use anyhow::Result;
use nscore::credentials::{become_group, become_user, drop_groups, keep_capabilities};
use nscore::ns_type::NsType;

use crate::options::Options;

/// Changes to the user and group that own the new user namespace, `--owner`.
///
/// # Errors
/// Whichever of the three calls fails.
pub(crate) fn become_owner(options: &Options) -> Result<()> {
    if let Some((user, group)) = options.owner {
        become_group_alone(group)?;
        become_user(user)?;
    }
    Ok(())
}

/// Changes to the IDs of `--setuid` and `--setgid`, then retains the capabilities for `--keep-caps`.
///
/// # Errors
/// Whichever call fails.
pub(crate) fn become_program_user(options: &Options) -> Result<()> {
    if let Some(group) = options.setgid {
        become_group_alone(group)?;
    }
    if let Some(user) = options.setuid {
        become_user(user)?;
    }
    if options.keep_caps && options.unshares(NsType::User) {
        keep_capabilities()?;
    }
    Ok(())
}

/// Changes to a group and drops the caller's supplementary groups.
fn become_group_alone(group: u32) -> Result<()> {
    drop_groups()?;
    become_group(group)
}
