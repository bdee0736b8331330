//! Not being able to become another user or group: it has no number in the user namespace, or the privilege is missing.

use nix::errno::Errno;

use super::{CAP_SETGID, CAP_SETUID, Explanation, explanation};
use crate::procfs::{IdKind, Proc};

/// Explains why `setuid(2)` or `setgid(2)` to this id failed.
pub fn explain_setid(errno: Errno, ids: IdKind, id: u32) -> Option<Explanation> {
    let proc = Proc::for_hint();
    match errno {
        Errno::EINVAL if proc.maps(ids, id)? => None,
        Errno::EINVAL => {
            let (name, file) = (super::id_kind(ids), ids.map_file());
            let option = format!("--map-{}s", ids.name());
            Some(explanation(
                "unmapped-id",
                "%s %s does not exist in this user namespace: /proc/self/%s does not map it; runshare \
                 %s maps it",
                &[&name, &id, &file, &option],
            ))
        }
        Errno::EPERM => {
            let capability = match ids {
                IdKind::Users => CAP_SETUID,
                IdKind::Groups => CAP_SETGID,
            };
            capability.missing(&proc.status("self")?, None)
        }
        _ => None,
    }
}

/// Explains why `setgroups(2)` failed.
pub fn explain_setgroups(errno: Errno) -> Option<Explanation> {
    let proc = Proc::for_hint();
    if errno != Errno::EPERM {
        return None;
    }
    if let Some(missing) = CAP_SETGID.missing(&proc.status("self")?, None) {
        return Some(missing);
    }
    if proc.read_file("self/gid_map")?.trim_ascii().is_empty() {
        return Some(explanation(
            "unmapped-id",
            "no group is mapped in this user namespace (/proc/self/gid_map is empty): runshare \
             --map-groups maps some",
            &[],
        ));
    }
    let denied = proc.read_file("self/setgroups")?.trim_ascii() == b"deny";
    denied.then(|| {
        explanation(
            "setgroups-denied",
            "this user namespace denies setgroups(2) (/proc/self/setgroups), as does one \
             whose only group was mapped without privilege: mapping more groups with \
             runshare --map-auto allows it",
            &[],
        )
    })
}
