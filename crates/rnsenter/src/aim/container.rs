//! A container by its id: its first process, found by the names of cgroups, with no engine asked.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

use anyhow::{Error, Result, anyhow, bail};
use nix::unistd::Pid;
use nscore::hint::Hint;
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

/// The ids that begin so, and whose processes are whose.
type Members = BTreeMap<String, Vec<Member>>;

/// Finds the container whose id begins so.
///
/// # Errors
/// That there is none, or that there are several.
pub(super) fn find(prefix: &str) -> Result<Target> {
    let members = members(prefix)?;
    let mut ids = members.into_iter();
    match (ids.next(), ids.next()) {
        (None, _) => Err(not_found(prefix)),
        (Some((id, members)), None) => first(&id, members),
        (Some((one, _)), Some((other, _))) => {
            let rest: Vec<String> = ids.map(|(id, _)| id).collect();
            let all = [vec![one, other], rest].concat().join(" ");
            bail!("container {prefix} is ambiguous; possibilities: {all}")
        }
    }
}

fn not_found(prefix: &str) -> Error {
    anyhow!("no container was found whose id begins with {prefix}")
        .context(Hint::new(unknown::no_container))
}

/// The ids that begin so, as far as /proc shows processes in them.
pub(super) fn ids(prefix: &str) -> Vec<String> {
    members(prefix).map_or(Vec::new(), |members| members.into_keys().collect())
}

fn members(prefix: &str) -> Result<Members> {
    let mut members = Members::new();
    for (pid, process) in Processes::list()?.each() {
        let cgroups = read(&process, c"cgroup").unwrap_or_default();
        let Some(id) = id::innermost(&cgroups).filter(|id| id.starts_with(prefix)) else {
            continue;
        };
        let status = Status::new(read(&process, c"status").unwrap_or_default());
        // From Linux 4.1 on: the process's number in every pid namespace from this one down.
        let numbers: Vec<&str> = status
            .field("NSpid")
            .unwrap_or_default()
            .split_ascii_whitespace()
            .collect();
        members.entry(id.to_owned()).or_default().push(Member {
            depth: numbers.len(),
            is_not_first: numbers.last() != Some(&"1"),
            pid: pid.as_raw(),
        });
    }
    Ok(members)
}

/// The first process of a container, held and proven to be in it then.
///
/// # Errors
/// That none is in other namespaces than the caller is.
fn first(id: &str, mut members: Vec<Member>) -> Result<Target> {
    members.sort_unstable();
    let targets = members
        .iter()
        .map(|member| Target::of(Pid::from_raw(member.pid)));
    let mut held = targets.filter(|target| is_in(target, id));
    held.find(is_elsewhere).ok_or_else(|| {
        anyhow!(
            "no process of container {id} is in a pid or mount namespace other than the caller's"
        )
    })
}

/// Whether the process that is held is in the container.
fn is_in(target: &Target, wanted: &str) -> bool {
    let mut cgroups = Vec::new();
    let read = target
        .open("cgroup")
        .is_ok_and(|file| File::from(file).read_to_end(&mut cgroups).is_ok());
    read && id::innermost(&cgroups) == Some(wanted)
}

/// Whether it is inside, unlike an engine's helper that waits in the same cgroup. One that cannot be looked into is
/// another user's, and what it takes to enter it is told then.
fn is_elsewhere(target: &Target) -> bool {
    [Namespace::Pid, Namespace::Mount].into_iter().any(|of| {
        let theirs = target.stat_namespace(of.file()).ok();
        theirs.is_none_or(|theirs| Proc::here().namespace(of) != Some(theirs.st_ino))
    })
}
