//! The clock offsets of a new time namespace, `time_namespaces(7)`: they must be set before its first process exists.

use std::path::Path;

use anyhow::{Context, Result};
use nix::fcntl::OFlag;
use nix::libc::{CLOCK_BOOTTIME, CLOCK_MONOTONIC, clockid_t};
use nscore::procfs;
use nscore::sys::file::write_all;

use crate::options::Options;

const FILE: &str = "/proc/self/timens_offsets";

/// Sets the offsets of `--monotonic` and `--boottime`, in seconds.
///
/// # Errors
/// EINVAL or ERANGE for an offset that would make a clock negative or exceed its range.
pub(crate) fn set_offsets(options: &Options) -> Result<()> {
    let offsets = [
        (CLOCK_BOOTTIME, options.boottime),
        (CLOCK_MONOTONIC, options.monotonic),
    ];
    for (clock, seconds) in offsets {
        if let Some(seconds) = seconds {
            write_offset(clock, seconds)?;
        }
    }
    Ok(())
}

fn write_offset(clock: clockid_t, seconds: i64) -> Result<()> {
    let file = procfs::open_verified(Path::new(FILE), OFlag::O_WRONLY)
        .context("failed to open /proc/self/timens_offsets")?;
    write_all(&file, format!("{clock} {seconds} 0").as_bytes())
        .context("failed to write to /proc/self/timens_offsets")
}
