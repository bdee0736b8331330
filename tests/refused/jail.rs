//! A root of the tests' own, and what a tool may leave behind: mounts, files, processes.

use std::fs;
use std::os::unix::fs::symlink;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use nix::sys::signal::{Signal, kill};
use testkit::{Pid, Scratch, Tool, eventually, lives, require};

/// Has a program in the root show what is mounted where.
pub(crate) const MOUNTS: &str = "/bin/cat /proc/mounts";
/// What writes to the root.
const WRITE: &str = "#!/bin/sh\necho new >/written; cat /written\n";
/// The commands of busybox that there are.
const COMMANDS: [&str; 3] = ["sh", "cat", "env"];

/// What is left of a run.
#[derive(Debug, Default)]
pub(crate) struct Leftovers {
    /// Processes, mounts, files.
    pub(crate) found: Vec<String>,
    /// The directory that an overlay works in, which the next start removes.
    pub(crate) has_work: bool,
}

/// The root, and a directory for layers above it.
pub(crate) struct Jail {
    scratch: Scratch,
}

impl Jail {
    /// Makes one; none, and the test skipped, where busybox is not installed.
    pub(crate) fn new() -> Option<Jail> {
        let busybox = fs::read(require::busybox()?).expect("it can be read");
        let scratch = Scratch::shared();
        for name in ["proc", "sys", "dev", "run", "tmp", "mnt", "etc", "bin"] {
            scratch.dir(format!("jail/{name}"));
        }
        scratch.program("jail/bin/busybox", busybox);
        for command in COMMANDS {
            let link = scratch.path().join("jail/bin").join(command);
            symlink("busybox", link).expect("the name is free");
        }
        scratch.program("jail/write", WRITE);
        scratch.file("jail/etc/resolv.conf", "inside\n");
        Some(Jail { scratch })
    }

    /// A program of this root, by its path outside.
    pub(crate) fn program(&self, path: &str) -> Option<PathBuf> {
        let path = self
            .scratch
            .path()
            .join("jail")
            .join(path.trim_start_matches('/'));
        path.exists().then_some(path)
    }

    /// A command line with the paths of this root, and of a layer for it, in it.
    pub(crate) fn fill(&self, line: &str) -> String {
        let path = self.scratch.path().to_str().expect("a path of ours");
        line.replace("{jail}", &format!("{path}/jail"))
            .replace("{layer}", &format!("{path}/layer"))
            .replace("{changed}", &format!("{path}/changed"))
    }

    /// Has the tool's processes be known by their environment, also by the PATH that a helper gets.
    pub(crate) fn mark(&self, tool: Tool) -> Tool {
        let path = format!("/usr/sbin:/usr/bin:/sbin:/bin:{}", self.fill("{jail}"));
        tool.env("PATH", path)
    }

    /// What is left of a run, in words, once its processes had the time to end; then nothing of it is left.
    pub(crate) fn leftovers(&self) -> Leftovers {
        let mut left = Vec::new();
        let has_ended = || eventually("nothing of it runs", || self.processes().is_empty());
        if catch_unwind(AssertUnwindSafe(has_ended)).is_err() {
            for pid in self.processes() {
                let name = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                left.push(format!("process {pid}: {}", name.replace('\0', " ")));
                let _ = kill(pid, Signal::SIGKILL);
            }
        }
        let table = fs::read("/proc/thread-self/mountinfo").expect("the mounts");
        let points = testkit::mount_points(&table).filter(|it| it.starts_with(self.scratch.path()));
        left.extend(points.map(|point| format!("mount {}", point.display())));
        let written = self.scratch.path().join("jail/written");
        left.extend(written.exists().then(|| "a file in the root".to_owned()));
        let layer = self.scratch.path().join("layer");
        let has_work = layer.join("work").exists();
        let _ = fs::remove_dir_all(layer);
        Leftovers {
            found: left,
            has_work,
        }
    }

    /// The processes that have this root's mark in their environment.
    fn processes(&self) -> Vec<Pid> {
        let mark = self.fill("{jail}");
        let names = fs::read_dir("/proc").expect("/proc is there");
        let names = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let pids = names.filter_map(|name| name.parse().ok().map(Pid::from_raw));
        let is_marked = |pid: &Pid| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment
                .windows(mark.len())
                .any(|it| it == mark.as_bytes())
                && lives(*pid)
        };
        pids.filter(is_marked).collect()
    }
}
