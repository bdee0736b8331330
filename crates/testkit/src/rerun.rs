//! A test in a process of its own: the test binary is started once more for that one test, perhaps by a program that
//! has made namespaces for it.
//!
//! ```no_run
//! # use testkit::{Tool, require, rerun};
//! #[test]
//! fn a_mount_is_seen() {
//!     if rerun::reason().is_none() {
//!         let unshare = Tool::new("/usr/bin/unshare").arg("-m");
//!         rerun::assert_passed(&rerun::this_test(unshare, "in a mount namespace").run());
//!         return;
//!     }
//!     // … in the mount namespace
//! }
//! ```

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use std::{env, thread};

use crate::outcome::{Outcome, Status};
use crate::tool::Tool;
use crate::{accessible, paths, require};

/// Names the reason to the test that is run again.
const RERUN: &str = "NSUTILS_RERUN";

/// Returns why this test is run again, in the words given to [`this_test`]; `None` where cargo runs it.
#[must_use]
pub fn reason() -> Option<String> {
    env::var(RERUN).ok()
}

/// Adds the command line that runs the calling test once more, for this reason. It finds the originals and is as strict
/// as this run.
///
/// # Panics
/// Outside of a test: libtest gives the test's name to its thread.
#[track_caller]
pub fn this_test(tool: Tool, reason: &str) -> Tool {
    let binary = paths::test_binary().expect("a test binary knows its path");
    let thread = thread::current();
    let name = thread.name().expect("libtest names the thread of a test");
    let words = ["--nocapture", "--test-threads=1", "--exact", name];
    let strict = env::var_os("NSUTILS_STRICT").unwrap_or_default();
    tool.arg(accessible::accessible_copy(&binary))
        .args(words.map(OsString::from))
        .env(RERUN, reason)
        .env(paths::TEST_BINARY, &binary)
        .env("NSUTILS_STRICT", strict)
        .env("NSUTILS_ORIGINALS", paths::originals())
}

/// Runs the calling test once more in a mount namespace, which this runshare makes for it.
///
/// # Panics
/// If it fails there.
#[track_caller]
pub fn in_mount_namespace(runshare: impl Into<PathBuf>, timeout: Duration) {
    let tool = this_test(Tool::new(runshare).arg("-m"), "in a mount namespace");
    assert_passed(&tool.timeout(timeout).run());
}

/// Asserts that the test which ran again has passed, and takes over its notes of what it could not test.
#[track_caller]
pub fn assert_passed(outcome: &Outcome) {
    // Had the name been wrong, nothing would have run, and nothing failed.
    let passed = outcome.status == Status::Exited(0) && outcome.out().contains(" 1 passed; ");
    let (status, output) = (outcome.status, outcome.out() + &outcome.err());
    assert!(
        passed,
        "expected the test to pass in a process of its own: {status}\n{output}"
    );
    require::forward_notes(&outcome.err());
}
