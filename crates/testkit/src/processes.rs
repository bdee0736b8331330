//! Processes as the host counts them, read in /proc.

use std::fs;

use nix::unistd::Pid;

/// The children of a process, the first that was made first; none, if it is gone. Only its first thread is asked.
#[must_use]
pub fn children_of(pid: Pid) -> Vec<Pid> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let children = children.unwrap_or_default();
    let numbers = children.split_whitespace().filter_map(|it| it.parse().ok());
    numbers.map(Pid::from_raw).collect()
}

/// The parent of a process, which is named as in /proc; none, if it is gone.
#[must_use]
pub fn parent_of(process: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let mut lines = status.lines();
    let parent = lines.find_map(|line| line.strip_prefix("PPid:\t"))?;
    Some(parent.to_owned())
}

/// Whether this process is there and no zombie.
#[must_use]
pub fn lives(pid: Pid) -> bool {
    !matches!(state_of(pid), None | Some('Z' | 'X'))
}

/// Whether a signal has stopped this process.
#[must_use]
pub fn is_stopped(pid: Pid) -> bool {
    state_of(pid) == Some('T')
}

fn state_of(pid: Pid) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(") ").next()?.chars().next()
}
