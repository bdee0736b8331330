//! What this kernel is too old for.

use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;

use super::path;
use crate::ns_type::NsType;
use crate::procfs::Proc;
use crate::sys::file::open;
use crate::sys::nsfs::id_of;
use crate::sys::uname::is_linux_since;

/// Why no namespace was opened by its id: because none has one.
pub fn without_ids(_: Errno) -> Option<String> {
    let own = Proc::mounted().path("self/ns/user")?;
    let own = open(&own, OFlag::O_RDONLY).ok()?;
    (id_of(own) == Err(Errno::ENOTTY)).then(|| {
        "this kernel gives namespaces no ids, for which it takes Linux 6.18: a FILE names one, as /proc/PID/ns/net does"
            .to_owned()
    })
}

/// Why binfmt_misc could not be mounted on `target`.
pub fn mount_binfmt_refused(errno: Errno, target: &Path) -> Option<String> {
    match errno {
        Errno::ENODEV => {
            Some("this kernel has no binfmt_misc: load its module, modprobe binfmt_misc".to_owned())
        }
        Errno::EPERM if is_linux_since(6, 7) || Proc::mounted().is_initial(NsType::User)? => None,
        Errno::EPERM => Some(
            "this kernel has one binfmt_misc, for all user namespaces together: one of their own takes Linux 6.7"
                .to_owned(),
        ),
        _ => path(errno, target),
    }
}
