//! /dev: the caller's, or one of its own with the few devices that every program may use.

use std::ffi::CStr;
use std::io::{stderr, stdin, stdout};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result};
use nix::errno::Errno;
use nix::fcntl::{OFlag, readlink};
use nix::libc::{self, S_IFCHR};
use nix::sys::stat::fstat;
use nix::unistd::{isatty, symlinkat};

use super::attach::{NO_PROGRAMS, NewFilesystem, bind};
use super::bind_source::{BindSource, open_path};
use super::error::{MountError, mount_failed, warn_unless};
use super::mount_point::make_point;
use super::root::{PointKind, Root};
use crate::message::Message;
use crate::procfs::{IdKind, Proc};
use crate::sys::directory::status_of;
use crate::sys::file::{fd_path, open};

/// The devices that give nothing away.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];
/// The links that programs expect, and where they lead.
const LINKS: [(&CStr, &CStr); 6] = [
    (c"fd", c"/proc/self/fd"),
    (c"stdin", c"/proc/self/fd/0"),
    (c"stdout", c"/proc/self/fd/1"),
    (c"stderr", c"/proc/self/fd/2"),
    (c"core", c"/proc/kcore"),
    (c"ptmx", c"pts/ptmx"),
];
/// The group of terminals, which every distribution calls `tty`.
const TTY_GROUP: u32 = 5;

/// The caller's devices, with a `pts` and a `shm` of its own.
///
/// # Errors
/// `mount /dev failed`.
pub(super) fn mount_callers(
    root: &Root,
    callers: Result<OwnedFd, Errno>,
    warn: &dyn Fn(&Message),
) -> Result<()> {
    let path = Path::new("dev");
    let point = make_point(root, path, PointKind::Directory)?;
    let mount = || -> Result<(), Errno> {
        let source = BindSource::from_fd(callers?)?;
        bind(&source, libc::MOUNT_ATTR_NOSUID, &point, || root.open(path)).map(drop)
    };
    mount().with_context(|| mount_failed(path))?;
    mount_inner(root, path, warn);
    Ok(())
}

/// A /dev of its own. What is in it can be changed: installers make links there.
///
/// # Errors
/// `mount /dev failed`.
pub(super) fn mount_private(root: &Root, path: &Path, warn: &dyn Fn(&Message)) -> Result<()> {
    // The root may be the caller's own, whose devices are about to be covered.
    let devices = DEVICES.map(|name| (name, open_device(name)));
    let terminal = open_terminal();
    make_point(root, path, PointKind::Directory)?;
    let tmpfs = NewFilesystem::new(c"tmpfs", libc::MOUNT_ATTR_NOSUID).with(c"mode", c"0755");
    let mounted = tmpfs.mount_on(root, path).map_err(Error::from);
    let dev = mounted.with_context(|| mount_failed(path))?;
    for (name, device) in devices {
        let bound = device.and_then(|device| bind_device(root, path, name, device));
        warn_unless(&path.join(name), bound.map_err(MountError::from), warn);
    }
    for (name, target) in LINKS {
        symlinkat(target, &dev, name).with_context(|| mount_failed(path))?;
    }
    for name in ["pts", "shm", "mqueue"] {
        root.make(&path.join(name), PointKind::Directory)
            .with_context(|| mount_failed(path))?;
    }
    mount_inner(root, path, warn);
    if let Some(terminal) = terminal {
        let bound = bind_device(root, path, "console", terminal);
        warn_unless(&path.join("console"), bound.map_err(MountError::from), warn);
    }
    Ok(())
}

/// What is mounted in /dev, where there is a directory for it.
fn mount_inner(root: &Root, dev: &Path, warn: &dyn Fn(&Message)) {
    let mut shm = NewFilesystem::new(c"tmpfs", libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV);
    shm = shm.with(c"mode", c"1777");
    let mqueue = NewFilesystem::new(c"mqueue", NO_PROGRAMS);
    for (name, filesystem) in [("pts", devpts()), ("shm", shm), ("mqueue", mqueue)] {
        let path = dev.join(name);
        // Nothing is made in the caller's /dev.
        let mounted = match root.open(&path) {
            Ok(_) => filesystem.mount_on(root, &path).map(drop),
            Err(errno) => Err(errno.into()),
        };
        match (name, mounted) {
            // Message queues are of the IPC namespace, which may be the caller's; not every kernel has them.
            (
                "mqueue",
                Err(MountError {
                    errno: Errno::EPERM | Errno::ENODEV | Errno::ENOENT,
                    ..
                }),
            ) => {}
            (_, mounted) => warn_unless(&path, mounted, warn),
        }
    }
}

/// Terminals that no other process sees. The kernel knows no group that the user namespace has no number for.
fn devpts() -> NewFilesystem {
    let attributes = libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NOEXEC;
    let devpts = NewFilesystem::new(c"devpts", attributes)
        .with(c"ptmxmode", c"0666")
        .with(c"mode", c"0620");
    match Proc::mounted().maps(IdKind::Groups, TTY_GROUP) {
        Some(true) => devpts.with(c"gid", c"5"),
        _ => devpts,
    }
}

fn open_device(name: &str) -> Result<OwnedFd, Errno> {
    let device = open_path(format!("/dev/{name}"))?;
    match status_of(&device)?.file_type {
        S_IFCHR => Ok(device),
        _ => Err(Errno::ENODEV),
    }
}

fn bind_device(root: &Root, dev: &Path, name: &str, device: OwnedFd) -> Result<(), Errno> {
    let source = BindSource::from_fd(device)?;
    let path = dev.join(name);
    let point = root.make(&path, PointKind::File)?;
    bind(&source, 0, &point, || root.open(&path)).map(drop)
}

/// The caller's terminal, opened by its path: a descriptor from another mount namespace cannot be bound. What is at
/// the path must be the same device.
fn open_terminal() -> Option<OwnedFd> {
    let (input, output, errors) = (stdin(), stdout(), stderr());
    let standard = [input.as_fd(), output.as_fd(), errors.as_fd()];
    let terminal = standard
        .into_iter()
        .find(|file| isatty(file).unwrap_or(false))?;
    let path = PathBuf::from(readlink(&fd_path(terminal)).ok()?);
    let opened = open(&path, OFlag::O_PATH).ok()?;
    let is_device = status_of(&opened).ok()?.file_type == S_IFCHR;
    let (expected, found) = (fstat(terminal).ok()?, fstat(&opened).ok()?);
    if is_device && found.st_rdev == expected.st_rdev {
        Some(opened)
    } else {
        None
    }
}
