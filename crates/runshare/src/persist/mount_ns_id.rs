//! A mount namespace that can be mounted in the caller's.
//!
//! The kernel mounts a mount namespace only in an older one, and tells their age by their numbers, which come in batches
//! of 4,096 for each processor since Linux 6.18. So a new one may be the older of the two by its number, and the kernel
//! refuses it for ever, EINVAL. The new one is made again then, until it has a higher number: on another processor, or on
//! this one until its batch is used up. Nothing else is unshared again, and nothing is in the first one yet.

use anyhow::{Context, Result};
use nix::errno::Errno;
use nscore::ns_type::NsType;
use nscore::sys::affinity::on_each_processor;
use nscore::sys::namespace::{own_mount_namespace, unshare};
use nscore::sys::nsfs::mount_id_of;

/// How many numbers a processor takes at a time.
const BATCH: u32 = 4096;

/// The number of this process's mount namespace; `None` where the kernel does not tell it, before Linux 6.11.
pub(crate) fn mount_ns_id() -> Option<u64> {
    mount_id_of(own_mount_namespace().ok()?).ok()
}

/// Unshares the mount namespace again until its number is higher than `older`.
///
/// If no try helps, the call that mounts it is the one to fail.
///
/// # Errors
/// `unshare failed`.
pub(crate) fn renew_until_newer(older: u64) -> Result<()> {
    let is_newer = || mount_ns_id().is_none_or(|number| number > older);
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
    // Where the mask cannot be changed there is this processor alone.
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
