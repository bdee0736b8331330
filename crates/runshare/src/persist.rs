//! Namespaces that outlive their processes: each new one that was given a FILE is bind-mounted there.
//!
//! It is done from the old mount namespace, or nobody outside would see it, and with the privilege of the old user
//! namespace: where one of the two is left, a [`Helper`] stays behind for it. Either all files are bound or none.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::unistd::{Pid, getpid};
use nscore::cli::{Diagnostics, message};
use nscore::hint::{self, Explain};
use nscore::namespace::Namespace;
use nscore::sys::mount::{bind, unmount};

use crate::helper::Helper;
use crate::options::Options;

/// The files of one call, until they are bound.
pub(crate) struct Keeper {
    helper: Option<Helper>,
    files: Vec<(Namespace, PathBuf)>,
}

impl Keeper {
    /// Sees what is to be kept, and leaves a helper behind if it takes one.
    ///
    /// # Errors
    /// That no process can be made.
    pub(crate) fn leave_behind(options: &Options, diagnostics: &Diagnostics) -> Result<Keeper> {
        let files = options.kept();
        let leaves = options.unshares(Namespace::Mount) || options.unshares(Namespace::User);
        let helper = if leaves && !files.is_empty() {
            let process = getpid();
            let work = || bind_all(process, &files);
            Some(Helper::leave_behind(diagnostics, work)?)
        } else {
            None
        };
        Ok(Keeper { helper, files })
    }

    /// Whether anything is to be kept.
    pub(crate) fn has_work(&self) -> bool {
        !self.files.is_empty()
    }

    /// Binds the files.
    ///
    /// # Errors
    /// `mount /proc/PID/ns/X on FILE failed`; as [`Helper::work`].
    pub(crate) fn keep(self) -> Result<()> {
        match self.helper {
            Some(helper) => helper.work(),
            None => bind_all(getpid(), &self.files),
        }
    }
}

/// Binds every namespace that `process` has unshared to its file; after a failure none of them stays.
fn bind_all(process: Pid, files: &[(Namespace, PathBuf)]) -> Result<()> {
    for (count, (namespace, file)) in files.iter().enumerate() {
        let source = PathBuf::from(format!("/proc/{process}/ns/{}", namespace.unshared_file()));
        let bound = bind(&source, file);
        if bound.is_err() {
            undo(files[..count].iter().map(|(_, file)| file.as_path()));
        }
        let kind = *namespace;
        bound
            .explain_for(file.as_path(), move |errno, file| {
                hint::bind(errno, kind, file)
            })
            .with_context(|| message(&[&"mount ", &source, &" on ", file, &" failed"]))?;
    }
    Ok(())
}

/// Takes away what was bound, the last first.
fn undo<'a>(files: impl DoubleEndedIterator<Item = &'a Path>) {
    for file in files.rev() {
        // The failure that brought us here is the one to tell.
        let _ = unmount(file);
    }
}
