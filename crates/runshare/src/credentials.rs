//! Credentials: the owner of the user namespace, and the IDs and capabilities of the program.

use anyhow::Result;
use nscore::credentials::{
    become_group, become_user, drop_bounding_capabilities, drop_capabilities, drop_groups,
    keep_capabilities,
};
use nscore::ns_type::NsType;
use nscore::procfs::IdKind;

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

/// Changes to the IDs of `--setuid` and `--setgid`, drops the capabilities of `--cap-drop`, from the bounding set
/// before the IDs because their change forbids it, and retains the others for `--keep-caps`.
///
/// # Errors
/// Whichever call fails.
pub(crate) fn become_program_user(options: &Options) -> Result<()> {
    // The file is read before its reader is another user.
    let user = match &options.setuid {
        Some(user) => Some(user.find_inside(IdKind::Users)?),
        None => None,
    };
    drop_bounding_capabilities(options.extensions.cap_drop)?;
    if let Some(group) = &options.setgid {
        become_group_alone(group.find_inside(IdKind::Groups)?)?;
    }
    if let Some(user) = user {
        become_user(user)?;
    }
    if options.extensions.cap_drop != 0 {
        // What is not in the bounding set cannot be made inheritable, which is how capabilities are retained.
        drop_capabilities(options.extensions.cap_drop)?;
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
