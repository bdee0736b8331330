//! Stopping the propagation of a mount to the caller's mount namespace, `mount_namespaces(7)`.
//!
//! A mount on a shared mount appears on all its peers, and with `--propagation shared` the caller's mount is one of
//! them. A directory that is a mount point can be made private; any other is first bind-mounted on itself. That mount
//! would propagate as well. So the mount that contains the directory leaves its peer group for that moment and then
//! joins it again through a detached copy, which is still a member.

use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2, readlink};
use nscore::procfs::{MountPoint, Proc, mount_of};
use nscore::sys::file::{fd_path, move_above_stdio, open};
use nscore::sys::mount::{
    Propagation, bind, clone_mount, join_peers_of, make_private, set_propagation,
};
use nscore::sys::uname::is_linux_since;

/// Makes sure that no mount on `directory` propagates to another mount namespace. Before Linux 5.15 the caller's mount
/// namespace gets the bind mount of the directory on itself.
///
/// # Errors
/// Those of `mount(2)`, `open_tree(2)` and `move_mount(2)`.
pub(crate) fn stop_propagation(directory: &Path) -> Result<(), Errno> {
    let Some((directory, mount)) = mount_containing(directory) else {
        return Ok(());
    };
    match (mount.is_shared, mount.path == directory) {
        (false, _) => Ok(()),
        (true, true) => set_propagation(&directory, Propagation::Private),
        (true, false) => bind_privately(&directory, &mount.path),
    }
}

/// Does the same for a path inside another root, before that root is entered.
///
/// # Errors
/// As [`stop_propagation`]. If it cannot be found, the mount on it fails later.
pub(crate) fn stop_propagation_inside(root: &Path, directory: &Path) -> Result<(), Errno> {
    match resolve_in_root(root, directory) {
        Ok(directory) => stop_propagation(&directory),
        Err(_) => Ok(()),
    }
}

/// Returns the path in this root of a directory inside `root`.
fn resolve_in_root(root: &Path, directory: &Path) -> Result<PathBuf, Errno> {
    let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    let root = open(root, flags)?;
    let how = OpenHow::new()
        .flags(flags)
        .resolve(ResolveFlag::RESOLVE_IN_ROOT);
    let found = move_above_stdio(openat2(&root, directory, how)?)?;
    Ok(readlink(&fd_path(&found))?.into())
}

/// Returns the directory without symbolic links, and the mount that contains it; `None` if that cannot be determined.
fn mount_containing(directory: &Path) -> Option<(PathBuf, MountPoint)> {
    let directory = directory.canonicalize().ok()?;
    let mount = mount_of(&Proc::mounted().read_file("self/mountinfo")?, &directory)?;
    Some((directory, mount))
}

fn bind_privately(directory: &Path, around: &Path) -> Result<(), Errno> {
    if !is_linux_since(5, 15) {
        bind(directory, directory)?;
        return make_private(directory);
    }
    let around_it = open(around, OFlag::O_PATH | OFlag::O_DIRECTORY)?;
    let peer = clone_mount(&around_it)?;
    make_private(around)?;
    let bound = bind(directory, directory);
    join_peers_of(peer, around_it)?;
    bound
}
