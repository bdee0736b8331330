//! What `--target` names: a process by its PID, as the original has it, or, as extensions, a namespace, a directory of
//! persistent namespaces, or a container.
//!
//! The target is found and opened while the options are parsed, because the first error wins; what it is to provide is
//! known once all options are parsed.

use std::ffi::OsStr;

use anyhow::{Error, Result};
use nscore::cli::sentence;
use nscore::namespace_dir::NamespaceDir;
use nscore::target::{
    FoundNamespace, Number, Purpose, ResolvedTarget, Target, invalid_target_hint, is_invalid_pid,
};

use super::{by_inode, dir};
use crate::selection::Selection;

/// What was named, found and held.
#[derive(Debug)]
pub(crate) enum TargetSpec {
    Process(Target),
    Namespace(FoundNamespace),
    Directory(NamespaceDir),
}

impl TargetSpec {
    /// Finds what this word names.
    ///
    /// # Errors
    /// `invalid PID argument` if it can be the name of nothing; that nothing goes by it, or more than one thing.
    pub(crate) fn resolve(text: &OsStr) -> Result<TargetSpec> {
        match ResolvedTarget::resolve(text, Number::Pid, Purpose::Enter)? {
            Some(ResolvedTarget::Process(target)) => Ok(TargetSpec::Process(target)),
            Some(ResolvedTarget::Inode(ns_type, inode)) => {
                FoundNamespace::find(ns_type, inode).map(TargetSpec::Namespace)
            }
            Some(ResolvedTarget::File(file)) => {
                Ok(TargetSpec::Namespace(FoundNamespace::from_file(file)))
            }
            Some(ResolvedTarget::Directory(dir)) => Ok(TargetSpec::Directory(dir)),
            None => match Target::parse(text) {
                Ok(target) => Ok(TargetSpec::Process(target)),
                Err(error) if is_invalid_pid(&error) => {
                    Err(error.context(invalid_target_hint(text)))
                }
                Err(error) => Err(error),
            },
        }
    }

    /// Selects from the target what is to come from it; where no type was selected, those that it represents by itself.
    /// Returns the process that everything else comes from, if there is one.
    ///
    /// # Errors
    /// That it has no such namespace, or, with `needs_process`, that several processes come into question.
    pub(crate) fn apply(
        self,
        selection: &mut Selection,
        needs_process: bool,
    ) -> Result<Option<Target>> {
        match self {
            TargetSpec::Process(target) => Ok(Some(target)),
            TargetSpec::Namespace(found) => by_inode::apply(found, selection, needs_process),
            TargetSpec::Directory(dir) => {
                dir::apply(&dir, selection)?;
                Ok(None)
            }
        }
    }
}

/// Returns the error that nothing names the process from which `what` is to come.
pub(crate) fn missing_target(what: &str) -> Error {
    Error::new(sentence(
        "neither filename nor target pid supplied for %s",
        &[&what],
    ))
}
