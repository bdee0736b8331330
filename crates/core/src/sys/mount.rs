//! Mounts, `mount(2)`: the calls that the programs make, each with its flags spelled once.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;

use nix::errno::Errno;
use nix::libc::{self, c_uint};
use nix::mount::{MntFlags, MsFlags, mount, umount2};

use super::file::{fd_path, new_descriptor};

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

/// Makes the mount at `target` private, and none of those below it.
///
/// # Errors
/// Those of `mount(2)`; EINVAL if nothing is mounted exactly there.
pub fn make_private(target: &Path) -> Result<(), Errno> {
    let flags = MsFlags::MS_PRIVATE;
    mount(Some("none"), target, None::<&str>, flags, None::<&str>)
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

/// Returns a copy of the mount that `directory` is on, from there on and with all that is mounted below,
/// `open_tree(2)`. It is mounted nowhere yet.
///
/// # Errors
/// Those of `open_tree(2)`; ENOSYS before Linux 5.2.
pub fn clone_tree(directory: impl AsFd) -> Result<OwnedFd, Errno> {
    open_tree(directory, libc::AT_RECURSIVE as c_uint)
}

/// Returns a copy of the mount that `directory` is on, from there on, without what is mounted below, `open_tree(2)`.
/// Like the original it is a peer of the mounts that mounts travel to and from.
///
/// # Errors
/// As [`clone_tree`].
pub fn clone_mount(directory: impl AsFd) -> Result<OwnedFd, Errno> {
    open_tree(directory, 0)
}

fn open_tree(directory: impl AsFd, recursion: c_uint) -> Result<OwnedFd, Errno> {
    let directory = directory.as_fd().as_raw_fd();
    let copy = libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC;
    let flags = copy | libc::AT_EMPTY_PATH as c_uint | recursion;
    // SAFETY: the path is an empty C string, which represents the directory itself.
    let result = unsafe { libc::syscall(libc::SYS_open_tree, directory, c"".as_ptr(), flags) };
    new_descriptor(result)
}

/// Mounts a tree that [`clone_tree`] has made on `directory`, `move_mount(2)`.
///
/// # Errors
/// Those of `move_mount(2)`; ENOSYS before Linux 5.2.
pub fn attach(tree: impl AsFd, directory: impl AsFd) -> Result<(), Errno> {
    let (tree, directory) = (tree.as_fd().as_raw_fd(), directory.as_fd().as_raw_fd());
    let (itself, flags) = (
        c"".as_ptr(),
        libc::MOVE_MOUNT_F_EMPTY_PATH | libc::MOVE_MOUNT_T_EMPTY_PATH,
    );
    // SAFETY: both paths are an empty C string, which represents what the descriptor is of.
    let result =
        unsafe { libc::syscall(libc::SYS_move_mount, tree, itself, directory, itself, flags) };
    Errno::result(result).map(drop)
}

/// MOVE_MOUNT_SET_GROUP of linux/mount.h, which libc does not name.
const MOVE_MOUNT_SET_GROUP: c_uint = 0x100;

/// Makes the private mount at `directory` a peer of what `mount` is a peer of, `move_mount(2)`.
///
/// # Errors
/// EINVAL before Linux 5.15, and for what is not private or not the root of a mount.
pub fn join_peers_of(mount: impl AsFd, directory: impl AsFd) -> Result<(), Errno> {
    let (mount, directory) = (mount.as_fd().as_raw_fd(), directory.as_fd().as_raw_fd());
    let empty = libc::MOVE_MOUNT_F_EMPTY_PATH | libc::MOVE_MOUNT_T_EMPTY_PATH;
    let (itself, flags) = (c"".as_ptr(), empty | MOVE_MOUNT_SET_GROUP);
    // SAFETY: both paths are an empty C string, which represents what the descriptor is of.
    let result = unsafe {
        libc::syscall(
            libc::SYS_move_mount,
            mount,
            itself,
            directory,
            itself,
            flags,
        )
    };
    Errno::result(result).map(drop)
}

/// Takes away the uppermost mount on the working directory, with all that is mounted below it.
///
/// # Errors
/// Those of `umount(2)`; EINVAL if nothing is mounted there.
pub fn detach_here() -> Result<(), Errno> {
    umount2(".", MntFlags::MNT_DETACH)
}

/// Takes away the mount whose root this descriptor is of, which requires /proc.
///
/// # Errors
/// Those of `umount(2)`; EINVAL if it is not mounted.
pub fn detach(mount: impl AsFd) -> Result<(), Errno> {
    umount2(&fd_path(mount), MntFlags::MNT_DETACH)
}

/// Takes away what is mounted at `target`, at once or when it is no longer busy.
///
/// # Errors
/// Those of `umount(2)`.
pub fn unmount(target: &Path) -> Result<(), Errno> {
    umount2(target, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW)
}
