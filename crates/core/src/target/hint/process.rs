//! Hints about a target that cannot be looked into: it is gone, hidden, another user's, or no process to be entered.

use std::path::PathBuf;

use crate::hint::{self, Explanation, explanation};
use crate::procfs::Proc;
use nix::errno::Errno;
use nix::unistd::{Pid, geteuid};

/// Explains why the file `name` below the target's directory in /proc cannot be opened. To be asked while /proc is the
/// caller's.
pub fn explain_open_failure(errno: Errno, pid: Pid, name: &str) -> Option<Explanation> {
    match errno {
        Errno::ENOENT | Errno::ESRCH => hint::explain_missing_process(Errno::ENOENT, pid)
            .or_else(|| zombie_or_kernel_thread(pid))
            .or_else(|| missing_ns_type(pid, name)),
        Errno::EACCES | Errno::EPERM => {
            eacces_reason(pid).or_else(|| hint::explain_refused_file(&Proc::for_hint(), "open"))
        }
        _ => None,
    }
}

/// A process that has ended, or is none, has no files to be opened.
pub fn zombie_or_kernel_thread(pid: Pid) -> Option<Explanation> {
    let status = Proc::for_hint().status(&pid.to_string())?;
    if status.is_zombie() {
        let parent = status.field("PPid")?;
        return Some(explanation(
            "zombie",
            "process %s has exited and is a zombie: it has no namespaces any more; its parent, \
             process %s, has not reaped it",
            &[&pid, &parent],
        ));
    }
    status.is_kernel_thread().then(|| {
        explanation(
            "kernel-thread",
            "process %s is a kernel thread: it has no program and no environment",
            &[&pid],
        )
    })
}

fn missing_ns_type(pid: Pid, name: &str) -> Option<Explanation> {
    let proc = Proc::for_hint();
    let of_type = name.strip_prefix("ns/")?;
    let directory = proc.path(&format!("{pid}/ns"))?;
    let (has_others, has_it) = (directory.join("mnt"), directory.join(of_type));
    let is_there = |path: PathBuf| path.symlink_metadata().is_ok();
    (is_there(has_others) && !is_there(has_it)).then(|| {
        explanation(
            "unsupported-namespace-type",
            "this kernel has no %s namespaces",
            &[&of_type],
        )
    })
}

/// Explains that the target is another user's, and this one may not look into it.
fn eacces_reason(pid: Pid) -> Option<Explanation> {
    let status = Proc::for_hint().status(&pid.to_string())?;
    let (own, theirs) = (geteuid().as_raw(), status.user()?);
    if status.is_kernel_thread() {
        return (own != 0).then(|| {
            explanation(
                "kernel-thread",
                "process %s is a kernel thread, owned by root, in the initial namespaces: run \
                 this as root",
                &[&pid],
            )
        });
    }
    (own != theirs).then(|| {
        explanation(
            "not-owner",
            "process %s belongs to user %s; user %s may inspect it only with \
             CAP_SYS_PTRACE: run this as user %s or as root",
            &[&pid, &theirs, &own, &theirs],
        )
    })
}
