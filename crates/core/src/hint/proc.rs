//! procfs itself: why a new one cannot be mounted, and why a process cannot be seen in the one that there is.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use super::path::explain_lookup;
use super::{
    CAP_SYS_ADMIN, Explanation, ProbeCall, escape_for_terminal, explain_refusal, explanation,
};
use crate::message::sentence;
use crate::ns_type::NsType;
use crate::procfs::{MountPoint, Proc, mount_points};
use crate::sys::file::open;
use crate::sys::nsfs::owner_of;

/// Directories that are made to be mounted upon: what is there hides nothing.
const EMPTY: [&str; 3] = ["sys/fs/binfmt_misc", "fs/nfsd", "openprom"];

/// Explains why a procfs could not be mounted on `target`.
pub fn explain_mount_proc(errno: Errno, target: &Path) -> Option<Explanation> {
    if errno != Errno::EPERM {
        return explain_lookup(errno, target).or_else(|| explain_refusal(ProbeCall::Mount, errno));
    }
    let proc = Proc::for_hint();
    let status = proc.status("self")?;
    let missing = CAP_SYS_ADMIN.missing(
        &status,
        Some(&sentence("add --map-root-user --pid --fork", &[])),
    );
    missing
        .or_else(|| of_other_pids(&proc))
        .or_else(|| masked(&proc))
        .or_else(|| explain_refusal(ProbeCall::Mount, errno))
}

/// Explains that a new procfs shows the PID namespace of this process, which its user namespace does not own.
fn of_other_pids(proc: &Proc) -> Option<Explanation> {
    let file = proc.path("self/ns")?.join(NsType::Pid.file());
    let owner = open(&file, OFlag::O_RDONLY).and_then(owner_of);
    // The kernel reports the owner of what belongs to the own user namespace, or to one within it.
    matches!(owner.map(|_: OwnedFd| ()), Err(Errno::EPERM)).then(|| {
        explanation(
            "unowned-pid-namespace",
            "this process is in a pid namespace that its user namespace does not own, and a new \
         procfs always shows the pid namespace of the process that mounts it: add --pid --fork",
            &[],
        )
    })
}

/// Explains that this /proc is masked. In a user namespace a procfs may be mounted only where one can be seen as a
/// whole: with nothing over its files, as a container's engine puts it there.
fn masked(proc: &Proc) -> Option<Explanation> {
    if proc.is_initial(NsType::User)? {
        return None;
    }
    let table = proc.read_file("self/mountinfo")?;
    let mounts: Vec<MountPoint> = mount_points(&table).collect();
    let is_whole = |mount: &&MountPoint| mount.filesystem == "proc" && mount.root == Path::new("/");
    let covers = |seen: &MountPoint| -> Vec<PathBuf> {
        let upon = mounts.iter().filter(|mount| mount.parent == seen.id);
        let paths = upon.map(|mount| mount.path.clone());
        paths
            .filter(|path| !is_empty_by_nature(seen, path))
            .collect()
    };
    let whole: Vec<(&MountPoint, Vec<PathBuf>)> = mounts
        .iter()
        .filter(is_whole)
        .map(|seen| (seen, covers(seen)))
        .collect();
    if whole.iter().any(|(_, covers)| covers.is_empty()) {
        return None;
    }
    // One that another mount is on as a whole is not to be seen at all.
    let (_, covers) = whole
        .iter()
        .rfind(|(seen, covers)| !covers.contains(&seen.path))?;
    let (first, more) = covers.split_first()?;
    let (first, more) = (escape_for_terminal(first), more.len());
    let paths = match more {
        0 => sentence("%s", &[&first]),
        1 => sentence("%s and 1 more path", &[&first]),
        more => sentence("%s and %s more paths", &[&first, &more]),
    };
    Some(explanation(
        "masked-proc",
        "this /proc is masked at %s, and the kernel does not allow a user namespace to \
         mount a procfs that shows more: start the container with an unmasked /proc (docker: \
         --security-opt systempaths=unconfined, podman: --security-opt unmask=ALL)",
        &[&paths],
    ))
}

fn is_empty_by_nature(proc: &MountPoint, path: &Path) -> bool {
    EMPTY.iter().any(|below| proc.path.join(below) == path)
}

/// Explains why there is no /proc/PID: nobody has the number, or procfs hides who has it.
pub fn explain_missing_process(errno: Errno, pid: Pid) -> Option<Explanation> {
    let proc = Proc::for_hint();
    let directory = proc.path(&pid.to_string())?;
    if errno != Errno::ENOENT || directory.exists() {
        return None;
    }
    match kill(pid, None) {
        Err(Errno::ESRCH) => Some(explanation(
            "no-such-process",
            "there is no process %s",
            &[&pid],
        )),
        _ => hidden_by_option(&proc).map(|option| {
            explanation(
                "hidden-process",
                "process %s belongs to another user, and /proc is mounted with %s, which \
                 hides it: run this as root",
                &[&pid, &option],
            )
        }),
    }
}

/// Returns the option of the procfs on /proc that hides processes.
fn hidden_by_option(proc: &Proc) -> Option<String> {
    let table = proc.read_file("self/mountinfo")?;
    let at_proc = |mount: &MountPoint| mount.path == Path::new("/proc");
    let seen = mount_points(&table).filter(at_proc).last()?;
    let mut options = seen.options.split(',');
    let option = options.find(|option| option.starts_with("hidepid="))?;
    let hides = !matches!(option, "hidepid=0" | "hidepid=off");
    hides.then(|| option.to_owned())
}
