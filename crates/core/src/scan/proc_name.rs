//! The numbers of processes as names below /proc, and for system calls.

use std::ffi::CStr;
use std::io::Write;

use nix::unistd::Pid;

/// Returns a process's number for a system call.
pub(crate) fn to_pid(number: u32) -> Pid {
    Pid::from_raw(i32::try_from(number).unwrap_or(i32::MAX))
}

/// Room for the name of a file below /proc that begins with a number.
#[derive(Default)]
pub(super) struct ProcName([u8; 24]);

impl ProcName {
    /// Returns the number and what is behind it.
    pub(super) fn write(&mut self, number: u32, rest: &str) -> &CStr {
        // Ten digits at most, and what is behind them, leave a zero at the end.
        let _ = write!(&mut self.0[..23], "{number}{rest}");
        CStr::from_bytes_until_nul(&self.0).unwrap_or_default()
    }
}
