//! That a program has one thread, which `fork(2)`, the environment and the locale rely on.
//!
//! Whoever makes [`Arguments`](super::arguments::Arguments) promises it, once, in the C `main` of each program; the
//! safe functions that rely on it do nothing or panic in a process that has not promised it. No shipped crate starts a
//! thread, but for the workers of [`scan`](crate::scan), which have ended when a scan returns: the test below reads the
//! sources. Debug builds, which all tests run, count the threads as well.

use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process has promised to have one thread. The test runner, which has several, has not.
static IS_PROMISED: AtomicBool = AtomicBool::new(false);

/// Promises that this process has one thread, for [`assert_one_thread`].
///
/// # Safety
/// No other thread may run when this process forks, changes its environment or sets its locale.
pub(super) unsafe fn promise_one_thread() {
    // The tests of this crate make arguments beside other threads.
    if !cfg!(test) {
        IS_PROMISED.store(true, Ordering::Relaxed);
    }
}

/// Returns whether this process has promised to have one thread. A debug build panics if it has a second one
/// nevertheless; without a procfs nothing is known of that. The tests of this crate have promised nothing and may do it
/// all the same.
pub(super) fn has_one_thread() -> bool {
    let is_promised = IS_PROMISED.load(Ordering::Relaxed);
    if cfg!(debug_assertions) && is_promised {
        // `.`, `..` and a directory for each thread.
        let links = std::fs::metadata("/proc/self/task").map(|found| found.nlink());
        assert!(links.unwrap_or(3) <= 3, "this process has a second thread");
    }
    is_promised || cfg!(test)
}

/// Panics unless this process has promised to have one thread.
pub(super) fn assert_one_thread() {
    assert!(
        has_one_thread(),
        "only a program with one thread may do this"
    );
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    /// The files below `directory` that mention a way to start a thread.
    fn thread_starters(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).expect("a folder of sources") {
            let path = entry.expect("an entry of it").path();
            if path.is_dir() {
                thread_starters(&path, found);
                continue;
            }
            let source = fs::read_to_string(&path).expect("a source");
            let shipped = source.split("#[cfg(test)]").next().unwrap_or_default();
            let calls = [
                "thread::spawn",
                "thread::scope",
                "thread::Builder",
                "pthread_create",
            ];
            if calls.iter().any(|call| shipped.contains(call)) {
                found.push(path);
            }
        }
    }

    #[test]
    fn only_the_workers_of_a_scan_are_threads() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut found = Vec::new();
        for name in [
            "core",
            "smartcols",
            "runshare",
            "rnsenter",
            "rlsns",
            "rchroot",
            "nsutils",
        ] {
            let sources = crates.join(name).join("src");
            if sources.is_dir() {
                thread_starters(&sources, &mut found);
            }
        }
        let workers = Path::new("core/src/scan/workers.rs");
        found.retain(|path| !path.ends_with(workers) && !path.ends_with("tests.rs"));
        assert!(
            found.is_empty(),
            "these start a thread, so no program may fork: {found:?}"
        );
    }
}
