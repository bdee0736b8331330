//! Processes that do nothing but hold something, for the topics that look at one thing at a time.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use testkit::{Running, Tool, eventually, originals};

/// An original program.
pub(crate) fn original(name: &str) -> PathBuf {
    originals().join("bin").join(name)
}

/// A program in new namespaces, by the original unshare(1).
pub(crate) fn unshared(options: &[&str]) -> Tool {
    let tool = Tool::new(original("unshare")).argv0("unshare");
    tool.args(options)
}

/// A program that sleeps.
pub(crate) fn sleep() -> Tool {
    Tool::new("/bin/sleep").argv0("sleep").arg("1000")
}

/// Starts what becomes `sleep`, and waits until it has.
pub(crate) fn asleep(tool: Tool) -> Running {
    let running = tool.spawn();
    sleeps(&running);
    running
}

/// Waits until it has become `sleep`.
pub(crate) fn sleeps(running: &Running) {
    eventually("it sleeps", || {
        let name = fs::read_to_string(format!("/proc/{}/comm", running.pid()));
        name.is_ok_and(|name| name == "sleep\n")
    });
}

/// The inode number of a file, links being followed.
pub(crate) fn inode(file: impl AsRef<Path>) -> u64 {
    let file = file.as_ref();
    let status = fs::metadata(file);
    status
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        .ino()
}

/// The inode number of a process's namespace.
pub(crate) fn namespace(running: &Running, name: &str) -> u64 {
    inode(format!("/proc/{}/ns/{name}", running.pid()))
}
