//! A namespace by its inode number: the oldest process in it, if it makes no difference which of them that is; or, where
//! nobody is in it, the namespace alone, from whatever keeps it and can be reached.

use std::ffi::CStr;
use std::os::fd::OwnedFd;

use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;
use nix::unistd::Pid;
use nscore::ns_type::NsType;
use nscore::sys::nsfs::type_of;
use nscore::sys::probe::Call;

use super::candidates::Candidates;
use super::elsewhere;
use super::not_found::{Name, NotFound};
use super::processes::Processes;
use super::sought::Sought;
use crate::selection::{Selection, Source};
use crate::target::Target;

/// The files of what a process or a thread is in, below its directory.
pub(super) const OWN: [&CStr; 8] = [
    c"ns/user",
    c"ns/cgroup",
    c"ns/ipc",
    c"ns/uts",
    c"ns/net",
    c"ns/pid",
    c"ns/mnt",
    c"ns/time",
];

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
/// That nothing that the caller can look at keeps it.
pub(super) fn find_namespace(inode: u32) -> Result<FoundNamespace> {
    let processes = Processes::list()?;
    let mut sought = Sought::new(inode);
    let candidates = Candidates::collect(&processes, &sought);
    // With one missing, what is left could be another party's.
    processes.unread().check()?;
    let (file, members) = match hold_oldest(&processes, &candidates, &sought) {
        Some(held) => held,
        None => {
            processes.unread().check()?;
            let file = elsewhere::find(&processes, &mut sought);
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
        ns_type: ns_type.with_context(|| format!("namespace {inode} is of an unknown type"))?,
        file,
        members,
    })
}

/// The oldest process that is in it, held, and the namespace.
fn hold_oldest(
    processes: &Processes,
    candidates: &Candidates,
    sought: &Sought,
) -> Option<(OwnedFd, Members)> {
    let name = candidates.name?;
    let mut held = candidates.list.iter().filter_map(|candidate| {
        let held = hold(processes, candidate.pid, name, sought)?;
        // It was held first and is looked at again now: it is the process that was compared with the others.
        candidate.is_unchanged(processes).then_some(held)
    });
    let (file, target) = held.next()?;
    let parties = candidates.distinct();
    if parties.len() == 1 {
        return Some((file, Members::Alike(target)));
    }
    let labels = parties
        .iter()
        .take(LISTED)
        .map(|party| Target::new(party.pid).label());
    Some((file, Members::Different(labels.collect())))
}

/// The process held by its pidfd, and the namespace, if it is proven to be in it then.
fn hold(
    processes: &Processes,
    pid: Pid,
    name: &CStr,
    sought: &Sought,
) -> Option<(OwnedFd, Target)> {
    let target = Target::new(pid);
    let file = target.open(name.to_str().ok()?).map_err(|error| {
        // That it is no process any more, or not on procfs, has no number.
        error.downcast::<Errno>().unwrap_or(Errno::ESRCH)
    });
    let file = processes.note_file(pid, Call::Open, file)?;
    sought.is(&file).then_some((file, target))
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
                bail!("no process is in {name} namespace {inode}, so that it can be entered alone")
            }
            Members::Different(processes) if asks_for_others || needs_process => bail!(
                "the processes in {name} namespace {inode} differ in other namespaces or in their root: name one, \
                 --target {}",
                processes.join(", ")
            ),
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
