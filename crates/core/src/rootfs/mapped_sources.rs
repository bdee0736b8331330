//! Sources of binds whose owners are mapped as in a user namespace, `idmap` of `--bind`.
//!
//! Who maps the owners of a mount requires CAP_SYS_ADMIN in the user namespace of the file system, and a clone that was
//! mounted nowhere yet, `mount_setattr(2)`. So it is done before the new namespaces are entered, while this process
//! still has the capability, and by descriptors, which lead to the clones there as well.

use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use anyhow::{Context, Result};
use nix::errno::Errno;

use super::bind_source::BindSource;
use super::requests::{BindRequest, MountRequest, Requests};
use crate::hint::{self, WithHint};
use crate::message::{Message, sentence};
use crate::sys::fs_context::map_ids;

/// The clones, in the order of the requests; `None` for one whose owners stay as they are.
#[derive(Debug, Default)]
pub struct MappedSources(Vec<Option<BindSource>>);

impl MappedSources {
    /// The clone for the request with this number.
    pub(super) fn get(&self, number: usize) -> Option<&BindSource> {
        self.0.get(number)?.as_ref()
    }
}

impl Requests {
    /// Clones the sources whose owners are to be mapped, and maps them as in the user namespace that
    /// `make_user_namespace` returns, which is called if there are any.
    ///
    /// # Errors
    /// `cannot open SRC`, `cannot map the IDs of SRC`; those of `make_user_namespace`.
    pub fn map_sources(
        &self,
        make_user_namespace: impl FnOnce() -> Result<OwnedFd>,
    ) -> Result<MappedSources> {
        if !self.maps_ids() {
            return Ok(MappedSources::default());
        }
        let mut sources = Vec::new();
        for mount in &self.mounts {
            sources.push(match mount {
                MountRequest::Bind(bind) if bind.maps_ids => Some(clone(bind)?),
                _ => None,
            });
        }
        let namespace = make_user_namespace()?;
        for (mount, source) in self.mounts.iter().zip(&sources) {
            if let (MountRequest::Bind(bind), Some(source)) = (mount, source) {
                let mapped = map_ids(source, namespace.as_fd());
                mapped
                    .with_hint(hint::explain_mapped_mount)
                    .with_context(|| cannot_map(&bind.source))?;
            }
        }
        Ok(MappedSources(sources))
    }
}

fn clone(bind: &BindRequest) -> Result<BindSource> {
    let path = bind.source.as_path();
    let opened = super::bind_source::open_path(path)
        .with_hint_for(path, hint::explain_path)
        .with_context(|| sentence("cannot open %s", &[&path]))?;
    let source = BindSource::from_fd(opened).and_then(|source| match source.is_clone {
        true => Ok(source),
        false => Err(Errno::ENOSYS),
    });
    source
        .with_hint(hint::explain_mapped_mount)
        .with_context(|| cannot_map(path))
}

fn cannot_map(path: &Path) -> Message {
    sentence("cannot map the IDs of %s", &[&path])
}
