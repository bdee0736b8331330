//! What a program can reach of another process through `ptrace(2)` and /proc.

use std::fs::{self, File};
use std::io::Read;

use nix::sys::ptrace;
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, getppid};

use crate::processes::parent_of;

/// The names of what this process, as the program of a tool, reaches of the processes above it whose name begins with
/// `tool`: `attach` and `seize` by `ptrace(2)` of its parent, and what opens in /proc of each.
#[must_use]
pub fn probe_ancestors(tool: &str) -> Vec<String> {
    let mut reached = Vec::new();
    let mut pid = own_parent();
    while let Some(above) = pid.filter(|pid| name_of(pid).starts_with(tool)) {
        reached.extend(read_of(&above));
        pid = parent_of(&above);
    }
    reached.extend(traced(getppid()));
    reached
}

/// Its parent as /proc, which may be that of another pid namespace, has it.
fn own_parent() -> Option<String> {
    parent_of("self")
}

fn name_of(pid: &str) -> String {
    fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default()
}

/// Returns what opens in its directory, and how its name began there.
fn read_of(pid: &str) -> Vec<String> {
    let path = |name: &str| format!("/proc/{pid}/{name}");
    let environment = |mut file: File| {
        let mut text = Vec::new();
        let read = file.read_to_end(&mut text);
        read.is_ok() && text.iter().any(|byte| *byte != 0)
    };
    let opens = [
        ("mem", File::open(path("mem")).is_ok()),
        (
            "environ",
            File::open(path("environ")).is_ok_and(environment),
        ),
        ("exe", File::open(path("exe")).is_ok()),
        ("cwd", fs::read_link(path("cwd")).is_ok()),
        ("root", fs::read_link(path("root")).is_ok()),
        ("fd", fs::read_dir(path("fd")).is_ok()),
    ];
    let opened = opens.into_iter().filter(|(_, opened)| *opened);
    opened.map(|(name, _)| name.to_owned()).collect()
}

/// Returns whether it may be traced, and how.
fn traced(pid: Pid) -> Vec<String> {
    let mut reached = Vec::new();
    if ptrace::seize(pid, ptrace::Options::empty()).is_ok() {
        reached.push("seize".to_owned());
        let stopped = ptrace::interrupt(pid).is_ok() && waitpid(pid, None).is_ok();
        let _ = stopped && ptrace::detach(pid, None).is_ok();
    }
    if ptrace::attach(pid).is_ok() {
        reached.push("attach".to_owned());
        let _ = waitpid(pid, None).is_ok() && ptrace::detach(pid, None).is_ok();
    }
    reached
}
