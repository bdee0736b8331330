//! A container by its id: its first process, found by the names of cgroups, with no engine asked.

use std::collections::{BTreeMap, BTreeSet};

use crate::container_id::{NameOwner, NameOwners};
use crate::hint::{Hint, escape_for_terminal, explanation};
use crate::message::{Message, message, sentence};
use crate::ns_type::NsType;
use crate::procfs::{Proc, ProcStatus};
use crate::safe_open::{Distrust, user_label};
use anyhow::{Error, Result, bail};
use nix::unistd::Pid;

use super::hint;
use super::membership::{HierarchyCgroup, Membership, find_membership};
use super::process::Target;
use super::process_list::{list_processes, target_of};
use crate::scan::proc_name::to_pid;

/// A process of a container, in the order in which they come into question as its first one: what is not in a pid
/// namespace further inside, then the first process of its pid namespace, then the lowest number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    depth: usize,
    is_not_first: bool,
    pid: u32,
}

/// A container's cgroups, and the processes in them.
#[derive(Debug, Default)]
struct Container {
    cgroups: BTreeSet<HierarchyCgroup>,
    members: Vec<Member>,
}

/// A cgroup with the name of a container that does not count, and the processes in it.
#[derive(Debug)]
struct Ignored {
    owner: NameOwner,
    members: Vec<Member>,
}

/// What was found in all of /proc.
#[derive(Debug, Default)]
struct SearchResult {
    /// The containers by their ids.
    containers: BTreeMap<String, Container>,
    ignored: BTreeMap<HierarchyCgroup, Ignored>,
    contradictions: Vec<(Pid, [HierarchyCgroup; 2])>,
    /// How many processes the caller may not look at.
    unreadable: usize,
}

/// Finds the container whose id begins so. Digits below ten alone may be a number that is too large, so that none is
/// found then without a word.
///
/// # Errors
/// That there is none, or that there are several; that another user may have given it its name.
pub(super) fn find_container(prefix: &str) -> Result<Option<Target>> {
    let mut owners = NameOwners::new();
    let found = search(prefix, &mut owners)?;
    if let Some((pid, [one, other])) = found.contradictions.first() {
        let [one, other] = [one, other].map(describe);
        let error = Error::new(sentence(
            "process %s is in two containers: %s and %s",
            &[&pid, &one, &other],
        ));
        return Err(error.context(hint_at(&found.ignored)));
    }
    if found.is_ambiguous() {
        let cgroups = found.containers.values().flat_map(|found| &found.cgroups);
        let mut paths = BTreeSet::new();
        for cgroup in cgroups {
            paths.insert(escape_for_terminal(&cgroup.path));
        }
        let cgroups = Vec::from_iter(paths).join(" ");
        let error = Error::new(sentence(
            "container %s is ambiguous; possibilities: %s",
            &[&prefix, &cgroups],
        ));
        return Err(error.context(hint_at(&found.ignored)));
    }
    match found.containers.into_iter().next() {
        Some((id, container)) => first_process(&id, container, &mut owners).map(Some),
        None if !found.ignored.is_empty() => Err(ignored_error(prefix, &found.ignored)),
        None if prefix.bytes().all(|digit| digit.is_ascii_digit()) => Ok(None),
        None => {
            let unreadable = found.unreadable;
            let hint = Hint::new(move || hint::no_container(unreadable, list_ids));
            let message = sentence("no container was found whose id begins with %s", &[&prefix]);
            Err(Error::new(message).context(hint))
        }
    }
}

/// Explains that what has the name is not to be trusted, and how it is entered all the same.
fn ignored_error(prefix: &str, ignored: &BTreeMap<HierarchyCgroup, Ignored>) -> Error {
    let mut reasons = ignored.values().map(|found| reason(&found.owner));
    let reason = reasons.next().unwrap_or_else(|| message(&[]));
    let members = ignored
        .values()
        .filter_map(|found| found.members.iter().min());
    let targets = members.take(5).map(|member| target_of(member.pid).label());
    let targets = Vec::from_iter(targets).join(", ");
    Error::new(sentence(
        "container %s %s: name its process, --target %s",
        &[&prefix, &reason, &targets],
    ))
    .context(hint_at(ignored))
}

/// Returns why a container with such a name is not to be trusted.
fn reason(owner: &NameOwner) -> Message {
    match owner {
        NameOwner::Other(untrusted) => match untrusted.reason {
            Distrust::Owner(uid) => sentence("belongs to user %s", &[&user_label(uid)]),
            _ => sentence("may belong to any user, because %s", &[untrusted]),
        },
        _ => sentence(
            "is in a cgroup of a hierarchy that is not mounted here",
            &[],
        ),
    }
}

/// Returns which cgroups were passed over.
fn hint_at(ignored: &BTreeMap<HierarchyCgroup, Ignored>) -> Hint {
    let ignored = ignored.iter().map(|(cgroup, found)| match &found.owner {
        NameOwner::Other(untrusted) => sentence("%s, because %s", &[&describe(cgroup), untrusted]),
        _ => describe(cgroup),
    });
    let both = |one, other| sentence("%s; %s", &[&one, &other]);
    let ignored = ignored.take(5).reduce(both);
    Hint::new(move || {
        Some(explanation(
            "ignored-cgroups",
            "ignored: %s",
            &[ignored.as_ref()?],
        ))
    })
}

fn describe(cgroup: &HierarchyCgroup) -> Message {
    let path = escape_for_terminal(&cgroup.path);
    match &*cgroup.hierarchy {
        "" => sentence("cgroup %s", &[&path]),
        hierarchy => sentence("%s cgroup %s", &[&escape_for_terminal(hierarchy), &path]),
    }
}

/// Returns the ids that begin so, as far as /proc shows processes in them.
pub(super) fn list_ids(prefix: &str) -> Vec<String> {
    let found = search(prefix, &mut NameOwners::new());
    found.unwrap_or_default().containers.into_keys().collect()
}

/// Returns the containers whose ids begin so.
fn search(prefix: &str, owners: &mut NameOwners) -> Result<SearchResult> {
    let mut found = SearchResult::default();
    let processes = list_processes()?;
    for (pid, process) in processes.each() {
        let cgroups = processes
            .read_file(pid, &process, c"cgroup")
            .unwrap_or_default();
        let membership = find_membership(&cgroups, prefix, owners);
        if membership == Membership::None {
            continue;
        }
        let status = processes.read_file(pid, &process, c"status");
        let status = ProcStatus::new(status.unwrap_or_default());
        // From Linux 4.1 on: the process's number in every pid namespace from this one down.
        let numbers: Vec<&str> = status
            .field("NSpid")
            .unwrap_or_default()
            .split_ascii_whitespace()
            .collect();
        let member = Member {
            depth: numbers.len(),
            is_not_first: numbers.last() != Some(&"1"),
            pid,
        };
        found.record(member, membership);
    }
    processes.unread().check()?;
    found.unreadable = processes.unread().processes();
    Ok(found)
}

impl SearchResult {
    fn record(&mut self, member: Member, membership: Membership) {
        match membership {
            Membership::None => {}
            Membership::Member { id, cgroups } => {
                let container = self.containers.entry(id).or_default();
                container.cgroups.extend(cgroups);
                container.members.push(member);
            }
            Membership::Ignored { cgroup, owner } => {
                let none = Ignored {
                    owner,
                    members: Vec::new(),
                };
                let ignored = self.ignored.entry(cgroup).or_insert(none);
                ignored.members.push(member);
            }
            Membership::Contradiction { cgroups, .. } => {
                let pid = to_pid(member.pid);
                self.contradictions.push((pid, cgroups));
            }
        }
    }

    /// Returns whether there are two containers, or two cgroups of one hierarchy that have the same name.
    fn is_ambiguous(&self) -> bool {
        let has_two = |container: &Container| {
            let mut seen = BTreeSet::new();
            let mut cgroups = container.cgroups.iter();
            cgroups.any(|cgroup| !seen.insert(&cgroup.hierarchy))
        };
        self.containers.len() > 1 || self.containers.values().any(has_two)
    }
}

/// Returns the first process of a container, held and proven to be in it then.
///
/// # Errors
/// That none is in other namespaces than the caller is.
fn first_process(id: &str, container: Container, owners: &mut NameOwners) -> Result<Target> {
    let mut members = container.members;
    members.sort_unstable();
    for member in members {
        let target = target_of(member.pid);
        if is_member(&target, id, owners) && is_inside(&target) {
            return Ok(target);
        }
    }
    bail!(sentence(
        "no process of container %s is in a pid or mount namespace other than the caller's",
        &[&id]
    ))
}

/// Returns whether the process that is held is in this container.
fn is_member(target: &Target, id: &str, owners: &mut NameOwners) -> bool {
    target.read_file("cgroup").is_ok_and(|cgroups| {
        let membership = find_membership(&cgroups, id, owners);
        matches!(membership, Membership::Member { .. })
    })
}

/// Returns whether it is inside, unlike an engine's helper that waits in the same cgroup. One that cannot be looked
/// into is another user's, and what it takes to enter it is reported then.
fn is_inside(target: &Target) -> bool {
    [NsType::Pid, NsType::Mount].into_iter().any(|ns_type| {
        let theirs = target.stat_namespace(ns_type.file()).ok();
        theirs.is_none_or(|theirs| Proc::mounted().namespace(ns_type) != Some(theirs.inode))
    })
}
