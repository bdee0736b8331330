//! Mounts, `mount(2)`: the four calls that the programs make, each with its flags spelled once.

use std::path::Path;

use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};

/// How mounts and unmounts travel between a mount and its peers, `mount_namespaces(7)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// Neither way.
    Private,
    /// Both ways.
    Shared,
    /// From the peers to here only.
    Slave,
}

/// Gives `target` and everything mounted below it this propagation.
///
/// # Errors
/// Those of `mount(2)`; EINVAL if nothing is mounted exactly there.
pub fn set_propagation(target: &Path, propagation: Propagation) -> Result<(), Errno> {
    let flag = match propagation {
        Propagation::Private => MsFlags::MS_PRIVATE,
        Propagation::Shared => MsFlags::MS_SHARED,
        Propagation::Slave => MsFlags::MS_SLAVE,
    };
    mount(
        Some("none"),
        target,
        None::<&str>,
        MsFlags::MS_REC | flag,
        None::<&str>,
    )
}

/// Mounts a filesystem of the kernel's own (`proc`, `binfmt_misc`) so that nothing on it is a program or a device.
///
/// # Errors
/// Those of `mount(2)`.
pub fn mount_kernel_filesystem(name: &str, target: &Path) -> Result<(), Errno> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC | MsFlags::MS_NODEV;
    mount(Some(name), target, Some(name), flags, None::<&str>)
}

/// Makes `source` visible at `target` too; for a namespace file this keeps the namespace alive.
///
/// # Errors
/// Those of `mount(2)`.
pub fn bind(source: &Path, target: &Path) -> Result<(), Errno> {
    mount(
        Some(source),
        target,
        None::<&str>,
        MsFlags::MS_BIND,
        None::<&str>,
    )
}

/// Takes away what is mounted at `target`, at once or when it is no longer busy.
///
/// # Errors
/// Those of `umount(2)`.
pub fn unmount(target: &Path) -> Result<(), Errno> {
    umount2(target, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW)
}
