//! A namespace that cannot be bound to a file: what `mount(2)` has against the place.

use std::path::{Path, PathBuf};

use nix::errno::Errno;

use super::{CAP_SYS_ADMIN, path, shown};
use crate::namespace::Namespace;
use crate::procfs::{Proc, mount_of};

/// Why a namespace could not be bound to `file`.
pub fn bind_refused(errno: Errno, namespace: Namespace, file: &Path) -> Option<String> {
    match errno {
        Errno::EINVAL if namespace == Namespace::Mount => on_shared_mount(&Proc::here(), file),
        Errno::EPERM => CAP_SYS_ADMIN.missing(&Proc::here().status("self")?, None),
        Errno::ENOENT if file.symlink_metadata().is_err() && parent(file).is_dir() => {
            let file = shown(file);
            Some(format!(
                "the file must be there already: `touch {file}` makes it"
            ))
        }
        _ => path(errno, file),
    }
}

/// Mounts upon a shared mount travel to the mounts that are its peers, and that of a mount namespace must not: one that
/// holds itself would never end.
fn on_shared_mount(proc: &Proc, file: &Path) -> Option<String> {
    let directory = parent(file).canonicalize().ok()?;
    let table = proc.read("self/mountinfo")?;
    let mount = mount_of(&table, &directory.join(file.file_name()?))?;
    if !mount.is_shared {
        return None;
    }
    let (point, directory) = (shown(&mount.path), shown(&directory));
    let remedy = match point == directory {
        true => format!("mount --make-private {directory}"),
        false => format!("mount --bind --make-private {directory} {directory}"),
    };
    let file = shown(file);
    Some(format!(
        "{file} is on the mount {point}, which is shared, and a mount namespace can be kept on a private one alone: \
         `{remedy}` makes its directory one"
    ))
}

fn parent(file: &Path) -> PathBuf {
    match file.parent() {
        Some(parent) if parent.as_os_str().is_empty() => ".".into(),
        Some(parent) => parent.into(),
        None => "/".into(),
    }
}
