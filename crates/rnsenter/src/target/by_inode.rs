//! A namespace by its inode number: the oldest process in it, if it makes no difference which of them that is; or, where
//! nobody is in it, the namespace alone, from whatever keeps it and can be reached.

use nscore::cli::sentence;
use std::os::fd::OwnedFd;

use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;
use nscore::ns_type::NsType;
use nscore::scan::Processes;
use nscore::sys::directory::status_of;
use nscore::sys::nsfs::type_of;
use nscore::sys::probe::Call;

use super::candidates::Candidates;
use super::not_found::{Name, NotFound};
use super::process_list::{list_processes, target_of};
use crate::selection::{Selection, Source};
use crate::target::Target;

/// A namespace that was found.
#[derive(Debug)]
pub(crate) struct FoundNamespace {
    inode: u32,
    ns_type: NsType,
    file: OwnedFd,
    members: Members,
}

/// Who is in it.
#[derive(Debug)]
enum Members {
    None,
    /// The oldest of processes that are all in the same namespaces, with the same root.
    Alike(Target),
    /// One of each of several parties, as `--target` takes it.
    Different(Vec<String>),
}

/// How many processes a message lists.
const LISTED: usize = 5;

/// Finds it.
///
/// # Errors
/// [`NotFound`] if nothing that the caller can look at keeps it; that the search was cut short.
pub(super) fn find_namespace(inode: u32) -> Result<FoundNamespace> {
    let processes = list_processes()?;
    let candidates = Candidates::collect(&processes, inode);
    // With one missing, what is left could differ from it.
    processes.unread().check()?;
    let (file, members) = match hold_oldest(&processes, &candidates, inode) {
        Some(held) => held,
        None => {
            processes.unread().check()?;
            let file = processes.find_hidden(inode);
            let Some(file) = file else {
                processes.unread().check()?;
                return Err(Error::new(NotFound {
                    name: Name::Namespace(inode),
                    unreadable: processes.unread().processes(),
                }));
            };
            (file, Members::None)
        }
    };
    let ns_type = type_of(&file).ok().and_then(NsType::from_flag);
    Ok(FoundNamespace {
        inode,
        ns_type: ns_type
            .with_context(|| sentence("namespace %s is of an unknown type", &[&inode]))?,
        file,
        members,
    })
}

/// The oldest process that is in it, held, and the namespace.
fn hold_oldest(
    processes: &Processes,
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

/// The process held by its pidfd, and the namespace, if it is proven to be in it then.
fn hold(
    processes: &Processes,
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

impl FoundNamespace {
    /// Selects it, alone unless other types are asked for, which the process in it has. Returns that process.
    ///
    /// # Errors
    /// That more is asked for and no process is in it, or processes that differ.
    pub(super) fn apply(
        self,
        selection: &mut Selection,
        needs_process: bool,
    ) -> Result<Option<Target>> {
        if selection.selects_none() {
            selection.select(self.ns_type, Source::Target);
        }
        let from_target: Vec<NsType> = selection.selected_from_target().collect();
        let asks_for_others = selection.all
            || selection.net_socket.is_some()
            || selection.user_parent
            || from_target.iter().any(|ns_type| *ns_type != self.ns_type);
        let (name, inode) = (self.ns_type.option(), self.inode);
        match &self.members {
            Members::None if asks_for_others => {
                bail!(sentence(
                    "no process is in %s namespace %s, so it can only be entered alone",
                    &[&name, &inode]
                ))
            }
            Members::Different(processes) if asks_for_others || needs_process => bail!(sentence(
                "the processes in %s namespace %s differ in other namespaces or in their root: name one, \
                 --target %s",
                &[&name, &inode, &processes.join(", ")]
            )),
            _ => {}
        }
        // The process may go elsewhere meanwhile; the file cannot.
        if !asks_for_others && from_target.contains(&self.ns_type) {
            selection.select(self.ns_type, Source::Opened(self.file));
        }
        match self.members {
            Members::Alike(process) => Ok(Some(process)),
            _ => Ok(None),
        }
    }
}
