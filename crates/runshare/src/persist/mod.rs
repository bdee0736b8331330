//! Namespaces that outlive their processes: each new one that was given a FILE is bind-mounted there, and with
//! `--persist` every other one in a [`NamespaceDir`].
//!
//! It is done from the old mount namespace, or nobody outside would see it, and with the privilege of the old user
//! namespace: where one of the two is left, a [`Helper`] stays behind for it. Either all of them are bound or none,
//! also when the tool is ended by a signal meanwhile: then the helper finds no namespaces of it any more, and undoes
//! what it has done.

mod mount_ns_id;
pub(crate) mod unpersist;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::unistd::{Pid, getpid};
use nscore::cli::{Diagnostics, message};
use nscore::hint::{self, WithHint};
use nscore::namespace_dir::NamespaceDir;
use nscore::ns_type::NsType;
use nscore::sys::mount::{bind, unmount};
use nscore::sys::signal::SignalSet;

use crate::helper::Helper;
use crate::options::Options;
use crate::persist::mount_ns_id::{mount_ns_id, renew_until_newer};

/// What one call keeps.
#[derive(Debug, Default)]
pub(crate) struct BindTargets {
    /// Each namespace in the order of binding, with its file; `None` for one of the directory.
    pub(crate) namespaces: Vec<(NsType, Option<PathBuf>)>,
    /// `--persist`.
    pub(crate) directory: Option<PathBuf>,
}

/// The namespaces of one call, until they are bound.
pub(crate) struct NamespaceBinder {
    helper: Option<Helper>,
    targets: BindTargets,
    /// The number of the mount namespace in which the new one is to be mounted.
    old_mount_ns_id: Option<u64>,
}

impl NamespaceBinder {
    /// Sees what is to be targets, and leaves a helper behind if it takes one.
    ///
    /// # Errors
    /// That no process can be made.
    pub(crate) fn prepare(options: &Options, diagnostics: &Diagnostics) -> Result<NamespaceBinder> {
        let targets = options.bind_targets();
        if targets.namespaces.is_empty() {
            // Most calls: nothing has to be asked for them.
            return Ok(NamespaceBinder {
                helper: None,
                targets,
                old_mount_ns_id: None,
            });
        }
        let leaves = options.unshares(NsType::Mount) || options.unshares(NsType::User);
        // What is done in several steps is done by a process that no signal to this one ends halfway.
        let has_steps = targets.directory.is_some() || targets.namespaces.len() > 1;
        let helper = if leaves || has_steps {
            let process = getpid();
            let work = |_: &SignalSet| bind_all(process, &targets);
            Some(Helper::spawn(diagnostics, work)?)
        } else {
            None
        };
        let mut namespaces = targets.namespaces.iter();
        let has_mount = namespaces.any(|(namespace, _)| *namespace == NsType::Mount);
        let old_mount_ns_id = if has_mount { mount_ns_id() } else { None };
        Ok(NamespaceBinder {
            helper,
            targets,
            old_mount_ns_id,
        })
    }

    /// Sees to it that the mount namespace that has just been unshared can be bound. Call it before anything is done in
    /// that.
    ///
    /// # Errors
    /// As [`renew_until_newer`].
    pub(crate) fn renew_mount_namespace(&self) -> Result<()> {
        match self.old_mount_ns_id {
            Some(old_mount_ns_id) => renew_until_newer(old_mount_ns_id),
            None => Ok(()),
        }
    }

    /// Whether anything is to be targets.
    pub(crate) fn is_needed(&self) -> bool {
        !self.targets.namespaces.is_empty()
    }

    /// Binds them all.
    ///
    /// # Errors
    /// `mount /proc/PID/ns/X on FILE failed`; as [`NamespaceDir::create`], [`NamespaceDir::bind`], [`Helper::run`].
    pub(crate) fn bind(self) -> Result<()> {
        match self.helper {
            Some(helper) => helper.run(),
            None => bind_all(getpid(), &self.targets),
        }
    }
}

/// Binds every namespace that `process` has unshared; after a failure none of them stays.
fn bind_all(process: Pid, targets: &BindTargets) -> Result<()> {
    let mut directory = targets
        .directory
        .as_deref()
        .map(NamespaceDir::create)
        .transpose()?;
    let mut bound = Vec::new();
    for (namespace, file) in &targets.namespaces {
        let source = PathBuf::from(format!(
            "/proc/{process}/ns/{}",
            namespace.for_children_file()
        ));
        let done = match (file, &mut directory) {
            (Some(file), _) => bind_to_file(*namespace, &source, file).map(|()| bound.push(file)),
            (None, Some(directory)) => directory.bind(*namespace, &source),
            (None, None) => Ok(()),
        };
        if done.is_err() {
            undo(&bound, directory);
            return done;
        }
    }
    Ok(())
}

/// Takes away what was bound, the last first. The failure that brought us here is the one to tell.
fn undo(files: &[&PathBuf], directory: Option<NamespaceDir>) {
    if let Some(directory) = directory {
        directory.undo();
    }
    for file in files.iter().rev() {
        let _ = unmount(file);
    }
}

fn bind_to_file(namespace: NsType, source: &Path, file: &Path) -> Result<()> {
    let from = source.to_owned();
    bind(source, file)
        .with_hint_for(file, move |errno, file| {
            hint::bind(errno, namespace, &from, file)
        })
        .with_context(|| message(&[&"mount ", &source, &" on ", &file, &" failed"]))
}
