//! Persistent namespaces: each new one that has a FILE is bind-mounted there, and with `--persist` every other one in a
//! [`NamespaceDir`].
//!
//! This is done in the old mount namespace, or no process outside would see the mount, and with the privilege of the
//! old user namespace: if one of the two is left, a [`HelperProcess`] remains there. Either all of them are bound or
//! none, also if a signal ends the tool meanwhile: then the helper no longer finds its namespaces, and undoes what it
//! has done.

mod mount_ns_id;
pub(crate) mod unpersist;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::unistd::{Pid, getpid};
use nscore::cli::{Diagnostics, sentence};
use nscore::hint::{self, WithHint};
use nscore::namespace_dir::NamespaceDir;
use nscore::ns_type::NsType;
use nscore::sys::mount::{bind, unmount};
use nscore::sys::signal::SignalSet;

use crate::helper_process::HelperProcess;
use crate::options::Options;
use crate::persist::mount_ns_id::{mount_ns_id, renew_until_newer};

/// The namespaces that one invocation makes persistent, and where.
#[derive(Debug, Default)]
pub(crate) struct BindTargets {
    /// Each namespace in the order of binding, with its file; `None` for one in the directory.
    namespaces: Vec<(NsType, Option<PathBuf>)>,
    /// The directory of `--persist`.
    directory: Option<PathBuf>,
}

impl BindTargets {
    fn new(options: &Options) -> BindTargets {
        let directory = options.extensions.persist.clone();
        let mut namespaces: Vec<(NsType, Option<PathBuf>)> = options
            .unshared()
            .iter()
            .filter(|unshared| unshared.file.is_some() || directory.is_some())
            .map(|unshared| (unshared.ns_type, unshared.file.clone()))
            .collect();
        namespaces.sort_by_key(|(ns_type, _)| *ns_type);
        BindTargets {
            namespaces,
            directory,
        }
    }

    fn contains(&self, ns_type: NsType) -> bool {
        let mut namespaces = self.namespaces.iter();
        namespaces.any(|(target, _)| *target == ns_type)
    }
}

/// Binds the namespaces of one invocation.
pub(crate) struct NamespaceBinder {
    helper: Option<HelperProcess>,
    targets: BindTargets,
    /// The ID of the mount namespace in which the new one is to be mounted.
    old_mount_ns_id: Option<u64>,
}

impl NamespaceBinder {
    /// Collects what is to be bound, and starts a helper if binding requires one.
    ///
    /// # Errors
    /// `fork failed`.
    pub(crate) fn prepare(options: &Options, diagnostics: &Diagnostics) -> Result<NamespaceBinder> {
        let targets = BindTargets::new(options);
        if targets.namespaces.is_empty() {
            return Ok(NamespaceBinder {
                helper: None,
                targets,
                old_mount_ns_id: None,
            });
        }
        let leaves = options.unshares(NsType::Mount) || options.unshares(NsType::User);
        // Several steps are done by a process that no signal to this one can interrupt.
        let has_steps = targets.directory.is_some() || targets.namespaces.len() > 1;
        let helper = if leaves || has_steps {
            let process = getpid();
            let work = |_: &SignalSet| bind_all(process, &targets);
            Some(HelperProcess::spawn(diagnostics, work)?)
        } else {
            None
        };
        let old_mount_ns_id = if targets.contains(NsType::Mount) {
            mount_ns_id()
        } else {
            None
        };
        Ok(NamespaceBinder {
            helper,
            targets,
            old_mount_ns_id,
        })
    }

    /// Makes sure that the mount namespace that was just unshared can be bound. Call it before anything is done in that
    /// namespace.
    ///
    /// # Errors
    /// As [`renew_until_newer`].
    pub(crate) fn renew_mount_namespace(&self) -> Result<()> {
        match self.old_mount_ns_id {
            Some(old_mount_ns_id) => renew_until_newer(old_mount_ns_id),
            None => Ok(()),
        }
    }

    /// Returns whether there is a namespace to bind.
    pub(crate) fn is_needed(&self) -> bool {
        !self.targets.namespaces.is_empty()
    }

    /// Binds all namespaces.
    ///
    /// # Errors
    /// `mount /proc/PID/ns/X on FILE failed`; as [`NamespaceDir::create`], [`NamespaceDir::bind`],
    /// [`HelperProcess::run`].
    pub(crate) fn bind(self) -> Result<()> {
        match self.helper {
            Some(helper) => helper.run(),
            None => bind_all(getpid(), &self.targets),
        }
    }
}

/// Binds every namespace that `process` has unshared; after a failure none remains bound.
fn bind_all(process: Pid, targets: &BindTargets) -> Result<()> {
    let mut directory = match &targets.directory {
        Some(path) => Some(NamespaceDir::create(path)?),
        None => None,
    };
    let mut bound = Vec::new();
    for (namespace, file) in &targets.namespaces {
        let source = PathBuf::from(format!(
            "/proc/{process}/ns/{}",
            namespace.for_children_file()
        ));
        let done = match (file, &mut directory) {
            (Some(file), _) => bind_to_file(*namespace, &source, file),
            (None, Some(directory)) => directory.bind(*namespace, &source),
            (None, None) => Ok(()),
        };
        if done.is_err() {
            undo(&bound, directory);
            return done;
        }
        bound.extend(file);
    }
    Ok(())
}

/// Unmounts what was bound, in reverse order. Only the failure that led here is reported.
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
            hint::explain_bind(errno, namespace, &from, file)
        })
        .with_context(|| sentence("mount %s on %s failed", &[&source, &file]))
}
