//! File systems and mounts that are made by descriptor before they are mounted anywhere: `fsopen(2)`, `fsconfig(2)`,
//! `fsmount(2)`, `mount_setattr(2)`.

use std::ffi::CStr;
use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::ptr;

use nix::errno::Errno;
use nix::libc::{self, c_char, c_uint};
use nix::unistd::read;

use super::file::new_descriptor;

// linux/mount.h; the same for every processor. libc has them since 0.2.187, later than Debian's.
const FSOPEN_CLOEXEC: c_uint = 1;
const FSMOUNT_CLOEXEC: c_uint = 1;
const FSCONFIG_SET_FLAG: c_uint = 0;
const FSCONFIG_SET_STRING: c_uint = 1;
const FSCONFIG_CMD_CREATE: c_uint = 6;

/// A file system that is being configured, `fsopen(2)`.
#[derive(Debug)]
pub struct FsContext(OwnedFd);

impl FsContext {
    /// Begins to configure a file system of this type.
    ///
    /// # Errors
    /// Those of `fsopen(2)`: ENODEV if the kernel lacks the type; EPERM; ENOSYS before Linux 5.2.
    pub fn open(filesystem: &CStr) -> Result<FsContext, Errno> {
        let flags = FSOPEN_CLOEXEC;
        // SAFETY: the name is a C string that outlives the call.
        let result = unsafe { libc::syscall(libc::SYS_fsopen, filesystem.as_ptr(), flags) };
        new_descriptor(result).map(FsContext)
    }

    /// Sets a parameter that has a value.
    ///
    /// # Errors
    /// Those of `fsconfig(2)`: EINVAL for an unknown parameter or a bad value.
    pub fn set_string(&self, key: &CStr, value: &CStr) -> Result<(), Errno> {
        let command = FSCONFIG_SET_STRING;
        self.configure(command, key.as_ptr(), value.as_ptr())
    }

    /// Sets a parameter that has no value.
    ///
    /// # Errors
    /// As [`FsContext::set_string`].
    pub fn set_flag(&self, key: &CStr) -> Result<(), Errno> {
        self.configure(FSCONFIG_SET_FLAG, key.as_ptr(), ptr::null())
    }

    /// Makes the file system.
    ///
    /// # Errors
    /// Those of `fsconfig(2)`: EPERM without CAP_SYS_ADMIN over what the file system shows; EINVAL.
    pub fn create(&self) -> Result<(), Errno> {
        self.configure(FSCONFIG_CMD_CREATE, ptr::null(), ptr::null())
    }

    fn configure(
        &self,
        command: c_uint,
        key: *const c_char,
        value: *const c_char,
    ) -> Result<(), Errno> {
        let (context, unused) = (self.0.as_raw_fd(), 0);
        // SAFETY: both pointers are null or to C strings of the callers', which outlive the call.
        let result =
            unsafe { libc::syscall(libc::SYS_fsconfig, context, command, key, value, unused) };
        Errno::result(result).map(drop)
    }

    /// Makes a mount of it, with these attributes (`MOUNT_ATTR_…`), that is mounted nowhere yet.
    ///
    /// # Errors
    /// Those of `fsmount(2)`: EPERM, also where it would show more than the mounts that are there, "too revealing".
    pub fn mount(&self, attributes: u64) -> Result<OwnedFd, Errno> {
        let attributes = c_uint::try_from(attributes).map_err(|_| Errno::EINVAL)?;
        let (context, flags) = (self.0.as_raw_fd(), FSMOUNT_CLOEXEC);
        // SAFETY: fsmount takes numbers and no pointer.
        let result = unsafe { libc::syscall(libc::SYS_fsmount, context, flags, attributes) };
        new_descriptor(result)
    }

    /// Returns the first error that the kernel has written about it: `tmpfs: Unknown parameter 'bad'`.
    pub fn error_text(&self) -> Option<String> {
        let mut buffer = [0; 1024];
        // Each read gives one message, `e`, `w` or `i` and a blank before it; ENODATA at the end.
        while let Ok(length) = read(&self.0, &mut buffer) {
            let message = buffer.get(..length)?;
            if let Some(text) = message.strip_prefix(b"e ") {
                return Some(String::from_utf8_lossy(text).trim_end().to_owned());
            }
        }
        None
    }
}

/// Sets these attributes (`MOUNT_ATTR_…`) of a mount, and of all below it if `is_recursive`, `mount_setattr(2)`.
///
/// # Errors
/// Those of `mount_setattr(2)`: EPERM, EINVAL for what is not the root of a mount; ENOSYS before Linux 5.12.
pub fn set_attributes(mount: impl AsFd, attributes: u64, is_recursive: bool) -> Result<(), Errno> {
    let change = libc::mount_attr {
        attr_set: attributes,
        attr_clr: 0,
        propagation: 0,
        userns_fd: 0,
    };
    set_attr(mount, &change, is_recursive)
}

/// Has nothing travel between a mount and others, nor between those below it and others, `mount_namespaces(7)`.
///
/// # Errors
/// As [`set_attributes`].
pub fn make_tree_private(mount: impl AsFd) -> Result<(), Errno> {
    set_attr(mount, &private(0, 0), true)
}

/// Has the owners of files on a clone and on what is mounted below it be those that they are in a user namespace, and
/// nothing travel between them and others, `mount_setattr(2)`.
///
/// # Errors
/// Those of `mount_setattr(2)`: EPERM without CAP_SYS_ADMIN in the user namespace of the file system; EINVAL for a file
/// system that cannot, and for what is mounted; ENOSYS before Linux 5.12.
pub fn map_ids(clone: impl AsFd, user_namespace: impl AsFd) -> Result<(), Errno> {
    let namespace = user_namespace.as_fd().as_raw_fd();
    let namespace = u64::try_from(namespace).map_err(|_| Errno::EBADF)?;
    set_attr(clone, &private(libc::MOUNT_ATTR_IDMAP, namespace), true)
}

/// A change that makes mounts private, with these attributes.
#[allow(
    clippy::useless_conversion,
    reason = "the type of a mount flag differs from processor to processor"
)]
fn private(attr_set: u64, userns_fd: u64) -> libc::mount_attr {
    libc::mount_attr {
        attr_set,
        attr_clr: 0,
        propagation: u64::from(libc::MS_PRIVATE),
        userns_fd,
    }
}

fn set_attr(mount: impl AsFd, change: &libc::mount_attr, is_recursive: bool) -> Result<(), Errno> {
    let mut flags = libc::AT_EMPTY_PATH;
    if is_recursive {
        flags |= libc::AT_RECURSIVE;
    }
    let (mount, itself) = (mount.as_fd().as_raw_fd(), c"".as_ptr());
    let (change, size) = (ptr::from_ref(change), size_of::<libc::mount_attr>());
    // SAFETY: the path is an empty C string, which represents the mount itself, and the structure is as long as is
    // said.
    let result =
        unsafe { libc::syscall(libc::SYS_mount_setattr, mount, itself, flags, change, size) };
    Errno::result(result).map(drop)
}
