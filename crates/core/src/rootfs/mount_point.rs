//! Mount points, and why one could not be made.

use std::os::fd::OwnedFd;
use std::path::Path;

use anyhow::{Context, Result};

use super::error::from_root;
use super::root::{PointKind, Root};
use crate::hint::{self, WithHint};
use crate::message::sentence;

/// Opens a mount point, which is made if it is missing.
///
/// # Errors
/// `cannot make mount point DIR`
pub(super) fn make_point(root: &Root, path: &Path, kind: PointKind) -> Result<OwnedFd> {
    let named = from_root(path);
    root.make(path, kind)
        .with_hint_for(named.as_path(), hint::explain_mount_point)
        .with_context(|| sentence("cannot make mount point %s", &[&named]))
}
