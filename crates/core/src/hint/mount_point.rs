//! A root that lacks a mount point, where none can be made.

use std::path::Path;

use nix::errno::Errno;

use super::escape_for_terminal;

/// Returns the hint for a mount point, a path in the new root, that could not be made.
pub fn explain_mount_point(errno: Errno, path: &Path) -> Option<String> {
    let why = match errno {
        Errno::EROFS => "is read-only",
        Errno::EACCES | Errno::EPERM => "may not be written to by this user",
        Errno::EOVERFLOW => "belongs to IDs that this user namespace does not map",
        _ => return None,
    };
    let path = escape_for_terminal(path);
    Some(format!(
        "the root lacks {path}, which cannot be made because the root {why}: make it from outside, or add --ephemeral"
    ))
}
