//! Being in a chroot, in which nobody can make a user namespace, `user_namespaces(7)`; and not getting into one.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::errno::Errno;

use super::{CAP_SYS_CHROOT, Harmless, path, refuses};
use crate::procfs::Proc;
use crate::sys::file::is_mount_root;

/// Why `chroot(2)` to this directory failed; `otherwise` says how to do without the capability.
pub fn refused(errno: Errno, directory: &Path, otherwise: &str) -> Option<String> {
    match errno {
        Errno::EPERM => {
            let status = Proc::here().status("self");
            let missing =
                status.and_then(|status| CAP_SYS_CHROOT.missing(&status, Some(otherwise)));
            missing.or_else(|| refuses(Harmless::Chroot, errno))
        }
        _ => path(errno, directory),
    }
}

/// That this process is in a chroot, if it can be seen.
pub(super) fn is_in_the_way(proc: &Proc) -> Option<String> {
    (begins_no_mount() || is_not_that_of_process_1(proc)).then(|| {
        "this process is in a chroot, where the kernel lets nobody make a user namespace: enter the directory by \
         pivot_root(2) instead, as runshare --pivot-root --root DIR does"
            .to_owned()
    })
}

/// The root of a mount namespace is the root of a mount.
fn begins_no_mount() -> bool {
    is_mount_root(Path::new("/")) == Some(false)
}

/// Process 1 and this one are in the same mount namespace and have other roots. For root alone: nobody else may look.
fn is_not_that_of_process_1(proc: &Proc) -> bool {
    let same = |name: &str| -> Option<bool> {
        let [first, own] = ["1", "self"].map(|process| proc.path(&format!("{process}/{name}")));
        let (first, own) = (fs::metadata(first?).ok()?, fs::metadata(own?).ok()?);
        Some((first.dev(), first.ino()) == (own.dev(), own.ino()))
    };
    let root_of_1 = proc.path("1/root");
    let root_of_1 = root_of_1.as_deref().and_then(is_mount_root);
    same("ns/mnt") == Some(true) && same("root") == Some(false) && root_of_1 == Some(true)
}
