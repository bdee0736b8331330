//! Setting the IDs: the supplementary groups first, then the group, then the user, because each of these calls requires
//! a privilege that the last one gives up.

use anyhow::{Context, Result};
use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};
use nscore::hint::{self, WithHint};
use nscore::procfs::IdKind;

use crate::identity::Identity;

/// Sets the IDs that the identity has.
///
/// # Errors
/// EPERM without the capability or in a user namespace that forbids it, EINVAL for a number that has no meaning there.
pub(crate) fn apply(identity: &Identity<'_>) -> Result<()> {
    if let Some(groups) = &identity.groups {
        let groups: Vec<Gid> = groups.iter().copied().map(Gid::from_raw).collect();
        setgroups(&groups)
            .with_hint(hint::explain_setgroups)
            .context("failed to set supplemental groups")?;
    }
    if let Some(gid) = identity.gid {
        setgid(Gid::from_raw(gid))
            .with_hint(move |errno| hint::explain_setid(errno, IdKind::Groups, gid))
            .context("failed to set group-ID")?;
    }
    if let Some(uid) = identity.uid {
        setuid(Uid::from_raw(uid))
            .with_hint(move |errno| hint::explain_setid(errno, IdKind::Users, uid))
            .context("failed to set user-ID")?;
    }
    Ok(())
}
