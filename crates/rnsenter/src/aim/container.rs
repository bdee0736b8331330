//! A container by its id: its first process, found by the names of cgroups, with no engine asked.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

use anyhow::{Error, Result, anyhow, bail};
use nix::unistd::Pid;
use nscore::hint::{Hint, shown};
use nscore::namespace::Namespace;
use nscore::procfs::{Proc, Status};

use super::processes::{Processes, read};
use super::{id, unknown};
use crate::target::Target;

/// A process of a container, in the order in which they come into question as its first one: what is not in a pid
/// namespace further inside, then the first process of its pid namespace, then the lowest number.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    depth: usize,
    is_not_first: bool,
    pid: i32,
}

/// A container's id, and the processes in its cgroup.
#[derive(Debug, Default)]
struct Container {
    id: String,
    members: Vec<Member>,
}

/// Containers by the paths of their cgroups.
type Containers = BTreeMap<String, Container>;

/// Finds the container whose id begins so. Digits below ten alone may be a number that is too large, so that none is found
/// then without a word.
///
/// # Errors
/// That there is none, or that there are several.
pub(super) fn find(prefix: &str) -> Result<Option<Target>> {
    let containers = containers(prefix)?;
    if containers.len() > 1 {
        let cgroups: Vec<String> = containers.keys().map(shown).collect();
        let cgroups = cgroups.join(" ");
        bail!("container {prefix} is ambiguous; possibilities: {cgroups}");
    }
    match containers.into_iter().next() {
        Some((cgroup, container)) => first(&cgroup, container).map(Some),
        None if prefix.bytes().all(|digit| digit.is_ascii_digit()) => Ok(None),
        None => Err(not_found(prefix)),
    }
}

fn not_found(prefix: &str) -> Error {
    anyhow!("no container was found whose id begins with {prefix}")
        .context(Hint::new(unknown::no_container))
}

/// The ids that begin so, as far as /proc shows processes in them.
pub(super) fn ids(prefix: &str) -> Vec<String> {
    let containers = containers(prefix).unwrap_or_default().into_values();
    containers.map(|container| container.id).collect()
}

/// The containers whose ids begin so.
fn containers(prefix: &str) -> Result<Containers> {
    let mut containers = Containers::new();
    for (pid, process) in Processes::list()?.each() {
        let cgroups = read(&process, c"cgroup").unwrap_or_default();
        let Some(named) = id::innermost(&cgroups).filter(|named| named.id.starts_with(prefix))
        else {
            continue;
        };
        let status = Status::new(read(&process, c"status").unwrap_or_default());
        // From Linux 4.1 on: the process's number in every pid namespace from this one down.
        let numbers: Vec<&str> = status
            .field("NSpid")
            .unwrap_or_default()
            .split_ascii_whitespace()
            .collect();
        let container = containers.entry(named.cgroup.to_owned()).or_default();
        named.id.clone_into(&mut container.id);
        container.members.push(Member {
            depth: numbers.len(),
            is_not_first: numbers.last() != Some(&"1"),
            pid: pid.as_raw(),
        });
    }
    Ok(containers)
}

/// The first process of a container, held and proven to be in it then.
///
/// # Errors
/// That none is in other namespaces than the caller is.
fn first(cgroup: &str, container: Container) -> Result<Target> {
    let Container { id, mut members } = container;
    members.sort_unstable();
    let targets = members
        .iter()
        .map(|member| Target::of(Pid::from_raw(member.pid)));
    let mut held = targets.filter(|target| is_in(target, cgroup));
    held.find(is_elsewhere).ok_or_else(|| {
        anyhow!(
            "no process of container {id} is in a pid or mount namespace other than the caller's"
        )
    })
}

/// Whether the process that is held is in this cgroup.
fn is_in(target: &Target, wanted: &str) -> bool {
    let mut cgroups = Vec::new();
    let read = target
        .open("cgroup")
        .is_ok_and(|file| File::from(file).read_to_end(&mut cgroups).is_ok());
    read && id::innermost(&cgroups).is_some_and(|named| named.cgroup == wanted)
}

/// Whether it is inside, unlike an engine's helper that waits in the same cgroup. One that cannot be looked into is
/// another user's, and what it takes to enter it is told then.
fn is_elsewhere(target: &Target) -> bool {
    [Namespace::Pid, Namespace::Mount].into_iter().any(|of| {
        let theirs = target.stat_namespace(of.file()).ok();
        theirs.is_none_or(|theirs| Proc::here().namespace(of) != Some(theirs.st_ino))
    })
}
