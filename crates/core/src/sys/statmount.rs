//! The mounts of another mount namespace, without entering it: `listmount(2)` and `statmount(2)`, since Linux 6.11.

use nix::errno::Errno;
use nix::libc::{self, c_long};

use super::call_number;

/// The system calls' numbers.
const SYS_STATMOUNT: c_long = call_number(457);
const SYS_LISTMOUNT: c_long = call_number(458);
/// `LSMT_ROOT`: all mounts of the namespace.
const LSMT_ROOT: u64 = u64::MAX;
/// STATMOUNT_SB_BASIC, STATMOUNT_MNT_ROOT and STATMOUNT_MNT_POINT.
const WANTED: u64 = 0x1 | 0x8 | 0x10;

/// `struct mnt_id_req` of linux/mount.h as it was first.
#[repr(C)]
struct MountIdRequest {
    size: u32,
    spare: u32,
    mount: u64,
    param: u64,
    namespace: u64,
}

impl MountIdRequest {
    fn new(namespace: u64, mount: u64, param: u64) -> MountIdRequest {
        MountIdRequest {
            size: 32,
            spare: 0,
            mount,
            param,
            namespace,
        }
    }
}

/// Returns the 64-bit numbers of the mounts in the mount namespace with this number, up to as many as fit, that come
/// after `last` (0: from the first on), `listmount(2)`.
///
/// # Errors
/// ENOSYS before Linux 6.8; EPERM; ENOENT if the namespace is gone.
pub fn list(namespace: u64, last: u64, mounts: &mut [u64]) -> Result<usize, Errno> {
    let request = MountIdRequest::new(namespace, LSMT_ROOT, last);
    let (start, length, no_flags) = (mounts.as_mut_ptr(), mounts.len(), 0);
    // SAFETY: the request is as long as its first word says, and the kernel writes at most as many numbers as there
    // is room for.
    let result =
        unsafe { libc::syscall(SYS_LISTMOUNT, &raw const request, start, length, no_flags) };
    Ok(usize::try_from(Errno::result(result)?).unwrap_or(0))
}

/// What `statmount(2)` reports of one mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mount<'a> {
    /// The kind of its filesystem, a value of linux/magic.h.
    pub magic: u64,
    /// What of its filesystem is mounted.
    pub root: &'a [u8],
    /// Where.
    pub point: &'a [u8],
}

/// Looks at one mount, `statmount(2)`. The answer is in `buffer`, of which 512 bytes are for numbers.
///
/// # Errors
/// ENOENT if it is gone; EOVERFLOW if the buffer is too small for the paths.
pub fn status(namespace: u64, mount: u64, buffer: &mut [u8]) -> Result<Mount<'_>, Errno> {
    let request = MountIdRequest::new(namespace, mount, WANTED);
    let (start, length, no_flags) = (buffer.as_mut_ptr(), buffer.len(), 0);
    // SAFETY: the request is as long as its first word says, and the kernel writes at most as many bytes as the
    // buffer has.
    let result =
        unsafe { libc::syscall(SYS_STATMOUNT, &raw const request, start, length, no_flags) };
    Errno::result(result)?;
    parse(buffer).ok_or(Errno::EINVAL)
}

/// Reads a `struct statmount`: numbers at fixed places, some of them the places of strings behind the struct.
fn parse(answer: &[u8]) -> Option<Mount<'_>> {
    let number = |at: usize| {
        answer
            .get(at..at + 4)?
            .try_into()
            .ok()
            .map(u32::from_ne_bytes)
    };
    let text = |at: usize| {
        // In 32 bits the sum may be too large: such a place is none.
        let place = usize::try_from(number(at)?).ok()?.checked_add(512)?;
        let text = answer.get(place..)?;
        text.split(|byte| *byte == 0).next()
    };
    let magic = answer
        .get(24..32)?
        .try_into()
        .ok()
        .map(u64::from_ne_bytes)?;
    Some(Mount {
        magic,
        root: text(104)?,
        point: text(108)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_at_its_places() {
        let mut answer = vec![0; 512];
        answer[24..32].copy_from_slice(&0x6e73_6673_u64.to_ne_bytes());
        answer[108..112].copy_from_slice(&6_u32.to_ne_bytes());
        answer.extend(b"net:1\0/run/a\0");
        let mount = Mount {
            magic: 0x6e73_6673,
            root: b"net:1",
            point: b"/run/a",
        };
        assert_eq!(parse(&answer), Some(mount));
        assert_eq!(parse(&answer[..100]), None);
    }

    #[test]
    fn a_string_with_an_offset_elsewhere_is_ignored() {
        let mut answer = vec![0; 600];
        answer[104..108].copy_from_slice(&u32::MAX.to_ne_bytes());
        assert_eq!(parse(&answer), None);
    }
}
