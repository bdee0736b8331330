//! The text of `--version`.
//!
//! Programs read the original's: the first number, the last word or the beginning of its first line decides which
//! options they use. Called by any name but our own, a tool is in the original's place, and its first line is the
//! original's to the byte; the second line says which program this really is.

use std::ffi::OsStr;

use super::{Family, Message, Original, Tool, message};

/// The version of all programs, which is the workspace's.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Where faults are reported.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// Returns the version text of a tool that was called as `called`, a base name.
pub(super) fn text(tool: &Tool, called: &OsStr) -> Message {
    let Original {
        name,
        package,
        version,
    } = tool.original;
    let own = tool.name;
    if called == own {
        let text = format!("{own} {VERSION} (nsutils; compatible with {package} {version})\n");
        return message(&[&text]);
    }
    let really = format!(
        "This is {own} of nsutils {VERSION}, not {package}; report faults to {REPOSITORY}\n"
    );
    match tool.family {
        // The original shows the name that it was called by.
        Family::UtilLinux => message(&[&called, &format!(" from {package} {version}\n"), &really]),
        // The original shows its own name, whatever it was called by.
        Family::Coreutils => message(&[&format!("{name} ({package}) {version}\n"), &really]),
    }
}
