//! Real container engines, for root: [`Docker`] and [`Podman`], with images, state and sockets in a directory of the
//! test's own. They run in a PID and a mount namespace of their own, so that all of it ends with the test, even if that
//! is killed: daemons, monitors, containers, mounts.

mod docker;
mod podman;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::processes::children_of;
use crate::running::Running;
use crate::scratch::Scratch;
use crate::tool::Tool;
use crate::{eventually, require};

pub use docker::Docker;
pub use podman::Podman;

/// Has what engines keep outside of their directories go with them.
const PRIVATE_STATE: &str = "mkdir -p /etc/docker
for directory in /run /etc/docker /opt /var/lib/containers; do
    ! test -d $directory || mount -t tmpfs none $directory
done
";

/// The namespaces that an engine and its containers are in.
struct EngineHost {
    running: Running,
    init: Pid,
    /// The names of cgroups that the engine leaves.
    cgroups: Vec<String>,
}

impl EngineHost {
    /// Runs this script as their first process. It becomes another program in the end.
    fn new(script: &str, cgroups: Vec<String>) -> Self {
        let options = ["-m", "-p", "-f", "--mount-proc", "--kill-child", "sh", "-c"];
        let tool = Tool::new("/usr/bin/unshare").args(options);
        let running = tool.arg(format!("set -e\n{PRIVATE_STATE}{script}")).spawn();
        let mut init = None;
        eventually("the engine's first process", || {
            init = children_of(running.pid()).first().copied();
            init.is_some()
        });
        let init = init.expect("it is there");
        Self {
            running,
            init,
            cgroups,
        }
    }

    /// The first process of a container, which the client of the engine is asked for.
    #[track_caller]
    fn inspect_pid(&self, client: impl Fn(&[&str]) -> Tool, container: &str) -> Pid {
        let words = ["inspect", "--format", "{{.State.Pid}}", container];
        let number = client(&words).run().ok().out();
        let found = self.find_process(number.trim_end());
        found.unwrap_or_else(|| panic!("container {container} has no process"))
    }

    /// The process whose number inside is this one, as the test numbers it.
    fn find_process(&self, number_inside: &str) -> Option<Pid> {
        let mut left = vec![self.init];
        while let Some(pid) = left.pop() {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
            let mut numbers = numbers.unwrap_or_default().split_whitespace().skip(1);
            if numbers.next() == Some(number_inside) {
                return Some(pid);
            }
            left.extend(children_of(pid));
        }
        None
    }
}

impl Drop for EngineHost {
    fn drop(&mut self) {
        // With it the kernel kills all others, and only then does the one that waits for it end.
        if kill(self.init, Signal::SIGKILL).is_ok() {
            let _ = self.running.wait();
        }
        for name in &self.cgroups {
            remove_cgroups(Path::new("/sys/fs/cgroup"), name);
        }
    }
}

/// Makes the archive of an image that has one static program, under these names in its root directory; none, and the
/// test skipped, where that is not installed.
#[track_caller]
fn make_image(scratch: &Scratch, names: &[&str]) -> Option<PathBuf> {
    let busybox = require::busybox()?;
    let root = scratch.dir("image");
    for directory in ["proc", "etc", "tmp"] {
        scratch.dir(format!("image/{directory}"));
    }
    for name in names {
        let program = root.join(name);
        fs::copy(&busybox, &program)
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    }
    // Where PATH leads, too.
    symlink(".", root.join("bin")).expect("it is new");
    let archive = scratch.path().join("image.tar");
    let tar = Tool::new("/bin/tar")
        .current_dir(&root)
        .arg("-cf")
        .arg(&archive);
    let _ = tar.arg(".").run().ok();
    Some(archive)
}

/// What the root directory of an image has.
const PROGRAMS: [&str; 6] = ["sh", "cat", "env", "ps", "readlink", "sleep"];

/// Removes the cgroups of this name, with what is in them, wherever they are below `directory`: an engine leaves them.
/// None is removed that a process is in.
fn remove_cgroups(directory: &Path, name: &str) {
    let is_named = directory.ends_with(name);
    for inner in directories(directory) {
        let inner_name = inner
            .file_name()
            .and_then(OsStr::to_str)
            .unwrap_or_default();
        remove_cgroups(&inner, if is_named { inner_name } else { name });
    }
    if is_named {
        let _ = fs::remove_dir(directory);
    }
}

fn directories(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let entries = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    entries.map(|entry| entry.path()).collect()
}
