//! Leaving namespaces, joining others, and finding out which belongs to what.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::libc::{self, Ioctl, c_int, c_ulong};
use nix::unistd::getpid;

use super::file::new_descriptor;
use super::process::pidfd_open;
use super::uname::is_linux_since;

/// Leaves the namespaces of `flags`, a sum of [`NsType::flag`], `unshare(2)`.
///
/// nix's wrapper takes its own type, which knows no time namespace.
///
/// # Errors
/// Those of `unshare(2)`.
///
/// [`NsType::flag`]: crate::ns_type::NsType::flag
pub fn unshare(flags: c_int) -> Result<(), Errno> {
    // SAFETY: unshare takes no pointer. It must not run beside other threads that rely on what is unshared, and no
    // program of ours that does so ever has a second thread.
    let result = unsafe { libc::unshare(flags) };
    Errno::result(result).map(drop)
}

/// Joins the namespace of this file, which must be of the type `flags`; or, given a pidfd, the namespaces of all these
/// types that its process is in, `setns(2)`.
///
/// # Errors
/// Those of `setns(2)`.
pub fn setns(descriptor: impl AsFd, flags: c_int) -> Result<(), Errno> {
    // SAFETY: setns takes no pointer; as for unshare, there is no second thread.
    let result = unsafe { libc::setns(descriptor.as_fd().as_raw_fd(), flags) };
    Errno::result(result).map(drop)
}

/// Returns whether [`setns`] takes a pidfd here: since Linux 5.8. Trying would not show it, for EINVAL has other
/// reasons too.
pub fn joins_by_pidfd() -> bool {
    is_linux_since(5, 8)
}

/// Returns the user namespace that the process of this pidfd is in.
///
/// # Errors
/// ENOTTY or EINVAL before Linux 6.11; ESRCH.
pub fn user_namespace_of(pidfd: impl AsFd) -> Result<OwnedFd, Errno> {
    descriptor_by_ioctl(pidfd, libc::PIDFD_GET_USER_NAMESPACE)
}

/// SIOCGSKNS of linux/sockios.h, as the C library's ioctl wants it.
const SIOCGSKNS: Ioctl = libc::SIOCGSKNS as Ioctl;

/// Returns the network namespace of this socket.
///
/// # Errors
/// ENOTTY if it is no socket; EPERM without CAP_NET_ADMIN over it.
pub fn network_of(socket: impl AsFd) -> Result<OwnedFd, Errno> {
    descriptor_by_ioctl(socket, SIOCGSKNS)
}

/// Returns the descriptor that this request makes.
pub(super) fn descriptor_by_ioctl(descriptor: impl AsFd, request: Ioctl) -> Result<OwnedFd, Errno> {
    let nothing: c_ulong = 0;
    // SAFETY: these requests take no argument and return a new descriptor.
    let result = unsafe { libc::ioctl(descriptor.as_fd().as_raw_fd(), request, nothing) };
    new_descriptor(result)
}

/// `struct file_handle` of `open_by_handle_at(2)` with nsfs's `struct nsfs_file_handle` in it.
#[repr(C)]
struct NsfsHandle {
    handle_bytes: u32,
    handle_type: c_int,
    ns_id: u64,
    ns_type: u32,
    ns_inum: u32,
}

/// FILEID_NSFS of linux/exportfs.h.
const FILEID_NSFS: c_int = 0xf1;
/// What follows the two words of the header.
const NSFS_HANDLE_BYTES: u32 = 16;

/// Returns the caller's own mount namespace, got without /proc.
///
/// # Errors
/// ENOTTY or EINVAL before Linux 6.11; ENOSYS before 5.3.
pub fn own_mount_namespace() -> Result<OwnedFd, Errno> {
    descriptor_by_ioctl(pidfd_open(getpid())?, libc::PIDFD_GET_MNT_NAMESPACE)
}

/// Opens the namespace that has this 64-bit id, `open_by_handle_at(2)`; `any` is any other one, for it is its
/// filesystem that is asked.
///
/// # Errors
/// ESTALE if there is none, and before Linux 6.18.
pub fn open_by_id(any: impl AsFd, id: u64) -> Result<OwnedFd, Errno> {
    let mut handle = NsfsHandle {
        handle_bytes: NSFS_HANDLE_BYTES,
        handle_type: FILEID_NSFS,
        ns_id: id,
        ns_type: 0,
        ns_inum: 0,
    };
    let flags = libc::O_RDONLY | libc::O_CLOEXEC;
    let (mount, handle) = (any.as_fd().as_raw_fd(), &raw mut handle);
    // SAFETY: the handle is laid out as the kernel reads it, as long as its first word says, and outlives the call.
    let result = unsafe { libc::syscall(libc::SYS_open_by_handle_at, mount, handle, flags) };
    new_descriptor(result)
}
