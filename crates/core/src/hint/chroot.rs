//! Why `chroot(2)` failed; and why a process in a chroot cannot create a user namespace, `user_namespaces(7)`.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::errno::Errno;

use super::path::explain_lookup;
use super::{CAP_SYS_CHROOT, Explanation, ProbeCall, explain_refusal, explanation};
use crate::message::Message;
use crate::procfs::Proc;
use crate::sys::file::mount_info;

/// Explains why `chroot(2)` to this directory failed; `otherwise` says how to do without the capability.
pub fn explain_chroot(
    errno: Errno,
    directory: &Path,
    otherwise: fn() -> Message,
) -> Option<Explanation> {
    match errno {
        Errno::EPERM => {
            let status = Proc::for_hint().status("self");
            let missing =
                status.and_then(|status| CAP_SYS_CHROOT.missing(&status, Some(&otherwise())));
            missing.or_else(|| explain_refusal(ProbeCall::Chroot, errno))
        }
        _ => explain_lookup(errno, directory).or_else(|| explain_refusal(ProbeCall::Chroot, errno)),
    }
}

/// Explains that this process is in a chroot, if it can be seen.
pub(super) fn is_in_the_way(proc: &Proc) -> Option<Explanation> {
    (begins_no_mount() || is_not_that_of_process_1(proc)).then(|| {
        explanation(
            "inside-chroot",
            "this process is in a chroot, where the kernel allows no user namespace to be created: \
         enter the directory with pivot_root(2) instead, as runshare --pivot-root --root DIR does",
            &[],
        )
    })
}

/// Returns whether no mount begins at this process's root, as one does at the root of a mount namespace.
pub(super) fn begins_no_mount() -> bool {
    mount_info(Path::new("/")).is_some_and(|root| !root.is_mount_root)
}

/// Returns whether process 1 is in the same mount namespace and has another root, if the caller may see that.
fn is_not_that_of_process_1(proc: &Proc) -> bool {
    let of = |process: &str, name: &str| proc.path(&format!("{process}/{name}"));
    let namespace = |process| {
        let file = fs::metadata(of(process, "ns/mnt")?).ok()?;
        Some((file.dev(), file.ino()))
    };
    let root = |process| mount_info(&of(process, "root")?);
    let same_mounts = namespace("1").is_some() && namespace("1") == namespace("self");
    let (first, own) = (root("1"), root("self"));
    same_mounts && own.is_some() && first.is_some_and(|root| root.is_mount_root) && first != own
}
