//! `--join-cgroup`: moving into the target's cgroup, `cgroups(7)`, version 2 alone.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use nix::fcntl::OFlag;
use nix::sys::statfs::{CGROUP2_SUPER_MAGIC, fstatfs, statfs};
use nscore::sys::file::{open, write_all};

use crate::options::Options;
use crate::target::{Target, missing_target};

/// Where cgroups of version 2 are mounted.
const ROOT: &str = "/sys/fs/cgroup";

/// The target's cgroup.procs, if it is to be joined.
pub(crate) struct TargetCgroup(Option<OwnedFd>);

impl TargetCgroup {
    /// Opens the target's cgroup, if `--join-cgroup` asks for it.
    ///
    /// # Errors
    /// That this is no cgroup v2, that there is no target, or that it cannot be opened.
    pub(crate) fn open(options: &Options, target: Option<&Target>) -> Result<TargetCgroup> {
        if !options.join_cgroup {
            return Ok(TargetCgroup(None));
        }
        if !statfs(ROOT).is_ok_and(|root| root.filesystem_type() == CGROUP2_SUPER_MAGIC) {
            bail!("--join-cgroup is only supported in cgroup v2");
        }
        let target = target.ok_or_else(|| missing_target("cgroup"))?;
        let mut text = Vec::new();
        let mut file = File::from(target.open("cgroup")?);
        file.read_to_end(&mut text)
            .context("failed to get cgroup path")?;
        let mut path = OsString::from(ROOT);
        path.push(path_in(&text).context("failed to get cgroup path")?);
        let procs = Path::new(&path).join("cgroup.procs");
        open_procs(&procs).map(|procs| TargetCgroup(Some(procs)))
    }

    /// Moves this process, and so its children to come.
    ///
    /// # Errors
    /// That the kernel refuses.
    pub(crate) fn join(self) -> Result<()> {
        // 0 is whoever writes it, in whatever pid namespace.
        match self.0 {
            Some(procs) => write_all(procs, b"0").context("write cgroup.procs failed"),
            None => Ok(()),
        }
    }
}

/// Opens a file that decides where processes are, so it must be cgroupfs's own.
fn open_procs(path: &Path) -> Result<OwnedFd> {
    let procs = open(path, OFlag::O_WRONLY | OFlag::O_NOCTTY | OFlag::O_NONBLOCK);
    let procs = procs.context("failed to open cgroup.procs")?;
    let filesystem = fstatfs(&procs).context("failed to open cgroup.procs")?;
    if filesystem.filesystem_type() != CGROUP2_SUPER_MAGIC {
        bail!("--join-cgroup is only supported in cgroup v2");
    }
    Ok(procs)
}

/// Returns the path on the line `0::PATH` of /proc/PID/cgroup: any bytes, since whoever makes a cgroup names it.
pub(crate) fn path_in(text: &[u8]) -> Option<&OsStr> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let path = lines.find_map(|line| line.strip_prefix(b"0::"))?;
    path.starts_with(b"/").then(|| OsStr::from_bytes(path))
}

#[cfg(test)]
mod tests {
    use super::{OsStrExt, path_in};

    #[test]
    fn the_line_of_version_2_names_the_path() {
        let path = |text: &'static [u8]| path_in(text).map(OsStrExt::as_bytes);
        assert_eq!(path(b"1:cpu:/a\n0::/b/c\n"), Some(&b"/b/c"[..]));
        assert_eq!(path(b"0::/\n"), Some(&b"/"[..]));
        assert_eq!(path(b"0::/\xff\n"), Some(&b"/\xff"[..]));
        assert_eq!(path(b"1:cpu:/a\n"), None);
        assert_eq!(path(b"0::b\n"), None);
    }
}
