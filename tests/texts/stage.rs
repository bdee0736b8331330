//! The programs under the names that they are called by.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use testkit::{Outcome, Scratch, Tool, need};

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

/// Our programs, each with the original that it stands in for.
pub(crate) const PROGRAMS: [(&str, &str); 4] = [
    ("runshare", "unshare"),
    ("rnsenter", "nsenter"),
    ("rlsns", "lsns"),
    ("rchroot", "chroot"),
];

/// One of our programs. They stand beside xtask, if they were built.
#[track_caller]
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let program = Path::new(XTASK).with_file_name(name);
    let missing = format!("there is no {}: test the workspace", program.display());
    need::met(program.exists(), &missing).then_some(program)
}

/// Runs a line of bash in which `name` is `program`, by a link on PATH, as where our programs are installed.
pub(crate) fn line(program: &Path, name: &str, line: &str) -> Outcome {
    let scratch = Scratch::new();
    symlink(program, scratch.path().join(name)).expect("a link in a directory of its own");
    let path = format!("{}:/usr/bin:/bin", scratch.path().display());
    Tool::new("/bin/bash")
        .args(["-c", line])
        .env("PATH", path)
        .run()
}
