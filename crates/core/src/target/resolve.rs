//! From a word to what it names: found, opened and held, so that it cannot become something else.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result};
use nix::errno::Errno;

use super::container;
use super::hint;
use super::named_file::{NamedPath, NamespaceFile, open_named_path};
use super::process::Target;
use super::purpose::Purpose;
use super::spec_kind::{Number, SpecKind};
use crate::hint::Hint;
use crate::message::sentence;
use crate::namespace_dir::NamespaceDir;
use crate::ns_type::NsType;

/// Where `ip netns` keeps the namespaces that it names.
const NETNS_DIR: &str = "/run/netns";

/// What a word names.
#[derive(Debug)]
pub enum ResolvedTarget {
    /// A process.
    Process(Target),
    /// A namespace by its inode number, and by its type if that was named. It has not been searched for.
    Inode(Option<NsType>, u32),
    /// A namespace file.
    File(NamespaceFile),
    /// A directory of persistent namespaces.
    Directory(NamespaceDir),
}

impl ResolvedTarget {
    /// Finds what this word names; `None` if it is a number as the original reads it, `PID:INODE`, or nothing.
    ///
    /// # Errors
    /// Nothing has this name, or more than one thing; another user may have decided what has it.
    pub fn resolve(
        text: &OsStr,
        number: Number,
        purpose: Purpose,
    ) -> Result<Option<ResolvedTarget>> {
        Ok(match SpecKind::classify(text, number) {
            SpecKind::Inode(inode) => Some(ResolvedTarget::Inode(None, inode)),
            SpecKind::Namespace(ns_type, inode) => {
                Some(ResolvedTarget::Inode(Some(ns_type), inode))
            }
            SpecKind::Id(id) => container::find_container(id)?.map(ResolvedTarget::Process),
            SpecKind::Path(path) => match open_named_path(path, purpose)? {
                Some(NamedPath::File(file)) => Some(ResolvedTarget::File(file)),
                Some(NamedPath::Directory(dir)) => Some(ResolvedTarget::Directory(dir)),
                None => None,
            },
            SpecKind::NetnsName(name) => Some(ResolvedTarget::File(open_netns(name, purpose)?)),
            SpecKind::Number => None,
        })
    }
}

/// Opens the network namespace with this name.
///
/// # Errors
/// There is none, or what has its name is something else.
fn open_netns(name: &OsStr, purpose: Purpose) -> Result<NamespaceFile> {
    let path = netns_path(name).ok_or_else(|| {
        Error::new(sentence(
            "invalid name of a network namespace: '%s'",
            &[&name],
        ))
    })?;
    let opened = open_named_path(&path, purpose)?;
    let file = match opened {
        Some(NamedPath::File(file)) if file.ns_type() == NsType::Net => return Ok(file),
        _ => path,
    };
    let error = match file.symlink_metadata() {
        Err(_) => Err(Errno::ENOENT).context(sentence("cannot open %s", &[&file])),
        Ok(_) => Err(Error::new(sentence(
            "%s is not a network namespace",
            &[&file],
        ))),
    };
    error.map_err(|error| error.context(Hint::new(move || hint::netns_names(&file))))
}

/// Returns the path of the network namespace with this name, which is one component.
fn netns_path(name: &OsStr) -> Option<PathBuf> {
    let is_name = !name.is_empty() && name != "." && name != "..";
    is_name.then(|| Path::new(NETNS_DIR).join(name))
}

/// Returns the hint for a word that names nothing.
pub fn invalid_target_hint(text: &OsStr) -> Hint {
    let text = text.to_owned();
    Hint::new(move || hint::invalid_target(&text, container::list_ids))
}
