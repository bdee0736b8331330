//! The init of `runshare --init` as a target. It shows nothing of itself to the user who has started it, so whoever may
//! not look into it enters its oldest child in its stead: it has what is to be entered, and an environment, ids, limits
//! and a directory besides.

use nscore::cli::sentence;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Result, bail};
use nix::errno::Errno;
use nix::fcntl::{OFlag, readlink};
use nix::unistd::Pid;
use nscore::procfs::{ProcStatus, Stat, try_open_verified};

use crate::target::Target;

/// What such an init calls itself, `PR_SET_NAME`.
const NAME: &str = "runshare-init";

/// Returns the process to enter in the stead of `pid`; none if `pid` is no such init, or may be looked into.
///
/// # Errors
/// That it has no child that may be looked into and is in its namespaces.
pub(crate) fn readable_child(pid: Pid) -> Result<Option<Target>> {
    if !is_init(pid) || !is_unreadable(pid) {
        return Ok(None);
    }
    if let Some(target) = hold_oldest_child(pid) {
        return Ok(Some(target));
    }
    bail!(sentence(
        "process %s is the init of runshare, which its user may not inspect, and has no child in its namespaces \
         that you may enter",
        &[&pid]
    ))
}

/// Returns the child, held, if it may be looked into and is where the init is.
fn hold_child(init: Pid, child: Pid) -> Option<Target> {
    let target = Target::new(child);
    // Held from here on, and only then is it known to be a child: its number cannot become another's.
    let is_held = target.pidfd().is_ok() && parent_of(child) == Some(init);
    (is_held && !is_unreadable(child) && shares_namespaces(init, child)).then_some(target)
}

/// Returns the oldest child of an init of `runshare --init` that is in its namespaces, held: what the init runs for its
/// user.
pub(crate) fn oldest_child(pid: Pid) -> Option<Target> {
    match is_init(pid) {
        true => hold_oldest_child(pid),
        false => None,
    }
}

fn is_init(pid: Pid) -> bool {
    read_status(pid).is_some_and(|status| status.field("Name") == Some(NAME))
}

/// Returns the oldest child that may be looked into and is where the init is, held.
fn hold_oldest_child(init: Pid) -> Option<Target> {
    let mut children = children_of(init).into_iter();
    children.find_map(|child| hold_child(init, child))
}

/// Returns whether the kernel refuses to show the process's namespaces to this one.
fn is_unreadable(pid: Pid) -> bool {
    let link = format!("/proc/{pid}/ns/user");
    matches!(readlink(link.as_str()), Err(Errno::EACCES | Errno::EPERM))
}

/// Returns the contents of a file of this process, if it is procfs's own: a FIFO that somebody has mounted over it is
/// not waited for.
fn read_proc_file(pid: Pid, name: &str) -> Option<Vec<u8>> {
    let path = format!("/proc/{pid}/{name}");
    let file = try_open_verified(Path::new(&path), OFlag::O_RDONLY).ok()?;
    let mut contents = Vec::new();
    File::from(file).read_to_end(&mut contents).ok()?;
    Some(contents)
}

fn read_status(pid: Pid) -> Option<ProcStatus> {
    read_proc_file(pid, "status").map(ProcStatus::new)
}

fn parent_of(pid: Pid) -> Option<Pid> {
    let parent = read_status(pid)?.field("PPid")?.parse().ok()?;
    Some(Pid::from_raw(parent))
}

/// Returns the children, the oldest first. They are asked of every process, because a kernel need not list them.
fn children_of(pid: Pid) -> Vec<Pid> {
    let processes = fs::read_dir("/proc").into_iter().flatten();
    let numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let children = numbers
        .map(Pid::from_raw)
        .filter(|child| parent_of(*child) == Some(pid));
    let mut by_age: Vec<(u64, Pid)> = children
        .map(|child| (start_time(child).unwrap_or(u64::MAX), child))
        .collect();
    by_age.sort_by_key(|(start, child)| (*start, child.as_raw()));
    by_age.into_iter().map(|(_, child)| child).collect()
}

/// When the process was started, in clock ticks since the machine was.
fn start_time(pid: Pid) -> Option<u64> {
    Some(Stat::parse(&read_proc_file(pid, "stat")?)?.started)
}

/// Returns whether the child is where the init is, as far as /proc shows to everybody: the kernel names the namespaces
/// of the init to nobody who may not look into it. IPC, UTS and cgroup namespaces cannot be distinguished so.
fn shares_namespaces(init: Pid, child: Pid) -> bool {
    let same = |file: &str| {
        let contents = [init, child].map(|pid| read_proc_file(pid, file));
        contents[0] == contents[1]
    };
    let depth = |pid| {
        let status = read_status(pid)?;
        Some(status.field("NSpid")?.split_ascii_whitespace().count())
    };
    // Each network namespace has files of its own in /proc.
    let network = |pid| {
        fs::metadata(format!("/proc/{pid}/net/dev"))
            .ok()
            .map(|file| file.ino())
    };
    depth(init) == depth(child)
        && ["uid_map", "gid_map", "timens_offsets"]
            .into_iter()
            .all(same)
        && network(init) == network(child)
        && shares_mounts(init, child)
}

/// Returns whether a mount that the child sees is one that the init sees: no mount is in two mount namespaces. One
/// whose root is no mount may see none.
fn shares_mounts(init: Pid, child: Pid) -> bool {
    let mounts = |pid: Pid| {
        let table = read_proc_file(pid, "mountinfo").unwrap_or_default();
        let lines = table.split(|byte| *byte == b'\n');
        let numbers = lines.filter_map(|line| line.split(|byte| *byte == b' ').next());
        let numbers = numbers.filter(|number| !number.is_empty());
        numbers.map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    let (of_init, of_child) = (mounts(init), mounts(child));
    of_child.is_empty() || of_child.iter().any(|mount| of_init.contains(mount))
}
