//! Making a mount namespace that can be bind-mounted in the caller's.
//!
//! The kernel mounts a mount namespace only in an older one. It compares their ages by their IDs, which each processor
//! allocates in batches of 4,096 since Linux 6.18. So a new namespace may have a lower ID than the old one, and the
//! kernel always refuses to mount it, EINVAL. It is then unshared again until its ID is higher: on another processor,
//! or on this one until its batch is used up. Nothing else is unshared again, and the first namespace is still unused.

use anyhow::{Context, Result};
use nix::errno::Errno;
use nscore::ns_type::NsType;
use nscore::sys::affinity::on_each_processor;
use nscore::sys::namespace::{own_mount_namespace, unshare};
use nscore::sys::nsfs::mount_id_of;

/// How many IDs a processor allocates at a time.
const BATCH: u32 = 4096;

/// Returns the ID of this process's mount namespace; `None` if the kernel does not report it, before Linux 6.11.
pub(crate) fn mount_ns_id() -> Option<u64> {
    mount_id_of(own_mount_namespace().ok()?).ok()
}

/// Unshares the mount namespace again until its ID is higher than `older`.
///
/// If no attempt succeeds, mounting it fails later.
///
/// # Errors
/// `unshare failed`.
pub(crate) fn renew_until_newer(older: u64) -> Result<()> {
    let is_newer = || mount_ns_id().is_none_or(|id| id > older);
    if is_newer() {
        return Ok(());
    }
    let renew = || {
        unshare(NsType::Mount.flag())?;
        Ok(is_newer())
    };
    renew_on_processors(renew).context("unshare failed")
}

fn renew_on_processors(renew: impl Fn() -> Result<bool, Errno>) -> Result<(), Errno> {
    let mut failed = None;
    let tried = on_each_processor(|| {
        let done = renew();
        failed = done.err();
        done
    });
    if let Some(errno) = failed {
        return Err(errno);
    }
    // If the affinity mask cannot be changed, only this processor is left.
    if tried == Ok(true) {
        return Ok(());
    }
    for _ in 0..BATCH {
        if renew()? {
            break;
        }
    }
    Ok(())
}
