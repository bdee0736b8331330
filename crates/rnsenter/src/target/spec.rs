//! What `--target` names: a process by its PID, as the original has it, or, as extensions, a namespace by its inode
//! number, a directory of persistent namespaces, or a container by its ID.
//!
//! The form of the word decides, and every word that the original accepts keeps its meaning. The target is found and
//! opened while the options are parsed, because the first error wins; what it is to provide is known once all options
//! are parsed.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::{Error, Result};
use nscore::hint::Hint;
use nscore::namespace_dir::NamespaceDir;
use nscore::safe_open::DirError;

use super::not_found::{Name, NotFound};
use super::process::{Target, is_invalid};
use super::spec_kind::SpecKind;
use super::{by_inode, container, dir};
use crate::hint;
use crate::selection::Selection;

/// What was named, found and held.
#[derive(Debug)]
pub(crate) enum TargetSpec {
    Process(Target),
    Namespace(by_inode::FoundNamespace),
    Directory(NamespaceDir),
}

impl TargetSpec {
    /// Finds what this word names.
    ///
    /// # Errors
    /// `invalid PID argument` if it can be the name of nothing; that nothing goes by it, or more than one thing.
    pub(crate) fn resolve(text: &OsStr) -> Result<TargetSpec> {
        match SpecKind::classify(text) {
            SpecKind::Inode(inode) => {
                return match by_inode::find_namespace(inode) {
                    Ok(found) => Ok(TargetSpec::Namespace(found)),
                    Err(error) => Err(explain_not_found(error)),
                };
            }
            SpecKind::Id(id) => {
                if let Some(target) = container::find_container(id).map_err(explain_not_found)? {
                    return Ok(TargetSpec::Process(target));
                }
            }
            SpecKind::Path => {
                let path = Path::new(text);
                match NamespaceDir::open(path) {
                    Ok(dir) => return Ok(TargetSpec::Directory(dir)),
                    Err(DirError::Os(_)) => {}
                    Err(untrusted) => return Err(dir::refusal_error(path, untrusted)),
                }
            }
            SpecKind::Process => {}
        }
        Target::parse(text)
            .map(TargetSpec::Process)
            .map_err(|error| explain_invalid(error, text))
    }

    /// Selects from the target what is to come from it; where no type was selected, those that it stands for by itself.
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
            TargetSpec::Namespace(found) => found.apply(selection, needs_process),
            TargetSpec::Directory(dir) => {
                dir::apply(&dir, selection)?;
                Ok(None)
            }
        }
    }
}

/// Adds the hint to an error that a word does not name a process.
fn explain_invalid(error: Error, text: &OsStr) -> Error {
    if !is_invalid(&error) {
        return error;
    }
    let text = text.to_owned();
    error.context(Hint::new(move || {
        hint::target::invalid_target(&text, container::list_ids)
    }))
}

/// Adds the hint to an error that nothing was found.
fn explain_not_found(error: Error) -> Error {
    let Some(not_found) = error.downcast_ref::<NotFound>() else {
        return error;
    };
    let unreadable = not_found.unreadable;
    let hint = match not_found.name {
        Name::Namespace(_) => Hint::new(move || hint::target::unreadable_processes(unreadable)),
        Name::Container(_) => {
            Hint::new(move || hint::target::no_container(unreadable, container::list_ids))
        }
    };
    Error::new(not_found.sentence()).context(hint)
}
