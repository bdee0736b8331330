//! Writing the maps of the new user namespace.
//!
//! A map with ranges, and every map of a namespace that belongs to `--owner`, is written by a [`HelperProcess`] in the
//! old namespace, immediately after `unshare(2)`. A map of the caller's own ID alone is written by the process itself,
//! later.

use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::{Pid, getegid, geteuid, getpid};
use nscore::cli::{Diagnostics, sentence};
use nscore::exec;
use nscore::hint::{self, Hint, WithHint};
use nscore::procfs::{self, IdKind};
use nscore::sys::file::write_all;
use nscore::sys::process;
use nscore::sys::signal::SignalSet;

use crate::helper_process::{HelperProcess, wait_for_success};
use crate::idmap::hint::{missing_capability, missing_package};
use crate::idmap::ranges::MapRange;
use crate::idmap::{self, IdMap, Setgroups};

/// The directories of a system's own programs: they are searched for newuidmap before PATH, because it decides which
/// IDs the program has.
const SYSTEM_DIRECTORIES: [&str; 4] = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];

/// The maps of one invocation.
pub(crate) struct IdMapWriter {
    helper: Option<HelperProcess>,
    /// What the process writes itself: the inner and the outer ID.
    own_user: Option<(u32, u32)>,
    own_group: Option<(u32, u32)>,
}

impl IdMapWriter {
    /// Decides which process writes which map, and starts the helper if it has one to write.
    ///
    /// # Errors
    /// `fork failed`.
    pub(crate) fn prepare(
        user_map: &IdMap,
        group_map: &IdMap,
        has_owner: bool,
        diagnostics: &Diagnostics,
    ) -> Result<IdMapWriter> {
        let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
        let by_helper = |map: &IdMap| {
            let is_for_owner = has_owner && map.single.is_some();
            is_for_owner || !map.ranges.is_empty()
        };
        let (mut users, mut groups) = (None, None);
        let (mut own_user, mut own_group) = (None, None);
        if by_helper(user_map) {
            users = Some(user_map.ranges(uid));
        } else {
            own_user = user_map.single.map(|inner| (inner, uid));
        }
        if by_helper(group_map) {
            groups = Some(group_map.ranges(gid));
        } else {
            own_group = group_map.single.map(|inner| (inner, gid));
        }
        let helper = if users.is_some() || groups.is_some() {
            let process = getpid();
            let work = |mask: &SignalSet| {
                let (users, groups) = (users.as_deref(), groups.as_deref());
                write_maps(diagnostics, process, mask, users, groups)
            };
            Some(HelperProcess::spawn(diagnostics, work)?)
        } else {
            None
        };
        Ok(IdMapWriter {
            helper,
            own_user,
            own_group,
        })
    }

    /// Makes the helper write its maps.
    ///
    /// # Errors
    /// As [`HelperProcess::run`].
    pub(crate) fn write_ranges(&mut self) -> Result<()> {
        match self.helper.take() {
            Some(helper) => helper.run(),
            None => Ok(()),
        }
    }

    /// Writes what this process may write itself, and `--setgroups`.
    ///
    /// # Errors
    /// That the kernel refuses, or that the options contradict each other.
    pub(crate) fn write_own(&self, setgroups: Option<Setgroups>) -> Result<()> {
        if setgroups == Some(Setgroups::Allow) && self.own_group.is_some() {
            bail!("options --setgroups=allow and --map-group are mutually exclusive");
        }
        if let Some(ids) = self.own_user {
            write_own_map(IdKind::Users, ids)?;
        }
        if let Some(ids) = self.own_group {
            write_setgroups(Setgroups::Deny)?;
            write_own_map(IdKind::Groups, ids)?;
        }
        match setgroups {
            Some(setgroups) => write_setgroups(setgroups),
            None => Ok(()),
        }
    }
}

/// Returns the set-user-ID program that writes a map for an ordinary user.
fn newidmap_program(kind: IdKind) -> &'static str {
    match kind {
        IdKind::Users => "newuidmap",
        IdKind::Groups => "newgidmap",
    }
}

fn write_own_map(kind: IdKind, (inner, outer): (u32, u32)) -> Result<()> {
    let path = Path::new("/proc/self").join(kind.map_file());
    write_own_file(&path, &format!("{inner} {outer} 1"))
        .with_hint(move |errno| hint::explain_map(errno, kind == IdKind::Users && outer == 0))
}

/// Maps the caller's own user, `outer`, to `inner` in the user namespace that this process has just created.
///
/// # Errors
/// Those of [`procfs::try_open_verified`] and `write(2)`.
pub(crate) fn write_own_user_map(inner: u32, outer: u32) -> Result<(), Errno> {
    let file = procfs::try_open_verified(Path::new("/proc/self/uid_map"), OFlag::O_WRONLY)?;
    write_all(file, format!("{inner} {outer} 1").as_bytes())
}

/// Allows or denies `setgroups(2)`. Linux before 3.19 has no such file, and allows it.
fn write_setgroups(setgroups: Setgroups) -> Result<()> {
    let word = match setgroups {
        Setgroups::Allow => "allow",
        Setgroups::Deny => "deny",
    };
    let written = write_own_file(Path::new("/proc/self/setgroups"), word);
    match written.as_ref().map_err(|error| error.downcast_ref()) {
        Err(Some(Errno::ENOENT)) => Ok(()),
        _ => written,
    }
}

fn write_own_file(path: &Path, text: &str) -> Result<()> {
    let file = procfs::open_verified(path, OFlag::O_WRONLY)
        .with_context(|| sentence("cannot open %s", &[&path]))?;
    write_all(&file, text.as_bytes()).with_context(|| sentence("write failed %s", &[&path]))
}

/// Writes both maps of `process`; the helper's work.
fn write_maps(
    diagnostics: &Diagnostics,
    process: Pid,
    mask: &SignalSet,
    users: Option<&[MapRange]>,
    groups: Option<&[MapRange]>,
) -> Result<()> {
    for (kind, ranges) in [(IdKind::Users, users), (IdKind::Groups, groups)] {
        let ranges = ranges.unwrap_or_default();
        if ranges.is_empty() {
            continue;
        }
        if geteuid().is_root() {
            write_map(kind, process, ranges)?;
        } else {
            run_program(diagnostics, kind, process, mask, ranges)?;
        }
    }
    Ok(())
}

/// The size of a map in bytes above which the original does not try: the kernel accepts less than a page in one write,
/// whatever the page size is.
const MAP_LIMIT: usize = 4096;

/// Writes a map into its file, as root.
pub(super) fn write_map(kind: IdKind, process: Pid, ranges: &[MapRange]) -> Result<()> {
    let path = PathBuf::from(format!("/proc/{process}/{}", kind.map_file()));
    let text = idmap::format_map(ranges);
    if text.len() > MAP_LIMIT {
        bail!(sentence("%s too large for kernel 4k limit", &[&path]));
    }
    let file = procfs::open_verified(&path, OFlag::O_WRONLY)
        .with_context(|| sentence("failed to open %s", &[&path]))?;
    write_all(&file, text.as_bytes())
        .with_hint(move |errno| missing_capability(errno, kind))
        .with_context(|| sentence("failed to write %s", &[&path]))
}

/// Runs newuidmap(1) or newgidmap(1), as any other user; it reports its errors itself.
fn run_program(
    diagnostics: &Diagnostics,
    kind: IdKind,
    process: Pid,
    mask: &SignalSet,
    ranges: &[MapRange],
) -> Result<()> {
    let name = newidmap_program(kind);
    let numbers = ranges
        .iter()
        .flat_map(|line| [line.inner, line.outer, line.count]);
    let mut words = vec![name.to_owned(), process.to_string()];
    words.extend(numbers.map(|number| number.to_string()));
    let words: Vec<_> = words.into_iter().map(Into::into).collect();
    let program = in_system_directories(name).unwrap_or_else(|| name.into());
    let run = || {
        // Restoring a mask that was set before cannot fail.
        let _ = mask.restore();
        let failure = exec::exec(program.as_os_str(), &words, None);
        let why = Hint::new(move || missing_package(failure.errno()?, name));
        let failed = sentence("failed to execute %s", &[&name]);
        diagnostics.report(&Error::new(failure).context(why).context(failed))
    };
    let child = process::spawn(run).context("fork failed")?;
    wait_for_success(child, name)
}

fn in_system_directories(name: &str) -> Option<PathBuf> {
    let mut candidates = SYSTEM_DIRECTORIES
        .iter()
        .map(|directory| Path::new(directory).join(name));
    candidates.find(|path| path.exists())
}
