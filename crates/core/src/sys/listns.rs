//! The namespaces of the machine by their numbers, `listns(2)`, since Linux 6.19.

use nix::errno::Errno;
use nix::libc::{self, c_int, c_long, c_uint};

use super::call_number;

/// The system call's number.
const SYS_LISTNS: c_long = call_number(470);

/// `struct ns_id_req` of linux/nsfs.h as it was first.
#[repr(C)]
struct NsIdRequest {
    size: u32,
    spare: u32,
    last: u64,
    types: u32,
    spare_too: u32,
    owner: u64,
}

/// Returns the 64-bit numbers of the namespaces of these types, a sum of [`NsType::flag`], up to as many as fit, that
/// come after `last` (0: from the first on), however they are kept alive. One who may not see them all receives fewer.
///
/// # Errors
/// ENOSYS before Linux 6.19.
///
/// [`NsType::flag`]: crate::ns_type::NsType::flag
pub fn list(types: c_int, last: u64, ids: &mut [u64]) -> Result<usize, Errno> {
    let request = NsIdRequest {
        size: 32,
        spare: 0,
        last,
        types: u32::try_from(types).map_err(|_| Errno::EINVAL)?,
        spare_too: 0,
        owner: 0,
    };
    let (start, length, no_flags) = (ids.as_mut_ptr(), ids.len(), 0 as c_uint);
    // SAFETY: the request is as long as its first word says, and the kernel writes at most as many numbers as there
    // is room for.
    let result = unsafe { libc::syscall(SYS_LISTNS, &raw const request, start, length, no_flags) };
    Ok(usize::try_from(Errno::result(result)?).unwrap_or(0))
}
