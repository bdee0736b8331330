//! What an open namespace file reports of its namespace, `ioctl_nsfs(2)`: whose it is, what it is called by the kernel,
//! and which mount namespace comes after it.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::libc::{self, Ioctl, c_int, c_ulong};

use super::file::new_descriptor;
use super::namespace::descriptor_by_ioctl;

/// NS_GET_ID of linux/nsfs.h, since Linux 6.18. The bits that say in which direction an argument goes differ between
/// processors; `_IOR` knows them.
const NS_GET_ID: Ioctl = libc::_IOR::<u64>(0xb7, 13);
// The same computation finds a number that the C library's headers have.
const _: () = assert!(libc::_IOR::<u64>(0xb7, 5) == libc::NS_GET_MNTNS_ID);

/// Returns the user namespace that owns this namespace; for a user namespace that is its parent.
///
/// # Errors
/// EPERM if it is outside of the caller's own; ENOTTY before Linux 4.9.
pub fn owner_of(namespace: impl AsFd) -> Result<OwnedFd, Errno> {
    descriptor_by_ioctl(namespace, libc::NS_GET_USERNS)
}

/// Returns the namespace that this user or pid namespace was made in.
///
/// # Errors
/// EPERM if it is outside of the caller's own, and for the initial one; EINVAL for another type.
pub fn parent_of(namespace: impl AsFd) -> Result<OwnedFd, Errno> {
    descriptor_by_ioctl(namespace, libc::NS_GET_PARENT)
}

/// Returns the type of this namespace, a [`NsType::flag`].
///
/// # Errors
/// ENOTTY before Linux 4.11, and for a file that is no namespace.
///
/// [`NsType::flag`]: crate::ns_type::NsType::flag
pub fn type_of(namespace: impl AsFd) -> Result<c_int, Errno> {
    let nothing: c_ulong = 0;
    let descriptor = namespace.as_fd().as_raw_fd();
    // SAFETY: the request takes no argument.
    let result = unsafe { libc::ioctl(descriptor, libc::NS_GET_NSTYPE, nothing) };
    Errno::result(result)
}

/// Returns the user who made this user namespace, as the caller sees it.
///
/// # Errors
/// EINVAL for another type; ENOTTY before Linux 4.11.
pub fn owner_uid_of(namespace: impl AsFd) -> Result<u32, Errno> {
    let mut uid: libc::uid_t = 0;
    let descriptor = namespace.as_fd().as_raw_fd();
    // SAFETY: the request writes one uid_t, and that is what the pointer leads to.
    let result = unsafe { libc::ioctl(descriptor, libc::NS_GET_OWNER_UID, &raw mut uid) };
    Errno::result(result).map(|_| uid)
}

/// Returns whether this pid namespace has a process with this number.
///
/// # Errors
/// ENOTTY before Linux 6.11.
pub fn has_process(pid_namespace: impl AsFd, pid: u32) -> Result<bool, Errno> {
    let descriptor = pid_namespace.as_fd().as_raw_fd();
    // SAFETY: the request takes a number and no pointer.
    let result =
        unsafe { libc::ioctl(descriptor, libc::NS_GET_PID_FROM_PIDNS, c_ulong::from(pid)) };
    match Errno::result(result) {
        Ok(_) => Ok(true),
        Err(Errno::ESRCH) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Returns the 64-bit number that is this namespace's alone as long as the machine runs.
///
/// # Errors
/// ENOTTY before Linux 6.18.
pub fn id_of(namespace: impl AsFd) -> Result<u64, Errno> {
    number_by_ioctl(namespace, NS_GET_ID)
}

/// Returns the 64-bit number of a mount namespace, which `listmount(2)` takes.
///
/// # Errors
/// EINVAL for another type; ENOTTY before Linux 6.11.
pub fn mount_id_of(namespace: impl AsFd) -> Result<u64, Errno> {
    number_by_ioctl(namespace, libc::NS_GET_MNTNS_ID)
}

fn number_by_ioctl(namespace: impl AsFd, request: Ioctl) -> Result<u64, Errno> {
    let mut number: u64 = 0;
    let descriptor = namespace.as_fd().as_raw_fd();
    // SAFETY: these requests write one u64, and that is what the pointer leads to.
    let result = unsafe { libc::ioctl(descriptor, request, &raw mut number) };
    Errno::result(result).map(|_| number)
}

/// In which direction to walk through the mount namespaces of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To those that were made later.
    Next,
    /// To those that were made earlier.
    Previous,
}

/// `struct mnt_ns_info` of linux/nsfs.h: what one step of the walk returns.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MountNamespace {
    size: u32,
    /// How many mounts there are in it.
    pub mounts: u32,
    /// Its 64-bit number, which `listmount(2)` takes.
    pub id: u64,
}

/// Returns the mount namespace before or after this one, whether or not a process is in it.
///
/// # Errors
/// ENOENT at the end; EPERM for a caller who may not see all of them; ENOTTY before Linux 6.12.
pub fn neighbour_of(
    namespace: impl AsFd,
    direction: Direction,
) -> Result<(OwnedFd, MountNamespace), Errno> {
    let request = match direction {
        Direction::Next => libc::NS_MNT_GET_NEXT,
        Direction::Previous => libc::NS_MNT_GET_PREV,
    };
    let mut information = MountNamespace {
        size: 16,
        mounts: 0,
        id: 0,
    };
    let descriptor = namespace.as_fd().as_raw_fd();
    // SAFETY: the request writes a struct mnt_ns_info of 16 bytes, and that is what the pointer leads to.
    let result = unsafe { libc::ioctl(descriptor, request, &raw mut information) };
    let next = new_descriptor(result)?;
    Ok((next, information))
}
