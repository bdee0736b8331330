//! Where `execvp(3)` looks for a program that is named without a slash.

use std::env;
use std::ffi::OsString;

/// Where it looks if PATH is not set: as the C library has it.
const DEFAULT: &str = if cfg!(target_env = "musl") {
    "/usr/local/bin:/bin:/usr/bin"
} else {
    "/bin:/usr/bin"
};

/// The directories, separated by colons.
pub(crate) fn search_path() -> OsString {
    env::var_os("PATH").unwrap_or_else(|| DEFAULT.into())
}
