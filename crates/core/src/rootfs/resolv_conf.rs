//! `--resolv-conf`: the caller's /etc/resolv.conf, so that names can be looked up in a root with another one or with
//! none that leads anywhere.

use std::ffi::CStr;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat, readlinkat};
use nix::libc::{self, S_IFLNK};
use nix::sys::stat::{Mode, fchmod};

use super::attach::{NO_PROGRAMS, NewFilesystem, bind};
use super::bind_source::BindSource;
use super::error::{MountError, warn_unless};
use super::requests::Requests;
use super::root::{PointKind, Root};
use crate::message::Message;
use crate::safe_open::open_path;
use crate::sys::directory::status_of;
use crate::sys::file::write_all;
use crate::sys::mount::{attach, detach};

const PATH: &str = "etc/resolv.conf";
const NAME: &CStr = c"resolv.conf";

/// Opens the caller's file, or makes the one to be seen instead, if it is wanted and there. `directory` is the new
/// root.
pub(super) fn open_source(
    requests: &Requests,
    directory: BorrowedFd<'_>,
    warn: &dyn Fn(&Message),
) -> Option<BindSource> {
    if !requests.wants_resolv_conf() {
        return None;
    }
    let opened = match &requests.resolv_conf_text {
        Some(text) => make_source(directory, text),
        None => BindSource::open(Path::new("/etc/resolv.conf")).map_err(MountError::from),
    };
    match opened {
        Ok(source) => Some(source),
        Err(error) => {
            warn_unless(Path::new(PATH), Err(error), warn);
            None
        }
    }
}

/// Makes a file with this text in a tmpfs of its own. The tmpfs is attached to the new root for a moment: what is
/// attached nowhere cannot be cloned before Linux 6.15.
fn make_source(directory: BorrowedFd<'_>, text: &str) -> Result<BindSource, MountError> {
    let tmpfs = NewFilesystem::new(c"tmpfs", NO_PROGRAMS).with(c"mode", c"0755");
    let tmpfs = tmpfs.make()?;
    attach(&tmpfs, directory)?;
    let made = write_file(&tmpfs, text).and_then(BindSource::from_fd);
    detach(&tmpfs)?;
    Ok(made?)
}

fn write_file(directory: &OwnedFd, text: &str) -> Result<OwnedFd, Errno> {
    let flags = OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_WRONLY | OFlag::O_CLOEXEC;
    let mode = Mode::from_bits_truncate(0o644);
    let file = openat(directory, NAME, flags, mode)?;
    // The caller's umask is for files of the caller's.
    fchmod(&file, mode)?;
    write_all(&file, text.as_bytes())?;
    open_path(directory, NAME, OFlag::empty())
}

/// Mounts it on the file of the new root, or on the link: that may be absolute, or lead to what is not there yet, and
/// nothing is to be written into the root. A root with neither has no use for it.
pub(super) fn mount(root: &Root, source: &BindSource, warn: &dyn Fn(&Message)) -> Result<()> {
    let path = Path::new(PATH);
    let point = match root.open_link(path) {
        Ok(point) => point,
        Err(Errno::ENOENT | Errno::ENOTDIR) => return Ok(()),
        Err(errno) => {
            warn_unless(path, Err(errno.into()), warn);
            return Ok(());
        }
    };
    let attributes = NO_PROGRAMS | libc::MOUNT_ATTR_RDONLY;
    let bound = bind(source, attributes, &point, || root.open_link(path)).map(drop);
    let bound = match bound {
        Err(_) if status_of(&point)?.file_type == S_IFLNK => {
            bind_on_target(root, source, &point, attributes)
        }
        bound => bound,
    };
    warn_unless(path, bound.map_err(MountError::from), warn);
    Ok(())
}

/// Where the kernel mounts nothing on a link: on the file that it leads to. What is missing of that is made if it is in
/// /run, which is a new tmpfs.
fn bind_on_target(
    root: &Root,
    source: &BindSource,
    link: &OwnedFd,
    attributes: u64,
) -> Result<(), Errno> {
    let target = target_path(Path::new("/etc"), Path::new(&readlinkat(link, c"")?));
    let point = if target.starts_with("/run") {
        root.make(&target, PointKind::File)?
    } else {
        root.open(&target)?
    };
    bind(source, attributes, &point, || root.open(&target)).map(drop)
}

/// Returns where a link in `directory` leads to, as its text says.
fn target_path(directory: &Path, text: &Path) -> PathBuf {
    let mut target = PathBuf::from("/");
    for component in directory.join(text).components() {
        match component {
            Component::ParentDir => {
                target.pop();
            }
            Component::Normal(name) => target.push(name),
            _ => {}
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_path_from_the_root() {
        for (text, expected) in [
            (
                "../run/systemd/resolve/stub-resolv.conf",
                "/run/systemd/resolve/stub-resolv.conf",
            ),
            ("/run/resolvconf/resolv.conf", "/run/resolvconf/resolv.conf"),
            ("../../../../run/x", "/run/x"),
            ("resolv.conf", "/etc/resolv.conf"),
        ] {
            assert_eq!(
                target_path(Path::new("/etc"), Path::new(text)),
                Path::new(expected)
            );
        }
    }
}
