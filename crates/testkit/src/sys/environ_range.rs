//! What the kernel shows as the environment of this process, /proc/PID/environ: `PR_SET_MM_MAP` of prctl(2), which
//! takes no privilege.

use std::fs;
use std::ptr::null_mut;

use nix::errno::Errno;
use nix::libc::{self, c_ulong};

/// `struct prctl_mm_map` of linux/prctl.h.
#[repr(C)]
struct MemoryMap {
    /// From `start_code` to `env_end`.
    addresses: [u64; 11],
    auxv: *mut u64,
    auxv_size: u32,
    exe_fd: u32,
}

/// The fields of proc_pid_stat(5) with these addresses, counted from 1. `brk` is none: `start_brk` is as good where
/// nobody asks for more.
const FIELDS: [usize; 9] = [26, 27, 45, 46, 47, 47, 28, 48, 49];

/// Has the kernel show these bytes as the environment of this process, which must keep them.
///
/// # Errors
/// EINVAL in a kernel without CONFIG_CHECKPOINT_RESTORE; EPERM under a seccomp filter.
pub fn show_as_environ(bytes: &'static [u8]) -> Result<(), Errno> {
    let stat = fs::read_to_string("/proc/self/stat").map_err(|_| Errno::ENOENT)?;
    let (_, rest) = stat.rsplit_once(") ").ok_or(Errno::EIO)?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let mut addresses = [0; 11];
    for (address, field) in addresses.iter_mut().zip(FIELDS) {
        // The third field is the first behind the name.
        let text = fields.get(field - 3).ok_or(Errno::EIO)?;
        *address = text.parse().map_err(|_| Errno::EIO)?;
    }
    let range = bytes.as_ptr_range();
    addresses[9] = range.start.addr() as u64;
    addresses[10] = range.end.addr() as u64;
    let map = MemoryMap {
        addresses,
        auxv: null_mut(),
        auxv_size: 0,
        // None: the executable stays.
        exe_fd: u32::MAX,
    };
    let size: c_ulong = size_of::<MemoryMap>() as c_ulong;
    let none: c_ulong = 0;
    // SAFETY: the structure outlives the call and has the size that is passed. The kernel changes what it shows of this
    // process, and no memory.
    let result = unsafe {
        libc::prctl(
            libc::PR_SET_MM,
            libc::PR_SET_MM_MAP as c_ulong,
            &raw const map,
            size,
            none,
        )
    };
    Errno::result(result).map(drop)
}
