//! The program's view of the file system: propagation, root and working directory, proc, binfmt_misc.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::{chdir, chroot, fchdir, getcwd};
use nscore::cli::{Message, sentence};
use nscore::hint::{self, WithHint};
use nscore::ns_type::NsType;
use nscore::rootfs::{self, MappedSources, OverlayDir};
use nscore::sys::file::{open, write_all};
use nscore::sys::mount::{Propagation, mount_kernel_filesystem, set_propagation};

use crate::options::{BINFMT_MISC, Options};
use crate::pivot::PivotRoot;
use crate::propagation::{stop_propagation, stop_propagation_inside};
use crate::unshare::unshare;

/// Sets the propagation of all mounts, `--propagation`.
///
/// # Errors
/// `cannot change root filesystem propagation`.
pub(crate) fn set_root_propagation(options: &Options) -> Result<()> {
    match options.propagation {
        Some(propagation) => set_propagation(Path::new("/"), propagation)
            .with_hint(hint::explain_propagation)
            .context("cannot change root filesystem propagation"),
        None => Ok(()),
    }
}

/// Registers an interpreter with the flag F. The kernel opens it at registration, so this is done while the old root,
/// which contains it, is still the root.
///
/// # Errors
/// As [`mount_proc_and_binfmt`].
pub(crate) fn register_before_root(options: &Options) -> Result<()> {
    match &options.interpreter {
        Some(line) if registers_early(options) => {
            mount_kernel("binfmt_misc", Path::new(BINFMT_MISC))?;
            register(line, Path::new(BINFMT_MISC))
        }
        _ => Ok(()),
    }
}

/// Leaves the mount namespace to the process that waits, for a copy of it, in which the overlay is mounted. Otherwise
/// that process would have the overlay mounted itself, and could not find out whether another one still has.
///
/// # Errors
/// `unshare failed`.
pub(crate) fn leave_to_waiter() -> Result<()> {
    unshare(NsType::Mount.flag())
}

/// Changes the root, then the working directory. Call [`pivot_root`] with the result when everything is mounted.
///
/// # Errors
/// `cannot change root directory to 'DIR'`, `cannot change directory to DIR`.
pub(crate) fn change_root_and_directory(
    options: &Options,
    overlay: Option<&OverlayDir>,
    mapped: &MappedSources,
    warn: &dyn Fn(&Message),
) -> Result<Option<PivotRoot>> {
    let mut directory = options.directory.as_deref();
    let working;
    let mut new_root = None;
    if let Some(root) = &options.root {
        stop_proc_propagation_inside(root, options)?;
        new_root = change_root(root, options, overlay, mapped, warn)?;
        directory = directory.or(Some(Path::new("/")));
    } else if !options.mounts.is_empty() {
        let root = Path::new("/");
        let opened = open(root, OFlag::O_PATH | OFlag::O_DIRECTORY)?;
        let mounted = rootfs::mount_all(opened, &options.mounts, overlay, mapped, warn)?;
        if options.mounts.has_root_of_its_own() {
            // The same directory by its path, in the new root.
            working = getcwd().context("cannot get the working directory")?;
            cannot_chroot(fchdir(&mounted).and_then(|()| chroot(".")), root)?;
            directory = directory.or(Some(&working));
        }
    }
    if let Some(directory) = directory {
        chdir(directory)
            .with_hint_for(directory, hint::explain_path)
            .with_context(|| sentence("cannot change directory to %s", &[&directory]))?;
    }
    Ok(new_root)
}

/// Makes `root` the root of this process, with what is to be mounted there.
fn change_root(
    root: &Path,
    options: &Options,
    overlay: Option<&OverlayDir>,
    mapped: &MappedSources,
    warn: &dyn Fn(&Message),
) -> Result<Option<PivotRoot>> {
    if options.mounts.is_empty() && !options.extensions.pivot_root {
        cannot_chroot(chroot(root), root)?;
        return Ok(None);
    }
    let opened = open(root, OFlag::O_PATH | OFlag::O_DIRECTORY);
    let mut opened = opened
        .with_hint_for(root, hint::explain_path)
        .with_context(|| cannot_change_root(root))?;
    if !options.mounts.is_empty() {
        opened = rootfs::mount_all(opened, &options.mounts, overlay, mapped, warn)?;
    }
    if options.extensions.pivot_root {
        let new_root = PivotRoot::enter(&opened)
            .with_hint_for(root, hint::explain_path)
            .with_context(|| cannot_change_root(root))?;
        return Ok(Some(new_root));
    }
    cannot_chroot(fchdir(&opened).and_then(|()| chroot(".")), root)?;
    Ok(None)
}

fn cannot_chroot(result: Result<(), Errno>, root: &Path) -> Result<()> {
    result
        .with_hint_for(root, |errno, root| {
            hint::explain_chroot(errno, root, || sentence("add --map-root-user", &[]))
        })
        .with_context(|| cannot_change_root(root))
}

/// Stops the propagation of the proc of the new root to the caller's mount namespace.
fn stop_proc_propagation_inside(root: &Path, options: &Options) -> Result<()> {
    match &options.mount_proc {
        Some(proc) if options.propagation != Some(Propagation::Private) => {
            stop_propagation_inside(root, proc)
                .with_hint(hint::explain_set_propagation)
                .with_context(|| cannot_change_propagation(proc))
        }
        _ => Ok(()),
    }
}

fn cannot_change_propagation(directory: &Path) -> Message {
    sentence("cannot change %s filesystem propagation", &[&directory])
}

/// Makes the new root that of the mount namespace and unmounts the old root, `--pivot-root`.
///
/// # Errors
/// `cannot change root directory to 'DIR'`.
pub(crate) fn pivot_root(new_root: Option<PivotRoot>, options: &Options) -> Result<()> {
    match (new_root, &options.root) {
        (Some(new_root), Some(root)) => new_root.pivot().with_context(|| cannot_change_root(root)),
        _ => Ok(()),
    }
}

fn cannot_change_root(root: &Path) -> Message {
    sentence("cannot change root directory to '%s'", &[&root])
}

/// Mounts proc, then binfmt_misc, and registers the interpreter there.
///
/// # Errors
/// `mount DIR failed`, `cannot change DIR filesystem propagation`, `cannot open DIR/register`,
/// `write failed DIR/register`.
pub(crate) fn mount_proc_and_binfmt(options: &Options) -> Result<()> {
    if let Some(proc) = &options.mount_proc {
        // A proc on a shared /proc would appear in every mount namespace.
        if options.root.is_none() && options.propagation != Some(Propagation::Private) {
            let private = match set_propagation(proc, Propagation::Private) {
                Err(Errno::EINVAL) => stop_propagation(proc),
                changed => changed,
            };
            private
                .with_hint(hint::explain_set_propagation)
                .with_context(|| cannot_change_propagation(proc))?;
        }
        mount_kernel("proc", proc)?;
    }
    if let Some(directory) = &options.mount_binfmt {
        mount_kernel("binfmt_misc", directory)?;
        match &options.interpreter {
            Some(line) if !registers_early(options) => register(line, directory)?,
            _ => {}
        }
    }
    Ok(())
}

fn mount_kernel(filesystem: &str, directory: &Path) -> Result<()> {
    let find = match filesystem {
        "proc" => hint::explain_mount_proc,
        _ => hint::explain_mount_binfmt,
    };
    mount_kernel_filesystem(filesystem, directory)
        .with_hint_for(directory, find)
        .with_context(|| sentence("mount %s failed", &[&directory]))
}

/// Returns whether the flags of the registration, its last field, contain F, and the root changes.
fn registers_early(options: &Options) -> bool {
    match &options.interpreter {
        Some(line) => options.root.is_some() && flags_of(line.as_bytes()).contains(&b'F'),
        None => false,
    }
}

/// Returns the flags of a registration `:name:type:offset:magic:mask:interpreter:flags`, whose first byte is its
/// separator.
fn flags_of(line: &[u8]) -> &[u8] {
    match line {
        [separator, fields @ ..] => fields
            .split(|byte| byte == separator)
            .nth(6)
            .unwrap_or_default(),
        [] => &[],
    }
}

fn register(line: &OsStr, directory: &Path) -> Result<()> {
    let path = directory.join("register");
    let file = open(&path, OFlag::O_WRONLY)
        .with_context(|| sentence("cannot open %s/register", &[&directory]))?;
    write_all(&file, line.as_bytes())
        .with_context(|| sentence("write failed %s/register", &[&directory]))
}
