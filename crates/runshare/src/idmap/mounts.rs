//! Mapping the owners of what `--bind SRC:DST:idmap` binds as in the new user namespace.
//!
//! The kernel maps a mount by a user namespace that has its maps. The program's own has them when the process that
//! could map a mount has left, so this is another one with the same maps, which a child holds for as long as that
//! takes.

use std::os::fd::OwnedFd;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::SIGKILL;
use nix::unistd::{Pid, getegid, geteuid, read};
use nscore::cli::sentence;
use nscore::hint::{self, WithHint};
use nscore::ns_type::NsType;
use nscore::pdeathsig::ParentDeathSignal;
use nscore::procfs::IdKind;
use nscore::rootfs::{MappedSources, Requests};
use nscore::sys::file::{open, socket_pair, write_all};
use nscore::sys::namespace::unshare;
use nscore::sys::process;

use crate::helper_process::kill_and_reap;
use crate::idmap::IdMap;
use crate::idmap::write::write_map;
use crate::unshare::explain_failure;

/// Clones the sources whose owners are to be mapped, and maps them.
///
/// # Errors
/// As [`Requests::map_sources`](nscore::rootfs::Requests::map_sources); that no user namespace can be made.
pub(crate) fn map_sources(
    mounts: &Requests,
    users: &IdMap,
    groups: &IdMap,
) -> Result<MappedSources> {
    mounts.map_sources(|| make_user_namespace(users, groups))
}

/// Makes a user namespace with the maps of the new one, and without a process in it.
fn make_user_namespace(users: &IdMap, groups: &IdMap) -> Result<OwnedFd> {
    let (here, there) = socket_pair().context("socketpair failed")?;
    let death_signal = ParentDeathSignal::new(SIGKILL)?;
    let child = move || {
        let unshared = unshare(NsType::User.flag());
        let number = unshared.err().map_or(0, |errno| errno as i32);
        if death_signal.arm().is_ok() && write_all(&there, &number.to_ne_bytes()).is_ok() {
            // It is killed, or ends by itself where that is forbidden.
            while read(&there, &mut [0]) == Err(Errno::EINTR) {}
        }
        0
    };
    let child = process::spawn(child)
        .with_hint(hint::explain_fork)
        .context("fork failed")?;
    let namespace = open_mapped(child, &here, users, groups);
    // A sandbox may refuse to kill it.
    let _ = write_all(&here, &[0]);
    kill_and_reap(child);
    namespace
}

/// Writes the maps of the user namespace that the child is in once it has made it, and opens it.
fn open_mapped(child: Pid, socket: &OwnedFd, users: &IdMap, groups: &IdMap) -> Result<OwnedFd> {
    let mut number = [0; size_of::<i32>()];
    if read(socket, &mut number).context("recv failed")? != number.len() {
        bail!("helper process failed");
    }
    let unshared = match i32::from_ne_bytes(number) {
        0 => Ok(()),
        errno => Err(Errno::from_raw(errno)),
    };
    explain_failure(unshared, NsType::User.flag())?;
    let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
    write_map(IdKind::Users, child, &users.ranges(uid))?;
    write_map(IdKind::Groups, child, &groups.ranges(gid))?;
    let path = PathBuf::from(format!("/proc/{child}/ns/user"));
    let namespace = open(&path, OFlag::O_RDONLY);
    namespace.with_context(|| sentence("cannot open %s", &[&path]))
}
