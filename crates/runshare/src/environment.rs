//! `--clear-env` and `--whitelist-env`: the environment of the program.

use std::env;
use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::OsStringExt;

use nscore::language;
use nscore::sys::environment::replace;

use crate::options::Options;

/// Reduces the environment to the listed variables, the last one first; to none with `--clear-env` alone.
pub(crate) fn apply(options: &Options) {
    if options.clear_environment || options.whitelist.is_some() {
        language::remember();
        let names = options.whitelist.iter().flatten().rev();
        replace(names.filter_map(|name| entry(name)));
    }
}

/// Returns whether the program gets the `SHELL` of this process.
pub(crate) fn keeps_shell(options: &Options) -> bool {
    match &options.whitelist {
        Some(names) => names.iter().any(|name| name == "SHELL"),
        None => !options.clear_environment,
    }
}

/// `NAME=VALUE`, if the variable is set.
fn entry(name: &OsStr) -> Option<CString> {
    let value = env::var_os(name)?;
    let mut entry = OsString::from(name);
    entry.push("=");
    entry.push(value);
    CString::new(entry.into_vec()).ok()
}
