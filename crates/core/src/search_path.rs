//! Where `execvp(3)` looks for a program that is named without a slash.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// Where it looks if PATH is not set: as the C library has it.
const DEFAULT: &str = if cfg!(target_env = "musl") {
    "/usr/local/bin:/bin:/usr/bin"
} else {
    "/bin:/usr/bin"
};

/// Returns the directories, separated by colons.
pub(crate) fn search_path() -> OsString {
    env::var_os("PATH").unwrap_or_else(|| DEFAULT.into())
}

/// Returns the paths at which it looks for `name`, in their order.
pub fn candidates(name: &OsStr) -> Vec<PathBuf> {
    let directories = search_path();
    let candidates = env::split_paths(&directories).map(|directory| directory.join(name));
    candidates.collect()
}
