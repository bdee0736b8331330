//! Mounts below a new root directory: binds, tmpfs, and the file systems that programs expect (proc, sys, dev …).
//!
//! The root may belong to somebody who is changing it at this moment. So no mount is made on a path: the mount point is
//! opened below the root by `openat2(2)`, which leads neither out of it nor through a link of /proc, and what is
//! mounted there is made by descriptor and attached to that descriptor, `move_mount(2)`. The order, which the kernel
//! decides:
//!
//! 1. A mount namespace of our own, in which nothing travels to others.
//! 2. What is to be bound is opened and cloned, while every path still leads where the user meant.
//! 3. The root becomes a mount, its own clone. From here on everything is mounted below that.
//! 4. proc and sysfs are made before the old root is left, since a user namespace may make them only where one is seen.
//! 5. A mount is attached before anything is mounted in it.
//!
//! | kernel before | lacks | instead |
//! |---|---|---|
//! | 5.12 | `mount_setattr` | a remount for each mount, with the flags that it has |
//! | 5.6 | `openat2` | a walk that follows no link at all |
//! | 5.2 | `fsopen`, `open_tree`, `move_mount` | `mount(2)` on /proc/self/fd/N |

mod api;
mod attach;
mod bind;
mod bind_source;
mod changes;
mod dev;
mod error;
mod layers;
mod mapped_sources;
mod mount_point;
mod option;
mod overlay;
mod overlay_dir;
mod overlay_in_use;
mod remount;
mod remove_tree;
mod requests;
mod resolv_conf;
mod root;
mod submounts;

use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::{Gid, Uid, getegid, geteuid, setfsgid, setfsuid};

use crate::message::Message;
use crate::ns_type::NsType;
use crate::procfs::{IdKind, Proc};
use crate::sys::directory::status_of;
use crate::sys::file::open;
use crate::sys::fs_context::make_tree_private;
use crate::sys::mount::{attach, clone_tree};
use bind::PreparedMount;
use root::Root;

pub use changes::Changes;
pub use mapped_sources::MappedSources;
pub use option::RootfsOption;
pub use overlay_dir::OverlayDir;
pub use requests::{ApiMode, Requests};

/// Makes the mounts that were asked for below `directory`, and returns the root to enter.
///
/// The caller is in a mount namespace of its own whose mounts travel to no other, and `directory` was opened there.
/// `overlay` is what [`Requests::lock_overlay`] has returned, `mapped` what [`Requests::map_sources`]. `warn` gets what
/// is less than was asked for.
///
/// # Errors
/// `mount DIR failed`, `bind SRC on DIR failed`, `cannot make mount point DIR`.
pub fn mount_all(
    directory: impl AsFd,
    requests: &Requests,
    overlay: Option<&OverlayDir>,
    mapped: &MappedSources,
    warn: &dyn Fn(&Message),
) -> Result<OwnedFd> {
    use_mapped_ids();
    let mut prepared = Vec::new();
    for (number, request) in requests.mounts.iter().enumerate() {
        prepared.push(PreparedMount::new(request, mapped.get(number))?);
    }
    let resolv_conf = resolv_conf::open_source(requests, directory.as_fd(), warn);
    let root = if requests.is_ephemeral || overlay.is_some() {
        overlay::mount(directory.as_fd(), overlay)?
    } else {
        own_mount(directory)?
    };
    let root = Root::new(root);
    if let Some(mode) = requests.api {
        api::mount(&root, mode, requests.omit_proc, warn)?;
    }
    if let Some(source) = resolv_conf {
        resolv_conf::mount(&root, &source, warn)?;
    }
    for mount in prepared {
        mount.mount(&root, warn)?;
    }
    Ok(root.into_directory())
}

/// Has the files that are made here belong to root of the user namespace where this process has no number of its own in
/// it, as after a map of other ids: the kernel makes none for it, EOVERFLOW. `execve(2)` undoes it.
fn use_mapped_ids() {
    let proc = Proc::mounted();
    let is_unmapped = |id: u32, kind: IdKind, setting: &str| {
        let is_overflow = id != 0 && proc.sysctl(setting) == Some(i64::from(id));
        is_overflow
            && proc.is_initial(NsType::User) == Some(false)
            && proc.maps(kind, 0) == Some(true)
    };
    let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
    if is_unmapped(gid, IdKind::Groups, "kernel.overflowgid") {
        setfsgid(Gid::from_raw(0));
    }
    if is_unmapped(uid, IdKind::Users, "kernel.overflowuid") {
        setfsuid(Uid::from_raw(0));
    }
}

/// The directory as a mount: itself if it is one, else its clone on itself, with what is mounted below it.
fn own_mount(directory: impl AsFd) -> Result<OwnedFd> {
    let directory = directory.as_fd();
    let status = status_of(directory)?;
    // A clone on the root of this process would not be seen by it: it stays below.
    if status.is_mount_root == Some(true)
        || status.is_same_place(&status_of(open(Path::new("/"), OFlag::O_PATH)?)?)
    {
        return Ok(directory.try_clone_to_owned()?);
    }
    let tree = match clone_tree(directory) {
        // A mount needs no root of its own then: what is mounted below it is gone with the mount namespace as well.
        Err(Errno::ENOSYS) => return Ok(directory.try_clone_to_owned()?),
        tree => tree.context("open_tree failed")?,
    };
    match make_tree_private(&tree) {
        Ok(()) | Err(Errno::ENOSYS) => {}
        failed => failed.context("mount_setattr failed")?,
    }
    attach(&tree, directory).context("move_mount failed")?;
    Ok(tree)
}

#[cfg(test)]
mod tests;
