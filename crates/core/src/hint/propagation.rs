//! Why the propagation of the mounts could not be changed, the first step in a new mount namespace.

use nix::errno::Errno;

use super::chroot::begins_no_mount;
use super::{CAP_SYS_ADMIN, Explanation, ProbeCall, explain_refusal, explanation};
use crate::procfs::Proc;

/// Explains why `mount(2)` refused to change the propagation of `/`.
pub fn explain_propagation(errno: Errno) -> Option<Explanation> {
    match errno {
        Errno::EINVAL if begins_no_mount() => Some(explanation(
            "inside-chroot",
            "/ is not a mount point, as in a chroot, and has no propagation: add --propagation \
             unchanged",
            &[],
        )),
        Errno::EPERM => {
            let status = Proc::for_hint().status("self");
            let missing = status.and_then(|status| CAP_SYS_ADMIN.missing(&status, None));
            missing.or_else(|| explain_refusal(ProbeCall::Mount, errno))
        }
        _ => explain_refusal(ProbeCall::Mount, errno),
    }
}
