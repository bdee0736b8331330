//! `--mount-api`: the file systems that programs expect below every root.

use std::os::fd::OwnedFd;
use std::path::Path;

use anyhow::{Context, Error, Result};
use nix::errno::Errno;
use nix::libc;

use super::attach::{NO_PRIVILEGE, NO_PROGRAMS, NewFilesystem, bind};
use super::bind_source::{BindSource, open_path};
use super::dev;
use super::error::{MountError, mount_failed, warn_unless};
use super::mount_point::make_point;
use super::requests::ApiMode;
use super::root::{PointKind, Root};
use crate::message::Message;
use crate::ns_type::NsType;
use crate::procfs::Proc;
use crate::sys::directory::status_of;

const EFIVARS: &str = "sys/firmware/efi/efivars";

/// Mounts them all: /proc and /dev, or it fails; the others as far as this process may.
///
/// # Errors
/// `mount /proc failed`, `mount /dev failed`.
pub(super) fn mount(
    root: &Root,
    mode: ApiMode,
    omit_proc: bool,
    warn: &dyn Fn(&Message),
) -> Result<()> {
    let mode = resolve_default(mode);
    // What is bound is opened before anything is covered: the root may be the caller's own.
    let (proc, sys) = (open_path("/proc"), open_path("/sys"));
    let (dev, efivars) = (open_path("/dev"), open_efivars());
    if !omit_proc {
        let path = Path::new("proc");
        make_point(root, path, PointKind::Directory)?;
        let mounted = mount_proc(root, path, proc).map_err(Error::from);
        mounted.with_context(|| mount_failed(path))?;
    }
    warn_unless(
        Path::new("sys"),
        mount_new_sys(root, Path::new("sys"), sys, mode),
        warn,
    );
    if let Some(efivars) = efivars.filter(|_| mode != ApiMode::Private) {
        warn_unless(Path::new(EFIVARS), mount_efivars(root, efivars, mode), warn);
    }
    for (path, permissions) in [("run", c"0755"), ("tmp", c"1777")] {
        let tmpfs = NewFilesystem::new(c"tmpfs", NO_PRIVILEGE).with(c"mode", permissions);
        warn_unless(
            Path::new(path),
            tmpfs.mount_on(root, Path::new(path)).map(drop),
            warn,
        );
    }
    match mode {
        ApiMode::Private => dev::mount_private(root, Path::new("dev"), warn),
        _ => dev::mount_callers(root, dev, warn),
    }
}

fn resolve_default(mode: ApiMode) -> ApiMode {
    match mode {
        ApiMode::Default => match Proc::mounted().is_initial(NsType::User) {
            Some(true) => ApiMode::Host,
            _ => ApiMode::Private,
        },
        chosen => chosen,
    }
}

/// A new proc where the PID namespace is ours, else the caller's.
fn mount_proc(root: &Root, path: &Path, callers: Result<OwnedFd, Errno>) -> Result<(), MountError> {
    let proc = NewFilesystem::new(c"proc", NO_PROGRAMS);
    mount_new_or_callers(root, path, &proc, callers, NO_PROGRAMS)
}

/// `--mount-sys`
///
/// # Errors
/// Those of the system calls.
pub(super) fn mount_sys(root: &Root, path: &Path) -> Result<(), MountError> {
    mount_new_sys(root, path, open_path("/sys"), ApiMode::Private)
}

/// A new sysfs where the network namespace is ours, else the caller's /sys. The new one is the machine's as well: who
/// could write to it could change the machine.
fn mount_new_sys(
    root: &Root,
    path: &Path,
    callers: Result<OwnedFd, Errno>,
    mode: ApiMode,
) -> Result<(), MountError> {
    let read_only = NO_PROGRAMS | libc::MOUNT_ATTR_RDONLY;
    let sysfs = NewFilesystem::new(c"sysfs", read_only);
    let attributes = match mode {
        ApiMode::Private => read_only,
        _ => NO_PROGRAMS,
    };
    mount_new_or_callers(root, path, &sysfs, callers, attributes)
}

/// Mounts a new file system, or where the kernel refuses that with EPERM what the caller has, with these attributes.
fn mount_new_or_callers(
    root: &Root,
    path: &Path,
    new: &NewFilesystem,
    callers: Result<OwnedFd, Errno>,
    attributes: u64,
) -> Result<(), MountError> {
    match new.mount_on(root, path) {
        Err(error) if error.errno == Errno::EPERM => {
            let source = BindSource::from_fd(callers?)?;
            let point = root.make(path, PointKind::Directory)?;
            bind(&source, attributes, &point, || root.open(path))?;
            Ok(())
        }
        mounted => mounted.map(drop),
    }
}

/// The variables of the machine's firmware, if it has them.
fn open_efivars() -> Option<OwnedFd> {
    let found = open_path("/sys/firmware/efi/efivars").ok()?;
    let is_mounted = status_of(&found).ok()?.is_mount_root == Some(true);
    is_mounted.then_some(found)
}

fn mount_efivars(root: &Root, efivars: OwnedFd, mode: ApiMode) -> Result<(), MountError> {
    let attributes = match mode {
        ApiMode::Rescue => NO_PROGRAMS,
        _ => NO_PROGRAMS | libc::MOUNT_ATTR_RDONLY,
    };
    let source = BindSource::from_fd(efivars)?;
    let path = Path::new(EFIVARS);
    bind(&source, attributes, root.open(path)?, || root.open(path))?;
    Ok(())
}
