//! Why the owners of a mount cannot be mapped, `--bind SRC:DST:idmap`.

use nix::errno::Errno;

use super::{Explanation, explanation};

/// Explains why `mount_setattr(2)` did not map the owners of a clone, or why no clone could be made.
pub fn explain_mapped_mount(errno: Errno) -> Option<Explanation> {
    let why = match errno {
        Errno::EPERM => explanation(
            "unmappable-owners",
            "idmap requires CAP_SYS_ADMIN in the user namespace of the file system, and that its owners are not \
                 mapped already: run this as root, outside of user namespaces",
            &[],
        ),
        Errno::EINVAL => explanation(
            "unsuitable-filesystem",
            "this file system, or one that is mounted below it, cannot have its owners mapped: ext4, xfs and btrfs \
                 can, overlayfs from Linux 5.19 and tmpfs from 6.3 on",
            &[],
        ),
        Errno::ENOSYS => explanation("kernel-too-old", "idmap requires Linux 5.12", &[]),
        _ => return None,
    };
    Some(why)
}
