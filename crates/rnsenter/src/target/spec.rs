//! What `--target` names: a process by its number, as the original has it, or what people have in their hands instead:
//! the inode number of a namespace, a directory of kept namespaces, the id of a container.
//!
//! The form of the word decides, and whatever the original understands keeps its meaning. What is named is found, opened
//! and held while the options are read, for the first mistake wins; what it is to give is known once all have been read.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::{Error, Result};
use nscore::hint::Hint;
use nscore::safe_open::DirError;

use super::process::{Invalid, Target};
use super::spec_kind::SpecKind;
use super::{by_inode, container, dir};
use crate::hint;
use crate::options::Options;

/// What was named, found and held.
#[derive(Debug)]
pub(crate) enum TargetSpec {
    Process(Target),
    Namespace(by_inode::FoundNamespace),
    Directory(dir::Kept),
}

impl TargetSpec {
    /// Finds what this word names.
    ///
    /// # Errors
    /// `invalid PID argument` if it can be the name of nothing; that nothing goes by it, or more than one thing.
    pub(crate) fn resolve(text: &OsStr) -> Result<TargetSpec> {
        match SpecKind::classify(text) {
            SpecKind::Inode(inode) => {
                return by_inode::find_namespace(inode).map(TargetSpec::Namespace);
            }
            SpecKind::Id(id) => {
                if let Some(target) = container::find_container(id)? {
                    return Ok(TargetSpec::Process(target));
                }
            }
            SpecKind::Path => {
                let path = Path::new(text);
                match dir::Kept::open(path) {
                    Ok(kept) => return Ok(TargetSpec::Directory(kept)),
                    Err(DirError::Os(_)) => {}
                    Err(untrusted) => return Err(dir::refusal_error(path, untrusted)),
                }
            }
            SpecKind::Process => {}
        }
        Target::parse(text)
            .map(TargetSpec::Process)
            .map_err(|error| match error.is::<Invalid>() {
                true => with_hint(error, text),
                false => error,
            })
    }

    /// Has it give what was chosen to come from the target; where no type was chosen, those that it stands for by itself.
    ///
    /// # Errors
    /// That it has no such namespace.
    pub(crate) fn apply(self, options: &mut Options) -> Result<()> {
        match self {
            TargetSpec::Process(target) => options.target = Some(target),
            TargetSpec::Namespace(found) => found.apply(options)?,
            TargetSpec::Directory(kept) => kept.apply(options)?,
        }
        Ok(())
    }
}

fn with_hint(error: Error, text: &OsStr) -> Error {
    let text = text.to_owned();
    error.context(Hint::new(move || hint::target::invalid_target(&text)))
}
