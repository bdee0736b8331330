//! Why `fork(2)` fails with ENOMEM: the PID namespace for the children has lost its PID 1, `pid_namespaces(7)`.

use nix::errno::Errno;
use nix::fcntl::OFlag;

use super::{Explanation, explanation};
use crate::ns_type::NsType;
use crate::procfs::Proc;
use crate::sys::file::open;
use crate::sys::nsfs::has_process;

/// Explains why `fork(2)` failed.
pub fn explain_fork(errno: Errno) -> Option<Explanation> {
    (errno == Errno::ENOMEM && children_have_no_init()).then(|| {
        explanation(
            "ended-init",
            "process 1 of the pid namespace for this process's children has ended, so no \
             process can be created in it: it was created by --pid without --fork; with \
             --fork, its process 1 is the program",
            &[],
        )
    })
}

/// Returns whether the PID namespace for the children had a process 1, without which the kernel would not let it be
/// opened, and has none now.
fn children_have_no_init() -> bool {
    let file = format!("self/ns/{}", NsType::Pid.for_children_file());
    let opened = Proc::for_hint()
        .path(&file)
        .map(|path| open(&path, OFlag::O_RDONLY));
    matches!(opened, Some(Ok(namespace)) if has_process(&namespace, 1) == Ok(false))
}
