//! `--bind`, `--tmpfs` and the like: the mounts that are requested one by one. There are two steps: what they need of
//! the old root, then the mounts.

use std::os::fd::OwnedFd;
use std::path::Path;

use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;

use super::attach::{NewFilesystem, bind};
use super::bind_source::BindSource;
use super::error::{from_root, mount_failed};
use super::mount_point::make_point;
use super::requests::{BindRequest, MountRequest};
use super::root::{PointKind, Root};
use super::{api, dev};
use crate::hint::{self, WithHint};
use crate::message::{Message, sentence};
use crate::sys::directory::status_of;

/// A mount whose source is open.
pub(super) enum PreparedMount<'a> {
    Bind(&'a BindRequest, BindSource),
    Tmpfs(&'a Path, &'a NewFilesystem),
    Sys(&'a Path),
    Dev(&'a Path),
}

impl<'a> PreparedMount<'a> {
    /// Opens what the mount needs of the old root, unless it has been cloned before, with its owners mapped.
    ///
    /// # Errors
    /// `cannot open SRC`.
    pub(super) fn new(
        request: &'a MountRequest,
        mapped: Option<&BindSource>,
    ) -> Result<PreparedMount<'a>> {
        Ok(match request {
            MountRequest::Bind(request) => {
                let source = match mapped {
                    Some(mapped) => mapped.duplicate(),
                    // It must not be seen with other owners than those that were asked for.
                    None if request.maps_ids => Err(Errno::EINVAL),
                    None => BindSource::open(&request.source),
                };
                let source = source
                    .with_hint_for(request.source.as_path(), hint::explain_path)
                    .with_context(|| sentence("cannot open %s", &[&request.source]))?;
                PreparedMount::Bind(request, source)
            }
            MountRequest::Tmpfs(path, tmpfs) => PreparedMount::Tmpfs(path, tmpfs),
            MountRequest::Sys(path) => PreparedMount::Sys(path),
            MountRequest::Dev(path) => PreparedMount::Dev(path),
        })
    }

    /// Makes the mount.
    ///
    /// # Errors
    /// `bind SRC on DST failed`, `mount DIR failed`, `cannot make mount point DIR`.
    pub(super) fn mount(&self, root: &Root, warn: &dyn Fn(&Message)) -> Result<()> {
        match self {
            PreparedMount::Bind(request, source) => mount_bind(root, request, source),
            PreparedMount::Tmpfs(path, tmpfs) => {
                point(root, path, PointKind::Directory)?;
                let mounted = tmpfs.mount_on(root, path).map_err(Error::from);
                mounted.with_context(|| mount_failed(path)).map(drop)
            }
            PreparedMount::Sys(path) => {
                point(root, path, PointKind::Directory)?;
                let mounted = api::mount_sys(root, path).map_err(Error::from);
                mounted.with_context(|| mount_failed(path))
            }
            PreparedMount::Dev(path) => {
                point(root, path, PointKind::Directory)?;
                dev::mount_private(root, path, warn)
            }
        }
    }
}

fn mount_bind(root: &Root, request: &BindRequest, source: &BindSource) -> Result<()> {
    let target = request.target.as_path();
    let point = point(root, target, source.kind)?;
    let (from, to) = (&request.source, &from_root(target));
    let failed = || sentence("bind %s on %s failed", &[from, to]);
    match (source.kind, PointKind::for_source(&point)?) {
        // The kernel says EINVAL for both.
        (PointKind::Directory, PointKind::File) => bail!(sentence(
            "%s: the first is a directory, the second a file",
            &[&failed()]
        )),
        (PointKind::File, PointKind::Directory) => bail!(sentence(
            "%s: the first is a file, the second a directory",
            &[&failed()]
        )),
        _ => {}
    }
    let mounted = bind(source, request.attributes, &point, || root.open(target));
    let mounted = mounted.with_hint(hint::explain_refused_mount);
    mounted.with_context(failed).map(drop)
}

/// Opens a mount point, which is made if it is missing.
fn point(root: &Root, path: &Path, kind: PointKind) -> Result<OwnedFd> {
    let point = make_point(root, path, kind)?;
    let (root, found) = (status_of(root.open(Path::new(""))?)?, status_of(&point)?);
    if root.is_same_place(&found) {
        // A mount on the root itself would cover the whole of it, and the process would be below.
        return Err(Errno::EBUSY).with_context(|| mount_failed(path));
    }
    Ok(point)
}
