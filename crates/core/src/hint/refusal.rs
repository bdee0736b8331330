//! A call that is refused though the process has the capabilities for it: by a seccomp filter, or a security module.

use nix::errno::Errno;

use super::seccomp::explain_filter;
use super::security_module::explain_security_module;
use super::{Explanation, ProbeCall};
use crate::procfs::Proc;

/// Explains what may have answered the call with `errno`, where the kernel's own rules have not.
pub fn explain_refusal(call: ProbeCall, errno: Errno) -> Option<Explanation> {
    explain_refusal_in(&Proc::for_hint(), call, errno)
}

/// Explains what may have refused to change the propagation of a mount whose propagation can be changed.
pub fn explain_set_propagation(errno: Errno) -> Option<Explanation> {
    explain_refusal(ProbeCall::Mount, errno)
}

/// Explains what may have refused a mount by calls that are newer than `mount(2)`.
pub(crate) fn explain_refused_mount(errno: Errno) -> Option<Explanation> {
    match errno {
        Errno::EPERM | Errno::EACCES => explain_security_module(&Proc::for_hint(), "mount"),
        _ => None,
    }
}

/// Explains the same by what this procfs shows.
pub(super) fn explain_refusal_in(
    proc: &Proc,
    call: ProbeCall,
    errno: Errno,
) -> Option<Explanation> {
    let filter = explain_filter(proc, call, errno);
    filter.or_else(|| match errno {
        Errno::EPERM | Errno::EACCES => explain_security_module(proc, call.name()),
        _ => None,
    })
}
