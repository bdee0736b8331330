//! Where things are: the workspace, the originals that `tests/originals` brings, the file that counts skipped tests.

use std::env;
use std::path::{Path, PathBuf};

/// The workspace's directory, the one with the README.
#[must_use]
pub fn workspace() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    crates
        .and_then(Path::parent)
        .expect("this crate is two levels down")
        .to_owned()
}

/// Where the originals are, or would be: `$NSUTILS_ORIGINALS`, else `tests/.cache/originals` in the workspace. Below it
/// `bin/` holds the four programs, and `root/` the Debian system that they come from.
#[must_use]
pub fn originals() -> PathBuf {
    env::var_os("NSUTILS_ORIGINALS")
        .map_or_else(|| workspace().join("tests/.cache/originals"), PathBuf::from)
}

/// The file in cargo's target directory that each test skipped adds a line to: the directory above this program that
/// cargo has marked as a cache. None for a test binary that was moved elsewhere.
pub(crate) fn skipped() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    let target = program
        .ancestors()
        .find(|dir| dir.join("CACHEDIR.TAG").exists())?;
    Some(target.join("tmp/skipped"))
}
