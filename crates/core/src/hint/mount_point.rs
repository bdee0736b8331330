//! A root that lacks a mount point, where none can be made.

use std::path::Path;

use nix::errno::Errno;

use super::{Explanation, escape_for_terminal, explanation};
use crate::message::sentence;

/// Returns the hint for a mount point, a path in the new root, that could not be made.
pub fn explain_mount_point(errno: Errno, path: &Path) -> Option<Explanation> {
    let why = match errno {
        Errno::EROFS => sentence("is read-only", &[]),
        Errno::EACCES | Errno::EPERM => sentence("may not be written to by this user", &[]),
        Errno::EOVERFLOW => sentence("belongs to IDs that this user namespace does not map", &[]),
        _ => return None,
    };
    let path = escape_for_terminal(path);
    Some(explanation(
        "missing-mount-point",
        "the root lacks %s, which cannot be made because the root %s: make it from outside, or add --ephemeral",
        &[&path, &why],
    ))
}
