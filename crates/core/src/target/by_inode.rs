//! A namespace by its inode number: the oldest process in it, if it makes no difference which of them that is; or,
//! where nobody is in it, the namespace alone, from whatever keeps it and can be reached.

use std::os::fd::OwnedFd;

use crate::hint::{Hint, explanation};
use crate::message::sentence;
use crate::ns_type::NsType;
use crate::scan::ProcessList;
use crate::sys::directory::status_of;
use crate::sys::nsfs::type_of;
use crate::sys::probe::Call;
use anyhow::{Context, Error, Result};
use nix::errno::Errno;

use super::candidates::Candidates;
use super::hint;
use super::named_file::NamespaceFile;
use super::process::Target;
use super::process_list::{list_processes, target_of};

/// A namespace that was found.
#[derive(Debug)]
pub struct FoundNamespace {
    inode: u32,
    ns_type: NsType,
    file: OwnedFd,
    /// Known once it was asked for.
    members: Option<Members>,
}

/// The processes in a namespace.
#[derive(Debug)]
pub enum Members {
    /// There is none.
    None,
    /// The oldest of processes that are all in the same namespaces, with the same root.
    Alike(Target),
    /// One of each of several parties, as `--target` takes it.
    Different(Vec<String>),
}

/// How many processes a message lists.
const LISTED: usize = 5;

impl FoundNamespace {
    /// Finds the namespace with this inode number, of this type if one is given.
    ///
    /// # Errors
    /// Nothing that the caller can look at keeps it; that the search was cut short.
    pub fn find(ns_type: Option<NsType>, inode: u32) -> Result<FoundNamespace> {
        let not_found = |unreadable| {
            let sentence = match ns_type {
                None => sentence("no namespace %s was found", &[&inode]),
                Some(ns_type) => {
                    sentence("no %s namespace %s was found", &[&ns_type.option(), &inode])
                }
            };
            Error::new(sentence).context(Hint::new(move || hint::unreadable_processes(unreadable)))
        };
        let processes = list_processes()?;
        let (file, members) = match find_members(&processes, inode)? {
            Some(held) => held,
            None => match processes.find_hidden(inode) {
                Some(file) => (file, Members::None),
                None => {
                    processes.unread().check()?;
                    return Err(not_found(processes.unread().processes()));
                }
            },
        };
        let known = type_of(&file).ok().and_then(NsType::from_flag);
        let known =
            known.with_context(|| sentence("namespace %s is of an unknown type", &[&inode]))?;
        if ns_type.is_some_and(|ns_type| ns_type != known) {
            return Err(not_found(0).context(Hint::new(move || {
                let name = known.option();
                Some(explanation(
                    "wrong-namespace-type",
                    "namespace %s is a namespace of another type: %s",
                    &[&inode, &name],
                ))
            })));
        }
        Ok(FoundNamespace {
            inode,
            ns_type: known,
            file,
            members: Some(members),
        })
    }

    /// Takes a namespace whose file was named.
    pub fn from_file(file: NamespaceFile) -> FoundNamespace {
        FoundNamespace {
            inode: file.inode(),
            ns_type: file.ns_type(),
            file: file.into_file(),
            members: None,
        }
    }

    /// Returns its inode number.
    pub fn inode(&self) -> u32 {
        self.inode
    }

    /// Returns its type.
    pub fn ns_type(&self) -> NsType {
        self.ns_type
    }

    /// Returns the processes in it, for which they are searched where the namespace was found without them.
    ///
    /// # Errors
    /// The search was cut short.
    pub fn members(&mut self) -> Result<&Members> {
        if self.members.is_none() {
            let found = find_members(&list_processes()?, self.inode)?;
            self.members = found.map(|(_, members)| members);
        }
        Ok(self.members.get_or_insert(Members::None))
    }

    /// Returns the open namespace, and the process in it if it makes no difference which.
    pub fn into_parts(self) -> (OwnedFd, Option<Target>) {
        match self.members {
            Some(Members::Alike(process)) => (self.file, Some(process)),
            _ => (self.file, None),
        }
    }
}

/// Finds the processes in the namespace with this inode number, and the namespace through one of them; `None` if none
/// is in it.
///
/// # Errors
/// The search was cut short: with one missing, what is left could differ from it.
fn find_members(processes: &ProcessList, inode: u32) -> Result<Option<(OwnedFd, Members)>> {
    let candidates = Candidates::collect(processes, inode);
    processes.unread().check()?;
    let held = hold_oldest(processes, &candidates, inode);
    if held.is_none() {
        processes.unread().check()?;
    }
    Ok(held)
}

/// Returns the oldest process that is in it, held, and the namespace.
fn hold_oldest(
    processes: &ProcessList,
    candidates: &Candidates,
    inode: u32,
) -> Option<(OwnedFd, Members)> {
    let ns_type = candidates.ns_type?;
    let mut held = candidates.list.iter().filter_map(|candidate| {
        let held = hold(processes, candidate.pid, (ns_type, inode))?;
        // It was held first and is looked at again now: it is the process that was compared with the others.
        candidate.is_unchanged(processes).then_some(held)
    });
    let (file, target) = held.next()?;
    let distinct = candidates.distinct();
    if distinct.len() == 1 {
        return Some((file, Members::Alike(target)));
    }
    let listed = distinct.iter().take(LISTED);
    let labels = listed.map(|candidate| target_of(candidate.pid).label());
    Some((file, Members::Different(labels.collect())))
}

/// Returns the process held by its pidfd, and the namespace, if it is proven to be in it then.
fn hold(
    processes: &ProcessList,
    pid: u32,
    (ns_type, inode): (NsType, u32),
) -> Option<(OwnedFd, Target)> {
    let target = target_of(pid);
    let file = target
        .open(&format!("ns/{}", ns_type.file()))
        .map_err(|error| {
            // That it is no process any more, or not on procfs, has no number.
            error.downcast::<Errno>().unwrap_or(Errno::ESRCH)
        });
    let file = processes.note_file(pid, Call::Open, file)?;
    // The target's files are on procfs, so this is a namespace.
    let is_it = status_of(&file).is_ok_and(|status| status.inode == u64::from(inode));
    is_it.then_some((file, target))
}
