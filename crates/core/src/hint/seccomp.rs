//! A seccomp filter that refuses a call, `seccomp(2)`: what containers' engines and service managers set up.
//!
//! That there is a filter is a line in /proc/self/status; that it is the filter which said no has to be tried. A filter
//! is asked before the kernel looks at what a call is to do, so a call that could never do anything, and that the
//! kernel would refuse for that, is refused in the filter's way.

use std::path::Path;

use nix::errno::Errno;
use nix::libc::{self, c_int};
use nix::mount::{MsFlags, mount};
use nix::unistd::chroot;

use super::{Explanation, explanation};
use crate::procfs::Proc;
use crate::sys::file::open;
use crate::sys::namespace::{setns, unshare};
use crate::sys::process::{self, ExitReason};

/// A system call with arguments with which it can do nothing: without a filter the kernel fails it with this error.
#[derive(Clone, Copy, Debug)]
pub enum ProbeCall {
    /// unshare(2) with these flags and one that it refuses: EINVAL.
    Unshare(c_int),
    /// setns(2) with these types to a descriptor that is not a namespace: EINVAL.
    Setns(c_int),
    /// mount(2) on the empty path: ENOENT.
    Mount,
    /// chroot(2) to the empty path: ENOENT.
    Chroot,
}

impl ProbeCall {
    pub(super) fn name(self) -> &'static str {
        match self {
            ProbeCall::Unshare(_) => "unshare",
            ProbeCall::Setns(_) => "setns",
            ProbeCall::Mount => "mount",
            ProbeCall::Chroot => "chroot",
        }
    }

    fn call(self) -> Result<(), Errno> {
        let nowhere = Path::new("");
        match self {
            ProbeCall::Unshare(flags) => unshare(flags | libc::CLONE_VFORK),
            ProbeCall::Setns(flags) => {
                let root = open(Path::new("/"), nix::fcntl::OFlag::O_RDONLY)?;
                setns(root, flags)
            }
            ProbeCall::Mount => mount(
                Some("proc"),
                nowhere,
                Some("proc"),
                MsFlags::empty(),
                None::<&str>,
            ),
            ProbeCall::Chroot => chroot(nowhere),
        }
    }
}

/// Explains that a filter has answered the call with `errno`, if it has.
pub(super) fn explain_filter(proc: &Proc, call: ProbeCall, errno: Errno) -> Option<Explanation> {
    let refusals = [Errno::EPERM, Errno::EACCES, Errno::ENOSYS];
    if !refusals.contains(&errno) || !proc.status("self")?.is_filtered() {
        return None;
    }
    // In a child, for a filter may also kill.
    let child =
        process::spawn(|| call.call().map_or_else(|answer| answer as c_int, |()| 0)).ok()?;
    if process::wait(child).ok()? != ExitReason::Status(errno as c_int) {
        return None;
    }
    let name = call.name();
    Some(explanation(
        "seccomp-filter",
        "a seccomp filter refuses %s(2) (Seccomp: 2 in /proc/self/status), inherited from the \
         process that started this one: start a container with --security-opt seccomp=unconfined \
         to avoid it",
        &[&name],
    ))
}
