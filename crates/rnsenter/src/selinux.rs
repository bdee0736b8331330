//! `--follow-context`: the program runs in the SELinux context of the target, where there is SELinux.
//!
//! What libselinux would do takes two files, `selinux(8)`: the target's context is read from /proc/PID/attr/current and
//! written to /proc/self/attr/exec, where it waits for the exec of this process or of a child.

use nscore::cli::sentence;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Error, Result};
use nix::fcntl::OFlag;
use nix::sys::statfs::{SELINUX_MAGIC, statfs};
use nscore::procfs;
use nscore::sys::file::write_all;

use crate::options::Options;
use crate::target::Target;

/// Where selinuxfs is mounted while SELinux is enabled.
const SELINUXFS: &str = "/sys/fs/selinux";

/// Runs the program in the target's context. To be called before anything is entered, while /proc is the caller's.
///
/// # Errors
/// That there is no target, or that the context cannot be read or set.
pub(crate) fn set_exec_context(options: &Options, target: Option<&Target>) -> Result<()> {
    let enabled =
        || statfs(SELINUXFS).is_ok_and(|selinux| selinux.filesystem_type() == SELINUX_MAGIC);
    if !options.follow_context || !enabled() {
        return Ok(());
    }
    let target = target.context("no target PID specified for --follow-context")?;
    let mut context = Vec::new();
    let mut file = File::from(target.open("attr/current")?);
    let read = file.read_to_end(&mut context);
    read.with_context(|| sentence("failed to get %d SELinux context", &[&target.pid()]))?;
    let exec = procfs::open_verified(Path::new("/proc/self/attr/exec"), OFlag::O_WRONLY);
    exec.and_then(|exec| write_all(exec, &context).map_err(Error::from))
        .context("failed to set exec context")
}
