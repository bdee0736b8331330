//! `--mount-api`: the file systems that programs expect below every root.

use std::os::fd::OwnedFd;
use std::path::Path;

use anyhow::{Context, Error, Result};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc;

use super::attach::{NO_PRIVILEGE, NO_PROGRAMS, NewFilesystem, bind};
use super::bind::failed;
use super::dev;
use super::error::MountError;
use super::requests::{ApiMode, from_root};
use super::root::{PointKind, Root};
use super::source::Source;
use crate::message::{Message, message};
use crate::ns_type::NsType;
use crate::procfs::Proc;
use crate::sys::directory::status_of;
use crate::sys::file::open;

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
        let mounted = mount_proc(root, path, proc).map_err(Error::from);
        mounted.with_context(|| failed(path))?;
    }
    optional(
        Path::new("sys"),
        mount_new_sys(root, Path::new("sys"), sys, mode),
        warn,
    );
    if let Some(efivars) = efivars.filter(|_| mode != ApiMode::Private) {
        optional(Path::new(EFIVARS), mount_efivars(root, efivars, mode), warn);
    }
    for (path, permissions) in [("run", c"0755"), ("tmp", c"1777")] {
        let tmpfs = NewFilesystem::new(c"tmpfs", NO_PRIVILEGE).with(c"mode", permissions);
        optional(
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

/// A new proc where the PID namespace is ours, else the caller's: the kernel decides, by EPERM.
fn mount_proc(root: &Root, path: &Path, callers: Result<OwnedFd, Errno>) -> Result<(), MountError> {
    let proc = NewFilesystem::new(c"proc", NO_PROGRAMS);
    match proc.mount_on(root, path) {
        Err(MountError {
            errno: Errno::EPERM,
            ..
        }) => {
            bind_callers(root, path, callers?, NO_PROGRAMS)?;
            Ok(())
        }
        mounted => mounted.map(drop),
    }
}

/// `--mount-sys`
///
/// # Errors
/// Those of the system calls.
pub(super) fn mount_sys(root: &Root, path: &Path) -> Result<(), MountError> {
    mount_new_sys(root, path, open_path("/sys"), ApiMode::Private)
}

/// A new sysfs where the network namespace is ours, else the caller's /sys. The new one is the machine's as well: who could
/// write to it could change the machine.
fn mount_new_sys(
    root: &Root,
    path: &Path,
    callers: Result<OwnedFd, Errno>,
    mode: ApiMode,
) -> Result<(), MountError> {
    let read_only = NO_PROGRAMS | libc::MOUNT_ATTR_RDONLY;
    let sysfs = NewFilesystem::new(c"sysfs", read_only);
    match sysfs.mount_on(root, path) {
        Err(MountError {
            errno: Errno::EPERM,
            ..
        }) => {
            let attributes = if mode == ApiMode::Private {
                read_only
            } else {
                NO_PROGRAMS
            };
            bind_callers(root, path, callers?, attributes)?;
            Ok(())
        }
        mounted => mounted.map(drop),
    }
}

fn bind_callers(
    root: &Root,
    path: &Path,
    callers: OwnedFd,
    attributes: u64,
) -> Result<OwnedFd, Errno> {
    let source = Source::of(callers)?;
    let point = root.make(path, PointKind::Directory)?;
    bind(&source, attributes, &point, || root.open(path))
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
    let source = Source::of(efivars)?;
    let path = Path::new(EFIVARS);
    bind(&source, attributes, root.open(path)?, || root.open(path))?;
    Ok(())
}

/// Opens a file of the caller's with `O_PATH`.
pub(super) fn open_path(path: &str) -> Result<OwnedFd, Errno> {
    open(Path::new(path), OFlag::O_PATH)
}

/// Says that something is not there; the program runs without it.
pub(super) fn optional(path: &Path, mounted: Result<(), MountError>, warn: &dyn Fn(&Message)) {
    if let Err(error) = mounted {
        let why = error.to_string();
        warn(&message(&[
            &"warning: mount ",
            &from_root(path),
            &" failed: ",
            &why,
        ]));
    }
}
