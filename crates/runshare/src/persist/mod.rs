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
use crate::persist::mount_ns_id::{mount_number, renew_until_newer};

/// What one call keeps.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Each namespace in the order of binding, with its file; `None` for one of the directory.
    pub(crate) namespaces: Vec<(NsType, Option<PathBuf>)>,
    /// `--persist`.
    pub(crate) directory: Option<PathBuf>,
}

/// The namespaces of one call, until they are bound.
pub(crate) struct Keeper {
    helper: Option<Helper>,
    kept: Kept,
    /// The number of the mount namespace in which the new one is to be mounted.
    older: Option<u64>,
}

impl Keeper {
    /// Sees what is to be kept, and leaves a helper behind if it takes one.
    ///
    /// # Errors
    /// That no process can be made.
    pub(crate) fn leave_behind(options: &Options, diagnostics: &Diagnostics) -> Result<Keeper> {
        let kept = options.kept();
        if kept.namespaces.is_empty() {
            // Most calls: nothing has to be asked for them.
            return Ok(Keeper {
                helper: None,
                kept,
                older: None,
            });
        }
        let leaves = options.unshares(NsType::Mount) || options.unshares(NsType::User);
        // What is done in several steps is done by a process that no signal to this one ends halfway.
        let has_steps = kept.directory.is_some() || kept.namespaces.len() > 1;
        let helper = if leaves || has_steps {
            let process = getpid();
            let work = |_: &SignalSet| bind_all(process, &kept);
            Some(Helper::leave_behind(diagnostics, work)?)
        } else {
            None
        };
        let mut namespaces = kept.namespaces.iter();
        let has_mount = namespaces.any(|(namespace, _)| *namespace == NsType::Mount);
        let older = if has_mount { mount_number() } else { None };
        Ok(Keeper {
            helper,
            kept,
            older,
        })
    }

    /// Sees to it that the mount namespace that has just been unshared can be bound. Call it before anything is done in
    /// that.
    ///
    /// # Errors
    /// As [`renew_until_newer`].
    pub(crate) fn renew_mount_namespace(&self) -> Result<()> {
        match self.older {
            Some(older) => renew_until_newer(older),
            None => Ok(()),
        }
    }

    /// Whether anything is to be kept.
    pub(crate) fn has_work(&self) -> bool {
        !self.kept.namespaces.is_empty()
    }

    /// Binds them all.
    ///
    /// # Errors
    /// `mount /proc/PID/ns/X on FILE failed`; as [`NamespaceDir::create`], [`NamespaceDir::bind`], [`Helper::work`].
    pub(crate) fn keep(self) -> Result<()> {
        match self.helper {
            Some(helper) => helper.work(),
            None => bind_all(getpid(), &self.kept),
        }
    }
}

/// Binds every namespace that `process` has unshared; after a failure none of them stays.
fn bind_all(process: Pid, kept: &Kept) -> Result<()> {
    let mut directory = kept
        .directory
        .as_deref()
        .map(NamespaceDir::create)
        .transpose()?;
    let mut bound = Vec::new();
    for (namespace, file) in &kept.namespaces {
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
