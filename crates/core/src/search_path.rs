//! Where `execvp(3)` looks for a program that is named without a slash.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
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

/// Returns the paths at which it looks for `program`, byte for byte as the C library makes them: below `/` they begin
/// with two slashes. With a slash in it, the program is its path.
pub(crate) fn paths_of(program: &OsStr) -> Vec<OsString> {
    if program.as_bytes().contains(&b'/') {
        return vec![program.to_owned()];
    }
    let directories = search_path();
    let in_directory = |directory: &[u8]| {
        let slash: &[u8] = if directory.is_empty() { b"" } else { b"/" };
        OsString::from_vec([directory, slash, program.as_bytes()].concat())
    };
    let directories = directories.as_bytes().split(|byte| *byte == b':');
    directories.map(in_directory).collect()
}
