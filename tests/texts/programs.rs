//! The programs under the names that they are called by.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use testkit::{Outcome, Scratch, Tool, require};

/// Our programs, each with the original that it replaces.
pub(crate) const PROGRAMS: [(&str, &str); 4] = [
    ("runshare", "unshare"),
    ("rnsenter", "nsenter"),
    ("rlsns", "lsns"),
    ("rchroot", "chroot"),
];

/// One of our programs, built if it has to be.
#[track_caller]
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    require::workspace_program(name)
}

/// Runs a line of bash in which `name` is `program`, by a link on PATH, as where our programs are installed.
pub(crate) fn line(program: &Path, name: &str, line: &str) -> Outcome {
    let scratch = Scratch::new();
    symlink(program, scratch.path().join(name)).expect("a link in a directory of its own");
    let path = format!("{}:/usr/bin:/bin", scratch.path().display());
    Tool::new("/usr/bin/env")
        .args(["bash", "-c", line])
        .env("PATH", path)
        .run()
}
