//! Becoming another user, in the originals' words for what may fail.

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};

use crate::hint::{self, WithHint};
use crate::procfs::{IdKind, Proc};
use crate::sys::capability;

/// Leaves every supplementary group, `setgroups(2)`.
///
/// # Errors
/// `setgroups failed`.
pub fn drop_groups() -> Result<()> {
    set_groups(&[])
}

/// Has these supplementary groups and no others, `setgroups(2)`.
///
/// # Errors
/// `setgroups failed`.
pub fn set_groups(groups: &[u32]) -> Result<()> {
    let groups: Vec<Gid> = groups.iter().copied().map(Gid::from_raw).collect();
    setgroups(&groups)
        .with_hint(hint::explain_setgroups)
        .context("setgroups failed")
}

/// Becomes this group in every respect, `setgid(2)`; the supplementary groups stay.
///
/// # Errors
/// `setgid() failed`.
pub fn become_group(group: u32) -> Result<()> {
    setgid(Gid::from_raw(group))
        .with_hint(move |errno| hint::explain_setid(errno, IdKind::Groups, group))
        .context("setgid() failed")
}

/// Becomes this user in every respect, `setuid(2)`.
///
/// # Errors
/// `setuid() failed`.
pub fn become_user(user: u32) -> Result<()> {
    setuid(Uid::from_raw(user))
        .with_hint(move |errno| hint::explain_setid(errno, IdKind::Users, user))
        .context("setuid() failed")
}

/// Removes capabilities from the bounding set, those of the mask that are in it: bit N is capability N. To be called
/// before IDs are changed.
///
/// # Errors
/// `prctl(PR_CAPBSET_READ) failed`, `prctl(PR_CAPBSET_DROP) failed`.
pub fn drop_bounding_capabilities(mask: u64) -> Result<()> {
    for number in (0..64).filter(|number| mask >> number & 1 == 1) {
        match capability::is_bounding(number) {
            Ok(true) => capability::drop_bounding(number)
                .with_hint(|_| {
                    capability::CAP_SETPCAP.missing(&Proc::for_hint().status("self")?, None)
                })
                .context("prctl(PR_CAPBSET_DROP) failed")?,
            Ok(false) => {}
            // The kernel has neither this capability nor a higher one.
            Err(Errno::EINVAL) => break,
            Err(errno) => return Err(errno).context("prctl(PR_CAPBSET_READ) failed"),
        }
    }
    Ok(())
}

/// Removes the capabilities of the mask from the permitted, effective and inheritable sets, and so from the ambient
/// one.
///
/// # Errors
/// `capget failed`, `capset failed`.
pub fn drop_capabilities(mask: u64) -> Result<()> {
    let capabilities = capability::get().context("capget failed")?.without(mask);
    capability::set(&capabilities).context("capset failed")
}

/// Has the permitted capabilities survive exec for a program of any user: they become inheritable, then ambient,
/// `capabilities(7)`.
///
/// # Errors
/// `capget failed`, `capset failed`, `prctl(PR_CAP_AMBIENT) failed`.
pub fn keep_capabilities() -> Result<()> {
    let capabilities = capability::get()
        .context("capget failed")?
        .with_permitted_inheritable();
    capability::set(&capabilities).context("capset failed")?;
    let raised = capabilities
        .permitted()
        .try_for_each(capability::raise_ambient);
    raised.context("prctl(PR_CAP_AMBIENT) failed")
}
