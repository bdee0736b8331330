//! `--tools`: a program of the caller's machine, with the caller's files, in the target's network, IPC, UTS and cgroup
//! namespaces; the target's root is mounted on a directory. For images that have no tools.
//!
//! The mounts are in a mount namespace of the program's own, so nothing of them stays, whatever ends the program. What
//! is mounted there grants nothing: neither set-user-ID bits nor devices, and it is no peer of the container's mounts.

mod clone_root;
mod select;

use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use nix::fcntl::OFlag;
use nix::libc::{CLONE_NEWNS, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOSUID};
use nscore::cli::{Diagnostics, Message, sentence};
use nscore::environment::set_variables;
use nscore::hint::{self, WithHint};
use nscore::namespace_dir::cannot_use;
use nscore::ns_type::NsType;
use nscore::safe_open::TrustedDir;
use nscore::sys::errno::reason;
use nscore::sys::file::open;
use nscore::sys::fs_context::{make_tree_private, set_attributes};
use nscore::sys::mount::{Propagation, attach, mount_kernel_filesystem, set_propagation};
use nscore::sys::namespace::unshare;

use crate::join::differs;
use crate::options::Options;
use crate::target::Target;
use clone_root::clone_root;
pub(crate) use select::check_options;

/// Where the target's root is mounted, unless another directory is named.
pub(crate) const DEFAULT_DIR: &str = "/mnt";

/// What was opened of the target, and where it is to be mounted.
pub(crate) struct Tools {
    dir: PathBuf,
    root: OwnedFd,
    mount_ns: OwnedFd,
    /// The target's number, as the program will see it.
    target_pid: String,
    /// Whether the program will be in the target's PID namespace, which /proc is to show.
    enters_pid: bool,
}

impl Tools {
    /// Selects the namespaces and opens what belongs to the target.
    ///
    /// # Errors
    /// `cannot open DIR`; that something of the target cannot be opened.
    pub(crate) fn open(
        options: &mut Options,
        target: &Target,
        warn: &dyn Fn(&Message),
    ) -> Result<Tools> {
        let dir = options.tools.clone().unwrap_or_else(|| DEFAULT_DIR.into());
        let cannot_open = || sentence("cannot open %s", &[&dir]);
        // A link of another user would have the target's files cover others than those that were meant.
        TrustedDir::open(&dir).map_err(|error| cannot_use(&dir, error))?;
        let dir = fs::canonicalize(&dir).with_context(cannot_open)?;
        open_dir(&dir)?;
        if dir == Path::new("/") {
            bail!("the directory of --tools cannot be the root directory");
        }
        select::select_types(options, target)?;
        let enters_pid = options.selection.selects(NsType::Pid) && !options.fork.no_fork;
        let target_pid = match enters_pid {
            true => inner_pid(target)?,
            false => target.pid().to_string(),
        };
        if !enters_pid && differs(target, NsType::Pid)? {
            warn(&sentence(
                "warning: process IDs are the caller's, since the target's PID namespace is not entered; \
                  the target is process %s",
                &[&target_pid],
            ));
        }
        Ok(Tools {
            dir,
            root: target.open("root")?,
            mount_ns: target.open("ns/mnt")?,
            target_pid,
            enters_pid,
        })
    }

    /// Mounts the target's root on the directory, in a new mount namespace. To be called in the user namespace that
    /// owns the target's mounts, or above, before a PID namespace is entered: the child that it makes has the caller's
    /// files.
    ///
    /// # Errors
    /// That a step fails.
    pub(crate) fn mount(&self, diagnostics: &Diagnostics) -> Result<()> {
        let tree = clone_root(&self.root, &self.mount_ns, diagnostics)?;
        unshare(CLONE_NEWNS).context("unshare failed")?;
        let root = Path::new("/");
        set_propagation(root, Propagation::Private)
            .with_hint(hint::explain_set_propagation)
            .context("cannot change root filesystem propagation")?;
        // Only who owns the mount namespace that it is in may change a mount.
        let attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
        set_attributes(&tree, attributes, true).context("mount_setattr failed")?;
        make_tree_private(&tree).context("mount_setattr failed")?;
        // The directory as this namespace has it.
        let point = open_dir(&self.dir)?;
        attach(&tree, &point).with_context(|| sentence("cannot mount on %s", &[&self.dir]))
    }

    /// Has `TARGET_PID` and `TARGET_ROOT` in the environment of the program.
    pub(crate) fn set_variables(&self) {
        set_variables(&[
            ("TARGET_PID", self.target_pid.as_ref()),
            ("TARGET_ROOT", self.dir.as_os_str()),
        ]);
    }

    /// Mounts a /proc of the target's PID namespace, which this process is in, over the caller's.
    pub(crate) fn mount_proc(&self, warn: &dyn Fn(&Message)) {
        if !self.enters_pid {
            return;
        }
        if let Err(errno) = mount_kernel_filesystem("proc", Path::new("/proc")) {
            let why = reason(errno);
            warn(&sentence(
                "warning: /proc shows the caller's processes: mount failed: %s",
                &[&why],
            ));
        }
    }
}

fn open_dir(dir: &Path) -> Result<OwnedFd> {
    let opened = open(dir, OFlag::O_PATH | OFlag::O_DIRECTORY);
    opened.with_context(|| sentence("cannot open %s", &[&dir]))
}

/// Returns the number of the target in its own PID namespace.
fn inner_pid(target: &Target) -> Result<String> {
    let status = target.status()?;
    let numbers = status.field("NSpid").unwrap_or_default();
    let innermost = numbers.split_ascii_whitespace().next_back();
    innermost
        .map(str::to_owned)
        .context("the kernel does not show the target's PID in its namespace")
}
