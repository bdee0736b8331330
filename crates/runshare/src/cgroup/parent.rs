//! Where the cgroup of `--cgroup-limit` can be made: beside that of the caller, since a cgroup with processes cannot
//! distribute controllers; below it where that is the root, which can.

use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat};
use nix::sys::stat::Mode;
use nix::sys::statfs::{CGROUP2_SUPER_MAGIC, fstatfs};
use nix::unistd::{AccessFlags, faccessat};
use nscore::cli::sentence;
use nscore::hint::{Explanation, Hint, WithHint, escape_for_terminal, explanation};
use nscore::namespace_dir::cannot_use;
use nscore::procfs::{Proc, cgroup_lines, mount_points};
use nscore::safe_open::TrustedDir;
use nscore::sys::directory::Directory;
use nscore::sys::errno::of_io_error;
use nscore::sys::file::{move_above_stdio, write_all};

/// The files that limit a cgroup and are not called `CONTROLLER.max` or `.high`, as those of every other controller.
const OTHER_LIMITS: [&[u8]; 4] = [
    b"cgroup.max.depth",
    b"cgroup.max.descendants",
    b"cpuset.cpus",
    b"cpuset.mems",
];

/// A cgroup in which one with limits can be made.
#[derive(Debug)]
pub(super) struct ParentCgroup {
    directory: TrustedDir,
    /// As it is named in a message.
    path: PathBuf,
}

impl ParentCgroup {
    /// Finds it: its controllers, and that the caller may make a cgroup there, are checked. Controllers that it has,
    /// but that are not enabled for its children, are enabled.
    ///
    /// # Errors
    /// That no cgroup v2 is mounted, or what is missing.
    pub(super) fn find(controllers: &[&'static str]) -> Result<ParentCgroup> {
        let (mount, below) = own_cgroup()?;
        let own = ParentCgroup::open(&mount.join(&below))?;
        if own.is_root() {
            own.check_access()?;
            own.enable(controllers)?;
            return Ok(own);
        }
        let Some(above) = below.parent() else {
            return Err(own.busy(controllers));
        };
        let beside = ParentCgroup::open(&mount.join(above))?;
        beside.check_access()?;
        own.check_unlimited()?;
        beside.enable(controllers)?;
        Ok(beside)
    }

    fn open(path: &Path) -> Result<ParentCgroup> {
        let directory = TrustedDir::open(path).map_err(|error| cannot_use(path, error))?;
        let filesystem = fstatfs(&directory).context("fstatfs failed")?;
        if filesystem.filesystem_type() != CGROUP2_SUPER_MAGIC {
            bail!(sentence("%s is not a cgroup of version 2", &[&path]));
        }
        // Without a slash at the end.
        let path = path.components().collect();
        Ok(ParentCgroup { directory, path })
    }

    /// The path of what is in it.
    pub(super) fn path_of(&self, name: &CStr) -> PathBuf {
        self.path.join(OsStr::from_bytes(name.to_bytes()))
    }

    /// Whether it is the root of the hierarchy, which alone may have processes and distribute controllers. That of a
    /// cgroup namespace is not.
    fn is_root(&self) -> bool {
        read_file(&self.directory, c"cgroup.type") == Err(Errno::ENOENT)
    }

    /// Has its children have these controllers.
    fn enable(&self, controllers: &[&'static str]) -> Result<()> {
        let absent = self.missing(c"cgroup.controllers", controllers)?;
        if !absent.is_empty() {
            let file = escape_for_terminal(self.path_of(c"cgroup.controllers"));
            let message = sentence(
                "no cgroup controller %s in %s",
                &[&absent.join(", "), &file],
            );
            let why = Hint::new(move || Some(explain_absent(&absent)));
            return Err(Error::new(message).context(why));
        }
        let disabled = self.missing(c"cgroup.subtree_control", controllers)?;
        if disabled.is_empty() {
            return Ok(());
        }
        // The kernel would enable some controllers, and leave the cgroup to threads alone.
        let members = read_file(&self.directory, c"cgroup.procs").unwrap_or_default();
        if !members.is_empty() && !self.is_root() {
            return Err(self.busy(&disabled));
        }
        let words: Vec<String> = disabled.iter().map(|name| format!("+{name}")).collect();
        write_file(&self.directory, c"cgroup.subtree_control", &words.join(" "))
            .map_err(|errno| self.not_enabled(&disabled, errno))
    }

    /// The error that a cgroup has processes.
    fn busy(&self, controllers: &[&str]) -> Error {
        let text = "a cgroup that has processes cannot enable controllers for others, but for the root: cgroups(7), \
                    \"no internal processes\"";
        let error = self.not_enabled(controllers, Errno::EBUSY);
        error.context(Hint::new(|| {
            Some(explanation("cgroup-has-processes", text, &[]))
        }))
    }

    fn not_enabled(&self, controllers: &[&str], errno: Errno) -> Error {
        let file = escape_for_terminal(self.path_of(c"cgroup.subtree_control"));
        let names = controllers.join(", ");
        Error::new(errno).context(sentence("cannot enable %s in %s", &[&names, &file]))
    }

    /// Which of these controllers a file does not list.
    fn missing(&self, file: &CStr, controllers: &[&'static str]) -> Result<Vec<&'static str>> {
        let path = escape_for_terminal(self.path_of(file));
        let listed = read_file(&self.directory, file)
            .with_context(|| sentence("cannot open %s", &[&path]))?;
        let is_listed = |name: &str| listed.split_ascii_whitespace().any(|word| word == name);
        let controllers = controllers.iter().copied();
        Ok(controllers.filter(|name| !is_listed(name)).collect())
    }

    /// Checks that the caller may make a cgroup here, and move a process of its own cgroup into it.
    fn check_access(&self) -> Result<()> {
        let writable = AccessFlags::W_OK;
        let may_write = |name| faccessat(&self.directory, name, writable, AtFlags::AT_EACCESS);
        let path = escape_for_terminal(&self.path);
        may_write(c".")
            .and_then(|()| may_write(c"cgroup.procs"))
            .with_hint(|_| {
                let text = "a cgroup must be delegated to the caller: `systemd-run --user --scope -p Delegate=yes`, \
                            cgroups(7)";
                Some(explanation("cgroup-not-delegated", text, &[]))
            })
            .with_context(|| sentence("cannot make a cgroup in %s", &[&path]))
    }

    /// Checks that this cgroup has no limits that one beside it would not have, of whatever controller.
    fn check_unlimited(&self) -> Result<()> {
        let names = names_in(&self.directory)
            .with_context(|| sentence("cannot read %s", &[&escape_for_terminal(&self.path)]))?;
        for name in names.iter().filter(|name| is_limit(name.to_bytes())) {
            let value = match read_file(&self.directory, name) {
                Ok(value) => value,
                // Its controller is not enabled any more, or it is not for a cgroup of threads.
                Err(Errno::ENOENT | Errno::EOPNOTSUPP) => continue,
                read => read.with_context(|| {
                    let file = escape_for_terminal(self.path_of(name));
                    sentence("cannot read %s", &[&file])
                })?,
            };
            if !is_unlimited(&value) {
                let file = escape_for_terminal(self.path_of(name));
                let text = sentence(
                    "a cgroup beside the caller's would escape the limit in %s",
                    &[&file],
                );
                bail!(text);
            }
        }
        Ok(())
    }
}

/// Returns whether a file of this name limits a cgroup.
fn is_limit(name: &[u8]) -> bool {
    name.ends_with(b".max") || name.ends_with(b".high") || OTHER_LIMITS.contains(&name)
}

/// Returns whether each line of such a file says that there is no limit: `max`, `max 100000`, `NAME max`,
/// `DEVICE KEY=max KEY=max`.
fn is_unlimited(value: &str) -> bool {
    let is_unlimited_line = |line: &str| {
        let mut keys = line.split_whitespace().filter(|word| word.contains('='));
        match line.contains('=') {
            true => keys.all(|word| word.ends_with("=max")),
            false => line.trim().is_empty() || line.split_whitespace().any(|word| word == "max"),
        }
    };
    value.lines().all(is_unlimited_line)
}

impl AsFd for ParentCgroup {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }
}

/// Where the cgroup of the caller is: the mount point of the hierarchy, and the path below it.
fn own_cgroup() -> Result<(PathBuf, PathBuf)> {
    let proc = Proc::mounted();
    let read = |name| proc.read_file(name).unwrap_or_default();
    let (cgroups, mounts) = (read("self/cgroup"), read("self/mountinfo"));
    let mounts: Vec<_> = mount_points(&mounts).collect();
    let mut mounts = mounts.iter().filter(|mount| mount.is_cgroup_hierarchy(b""));
    let own = cgroup_lines(&cgroups).find(|line| line.hierarchy.is_empty());
    let (Some(own), Some(_)) = (own, mounts.clone().next()) else {
        bail!("option --cgroup-limit requires a cgroup v2 hierarchy, and none is mounted");
    };
    let own = Path::new(OsStr::from_bytes(own.path));
    let found = mounts.find_map(|mount| Some((mount, own.strip_prefix(&mount.root).ok()?)));
    let Some((mount, below)) = found else {
        let own = escape_for_terminal(own);
        bail!(sentence(
            "the caller's cgroup %s is not below a mount of cgroup v2",
            &[&own]
        ));
    };
    Ok((mount.path.clone(), below.to_owned()))
}

/// Says where a controller is.
fn explain_absent(controllers: &[&str]) -> Explanation {
    let mounts = Proc::mounted()
        .read_file("self/mountinfo")
        .unwrap_or_default();
    let is_of_version_1 =
        |name: &str| mount_points(&mounts).any(|mount| mount.is_cgroup_hierarchy(name.as_bytes()));
    match controllers.iter().find(|name| is_of_version_1(name)) {
        Some(name) => {
            let text =
                "%s is mounted as a cgroup hierarchy of version 1, which one of version 2 excludes";
            explanation("cgroup-v1", text, &[name])
        }
        None => explanation(
            "controller-not-enabled",
            "the cgroup above must enable it in cgroup.subtree_control, cgroups(7)",
            &[],
        ),
    }
}

/// Opens a file of a cgroup.
pub(super) fn open_file(directory: impl AsFd, name: &CStr, flags: OFlag) -> Result<OwnedFd, Errno> {
    let flags = flags | OFlag::O_CLOEXEC | OFlag::O_NOFOLLOW | OFlag::O_NOCTTY;
    move_above_stdio(openat(directory, name, flags, Mode::empty())?)
}

/// Opens a cgroup below this one, `..`, or itself by `.`.
pub(super) fn open_directory(directory: impl AsFd, name: &CStr) -> Result<OwnedFd, Errno> {
    open_file(directory, name, OFlag::O_RDONLY | OFlag::O_DIRECTORY)
}

/// Returns the names of all that is in a cgroup: its files, and the cgroups below it.
pub(super) fn names_in(directory: impl AsFd) -> Result<Vec<CString>, Errno> {
    Directory::from(open_directory(directory, c".")?).names()
}

/// Writes a file of a cgroup.
pub(super) fn write_file(directory: impl AsFd, name: &CStr, text: &str) -> Result<(), Errno> {
    write_all(
        open_file(directory, name, OFlag::O_WRONLY)?,
        text.as_bytes(),
    )
}

/// Reads a file of a cgroup, which the kernel writes.
pub(super) fn read_file(directory: impl AsFd, name: &CStr) -> Result<String, Errno> {
    let mut text = String::new();
    let mut file = File::from(open_file(directory, name, OFlag::O_RDONLY)?);
    match file.read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(of_io_error(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_every_controller_is_one() {
        for (name, value) in [
            ("memory.max", "1048576\n"),
            ("memory.swap.high", "0\n"),
            ("cpu.max", "50000 100000\n"),
            ("cpuset.cpus", "0-3\n"),
            ("pids.max", "90\n"),
            ("hugetlb.2MB.max", "0\n"),
            ("hugetlb.1GB.rsvd.max", "4096\n"),
            ("misc.max", "sev max\nsev_es 3\n"),
            ("rdma.max", "mlx4_0 hca_handle=max hca_object=2000\n"),
            ("io.max", "8:16 rbps=max wbps=1048576 riops=max wiops=max\n"),
            ("cgroup.max.descendants", "10\n"),
        ] {
            assert!(is_limit(name.as_bytes()) && !is_unlimited(value), "{name}");
        }
        for (name, value) in [
            ("memory.max", "max\n"),
            ("cpu.max", "max 100000\n"),
            ("cpuset.mems", "\n"),
            ("io.max", ""),
            ("misc.max", "sev max\nsev_es max\n"),
            ("rdma.max", "mlx4_0 hca_handle=max hca_object=max\n"),
            ("cgroup.max.depth", "max\n"),
        ] {
            assert!(is_limit(name.as_bytes()) && is_unlimited(value), "{name}");
        }
        for name in ["memory.current", "cpu.weight", "cgroup.procs", "pids.peak"] {
            assert!(!is_limit(name.as_bytes()), "{name}");
        }
    }
}
