//! Features that this kernel is too old for.

use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;

use super::path::explain_lookup;
use super::{Explanation, ProbeCall, explain_refusal, explanation};
use crate::ns_type::NsType;
use crate::procfs::Proc;
use crate::sys::file::open;
use crate::sys::nsfs::id_of;
use crate::sys::uname::is_linux_since;

/// Explains why no namespace was opened by its id: because none has one.
pub fn explain_missing_ids(_: Errno) -> Option<Explanation> {
    let own = Proc::for_hint().path("self/ns/user")?;
    let own = open(&own, OFlag::O_RDONLY).ok()?;
    (id_of(own) == Err(Errno::ENOTTY)).then(|| {
        explanation(
            "kernel-too-old",
            "this kernel has no namespace ids, which require Linux 6.18: give a FILE \
             instead, such as /proc/PID/ns/net",
            &[],
        )
    })
}

/// Explains why binfmt_misc could not be mounted on `target`.
pub fn explain_mount_binfmt(errno: Errno, target: &Path) -> Option<Explanation> {
    match errno {
        Errno::ENODEV => Some(explanation(
            "missing-kernel-module",
            "this kernel does not have binfmt_misc: `modprobe binfmt_misc`, as root, loads it",
            &[],
        )),
        Errno::EPERM if is_linux_since(6, 7) || Proc::for_hint().is_initial(NsType::User)? => {
            explain_refusal(ProbeCall::Mount, errno)
        }
        Errno::EPERM => Some(explanation(
            "kernel-too-old",
            "this kernel has one binfmt_misc for all user namespaces: a separate one for each \
             requires Linux 6.7",
            &[],
        )),
        _ => explain_lookup(errno, target).or_else(|| explain_refusal(ProbeCall::Mount, errno)),
    }
}
