//! What a word of the command line names, by the grammar of `nscore::target`: a process, a namespace, or the namespaces
//! in a directory.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;
use nscore::cli::sentence;
use nscore::hint::WithHint;
use nscore::namespace_dir::NamespaceDir;
use nscore::ns_type::NsType;
use nscore::scan::{NsTypes, nslink};
use nscore::sys::directory::{Directory, status_of};
use nscore::target::{
    Number, Purpose, ResolvedTarget, Target, invalid_target_hint, is_invalid_pid,
};

use crate::hint;
use crate::parse::{parse_inode, parse_pid};

/// A resolved target of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ScanTarget {
    /// A process.
    Process(u32),
    /// A namespace by its inode number, which may be greater than any, and by its type if that is known.
    Namespace(u64, Option<NsType>),
    /// The namespaces in a directory.
    Directory(Vec<(NsType, u32)>),
}

impl ScanTarget {
    /// Parses a target where a number is a PID.
    ///
    /// # Errors
    /// The word names nothing.
    pub(crate) fn parse_process(text: &OsStr) -> Result<ScanTarget> {
        match resolve(text, Number::Pid)? {
            Some(target) => Ok(target),
            None => Ok(ScanTarget::Process(
                parse_pid(text).map_err(|error| with_forms(error, text))?,
            )),
        }
    }

    /// Parses a target where a number is the inode number of a namespace.
    ///
    /// # Errors
    /// The word names nothing.
    pub(crate) fn parse_namespace(text: &OsStr) -> Result<ScanTarget> {
        match resolve(text, Number::Inode)? {
            Some(target) => Ok(target),
            None => Ok(ScanTarget::Namespace(
                parse_inode(text).map_err(|error| with_forms(error, text))?,
                None,
            )),
        }
    }

    /// Returns the one namespace that this target and these types name, with its type if that is known.
    ///
    /// # Errors
    /// It has several, or none of this type.
    pub(crate) fn single_namespace(&self, types: Option<NsTypes>) -> Result<(u64, Option<NsType>)> {
        let types = types.unwrap_or(NsTypes::ALL);
        let mut chosen = NsType::ALL
            .into_iter()
            .filter(|ns_type| types.contains(*ns_type));
        match self {
            ScanTarget::Namespace(number, ns_type) => Ok((*number, *ns_type)),
            ScanTarget::Process(pid) => match (chosen.next(), chosen.next()) {
                (Some(ns_type), None) => {
                    let inode = read_namespace(*pid, ns_type)?;
                    Ok((inode.into(), Some(ns_type)))
                }
                _ => bail!(sentence(
                    "process %s has several namespaces: choose one with --type",
                    &[pid]
                )),
            },
            ScanTarget::Directory(namespaces) => {
                let mut namespaces = namespaces
                    .iter()
                    .filter(|(ns_type, _)| types.contains(*ns_type));
                match (namespaces.next(), namespaces.next()) {
                    (Some((ns_type, inode)), None) => Ok(((*inode).into(), Some(*ns_type))),
                    (None, _) => bail!("the directory has no namespace of this type"),
                    _ => bail!("the directory has several namespaces: choose one with --type"),
                }
            }
        }
    }
}

/// Adds the forms that a target may have to an error, as a hint.
fn with_forms(error: Error, text: &OsStr) -> Error {
    error.context(invalid_target_hint(text))
}

/// Finds what a word names that is not only a number.
fn resolve(text: &OsStr, number: Number) -> Result<Option<ScanTarget>> {
    let process = |target: &Target| ScanTarget::Process(target.pid().as_raw().unsigned_abs());
    Ok(Some(
        match ResolvedTarget::resolve(text, number, Purpose::Inspect)? {
            Some(ResolvedTarget::Process(target)) => process(&target),
            Some(ResolvedTarget::Inode(ns_type, inode)) => {
                ScanTarget::Namespace(inode.into(), ns_type)
            }
            Some(ResolvedTarget::File(file)) => {
                ScanTarget::Namespace(file.inode().into(), Some(file.ns_type()))
            }
            Some(ResolvedTarget::Directory(directory)) => {
                ScanTarget::Directory(list_namespaces(&directory)?)
            }
            None if !text.as_bytes().contains(&b':') => return Ok(None),
            None => match Target::parse(text) {
                Ok(target) => process(&target),
                Err(error) if is_invalid_pid(&error) => return Ok(None),
                Err(error) => return Err(error),
            },
        },
    ))
}

/// Lists the namespaces in a directory.
///
/// # Errors
/// `cannot open DIR/TYPE`; there is none.
fn list_namespaces(directory: &NamespaceDir) -> Result<Vec<(NsType, u32)>> {
    let mut namespaces = Vec::new();
    for ns_type in NsType::ALL {
        let inode = match directory.namespace(ns_type) {
            Ok(Some(file)) => u32::try_from(status_of(&file)?.inode)?,
            Ok(None) | Err(Errno::ENOENT) => continue,
            Err(errno) => {
                let path = directory.file_path(ns_type);
                return Err(errno).context(sentence("cannot open %s", &[&path]));
            }
        };
        namespaces.push((ns_type, inode));
    }
    if namespaces.is_empty() {
        bail!(sentence(
            "there is no persistent namespace in %s",
            &[&directory.path()]
        ));
    }
    Ok(namespaces)
}

/// Reads the inode number of a namespace of the process with this PID.
fn read_namespace(pid: u32, ns_type: NsType) -> Result<u32> {
    let path = std::ffi::CString::new(format!("/proc/{pid}"))?;
    Directory::open(&path)
        .and_then(|process| read_inode(&process, ns_type))
        .with_hint(move |_| hint::unreadable_process(pid))
        .with_context(|| {
            sentence(
                "cannot read the %s namespace of process %s",
                &[&ns_type.option(), &pid],
            )
        })
}

/// Reads the inode number of a namespace of the process with this directory below /proc.
pub(crate) fn read_inode(process: &Directory, ns_type: NsType) -> Result<u32, Errno> {
    let name =
        std::ffi::CString::new(format!("ns/{}", ns_type.file())).map_err(|_| Errno::EINVAL)?;
    let mut target = [0; 64];
    let target = process.read_link_into(&name, &mut target)?;
    nslink::parse_link(target)
        .map(|(_, inode)| inode)
        .ok_or(Errno::EINVAL)
}
