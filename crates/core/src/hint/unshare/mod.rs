//! Why `unshare(2)` failed, and the first write of a map, without which a user namespace is of no use.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::c_int;
use nix::unistd::{getegid, geteuid};

use super::refusal::explain_refusal_in;
use super::{CAP_SYS_ADMIN, Explanation, ProbeCall, chroot, explanation, limit};
use crate::message::sentence;
use crate::ns_type::NsType;
use crate::procfs::{IdKind, Proc, try_open_verified};

/// Explains why making the namespaces of `flags` failed.
pub fn explain_unshare(errno: Errno, flags: c_int) -> Option<Explanation> {
    let proc = Proc::for_hint();
    let refused = || explain_refusal_in(&proc, ProbeCall::Unshare(flags), errno);
    match errno {
        Errno::EPERM => not_permitted(&proc, flags).or_else(refused),
        Errno::EACCES => restricted_by_apparmor(&proc).or_else(refused),
        Errno::ENOSYS => refused(),
        Errno::ENOSPC => limit::reached(&proc, flags),
        Errno::EINVAL => unknown_type(&proc, flags).or_else(|| between_namespaces(&proc, flags)),
        _ => None,
    }
}

/// Explains why the caller's own id, the user root's or another one, cannot be mapped in the user namespace that was
/// just made.
pub fn explain_map(errno: Errno, is_root: bool) -> Option<Explanation> {
    if errno != Errno::EPERM {
        return None;
    }
    restricted_by_apparmor(&Proc::for_hint()).or_else(|| {
        // The kernel has two reasons to refuse this write: that the writer may do nothing in the new namespace, which
        // is AppArmor's doing, and this one, which the new namespace's capabilities hide.
        // Where the file could not even be opened, neither is the cause.
        (is_root && can_open_map()).then(|| {
            explanation(
                "missing-capability",
                "mapping root requires CAP_SETFCAP in the parent user namespace (since Linux \
             5.12), which the caller does not have: start a container with --cap-add \
             SETFCAP to grant it",
                &[],
            )
        })
    })
}

/// Returns whether the calls that precede the write are not refused: `openat(2)` and `fstatfs(2)`.
fn can_open_map() -> bool {
    try_open_verified(Path::new("/proc/self/uid_map"), OFlag::O_RDONLY).is_ok()
}

fn not_permitted(proc: &Proc, flags: c_int) -> Option<Explanation> {
    if flags & NsType::User.flag() == 0 {
        let otherwise = sentence("add --map-root-user to get it in a new user namespace", &[]);
        return CAP_SYS_ADMIN.missing(&proc.status("self")?, Some(&otherwise));
    }
    forbidden_by_sysctl(proc)
        .or_else(|| chroot::is_in_the_way(proc))
        .or_else(|| unmapped(proc))
        .or_else(|| restricted_by_apparmor(proc))
}

/// Explains that Debian's sysctl `kernel.unprivileged_userns_clone` forbids it.
fn forbidden_by_sysctl(proc: &Proc) -> Option<Explanation> {
    const SYSCTL: &str = "kernel.unprivileged_userns_clone";
    let privileged = CAP_SYS_ADMIN.is_held(&proc.status("self")?)?;
    (!privileged && proc.sysctl(SYSCTL)? == 0).then(|| {
        explanation(
            "userns-disabled",
            "%s is 0, so only root may create user namespaces: `sysctl -w %s=1`, as \
             root, allows all users to",
            &[&SYSCTL, &SYSCTL],
        )
    })
}

/// Explains that a user without an id in the own user namespace cannot own another one.
fn unmapped(proc: &Proc) -> Option<Explanation> {
    let ids = [
        (IdKind::Users, geteuid().as_raw()),
        (IdKind::Groups, getegid().as_raw()),
    ];
    let mut unmapped = ids
        .into_iter()
        .filter(|(ids, id)| proc.maps(*ids, *id) == Some(false));
    unmapped.next().map(|(ids, id)| {
        let (name, file) = (super::id_kind(ids), ids.map_file());
        explanation(
            "unmapped-caller",
            "%s %s is not mapped in /proc/self/%s, so it cannot own a user namespace: \
             map it when this one is created, with runshare --map-root-user",
            &[&name, &id, &file],
        )
    })
}

/// Ubuntu's setting: an ordinary user's namespace cannot be made, or can and gives no capability. A program that has a
/// profile of its own is judged by that.
fn restricted_by_apparmor(proc: &Proc) -> Option<Explanation> {
    const SYSCTL: &str = "kernel.apparmor_restrict_unprivileged_userns";
    if proc.sysctl(SYSCTL)? != 1 {
        return None;
    }
    let label = proc.read_file("self/attr/current")?;
    let label = label.trim_ascii_end();
    let ours = label == b"unconfined" || label.starts_with(b"unprivileged_userns");
    ours.then(|| {
        explanation(
            "apparmor-userns",
            "%s is 1, so AppArmor denies ordinary users all capabilities in a user \
             namespace: set it to 0 (`sysctl -w %s=0`, as root), or give this program an \
             AppArmor profile with the rule `userns,`",
            &[&SYSCTL, &SYSCTL],
        )
    })
}

/// Explains that the kernel lacks a type, which is then an invalid argument.
fn unknown_type(proc: &Proc, flags: c_int) -> Option<Explanation> {
    let unknown = NsType::in_flags(flags).find(|ns_type| proc.has_type(*ns_type) == Some(false))?;
    let (name, kernel) = (unknown.option(), unknown.requirement());
    let file = Path::new("/proc/self/ns").join(unknown.file());
    Some(explanation(
        "unsupported-namespace-type",
        "this kernel does not support %s namespaces, which require %s: %s does not exist",
        &[&name, &kernel, &file],
    ))
}

/// Explains that a process with a new pid namespace for its children cannot make another one.
fn between_namespaces(proc: &Proc, flags: c_int) -> Option<Explanation> {
    let own = proc.namespace(NsType::Pid)?;
    let children = proc.path("self/ns")?.join(NsType::Pid.for_children_file());
    let children = match fs::metadata(children) {
        Ok(file) => Some(file.ino()),
        // Before the first child has been created.
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(_) => return None,
    };
    (flags & NsType::Pid.flag() != 0 && children != Some(own)).then(|| {
        explanation(
            "pending-pid-namespace",
            "this process already has a new pid namespace for its children, but is not in \
             it itself: use --fork where that namespace is created",
            &[],
        )
    })
}

#[cfg(test)]
mod tests;
