//! Killing what is in a cgroup, and removing it with all that were made below it.

use std::ffi::{CStr, CString};
use std::mem;
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::SIGKILL;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{Pid, UnlinkatFlags, unlinkat};
use nscore::sys::directory::{status_at, status_of};
use nscore::sys::process::{pidfd_open, pidfd_send_signal};

use super::parent::{names_in, open_directory, open_file, read_file, write_file};

/// How long to wait for the end of killed processes before looking again, in milliseconds.
const PATIENCE: u16 = 100;

/// Kills all processes in the cgroup `name` of `parent`, and removes it with the cgroups below it. It is done once no
/// process is left, which one that waits for a device may delay.
///
/// # Errors
/// Those of `unlinkat(2)`, but for the cgroup being gone.
pub(super) fn remove(parent: impl AsFd, name: &CStr, cgroup: &OwnedFd) -> Result<(), Errno> {
    kill_members(cgroup);
    while is_named(&parent, name, cgroup)? {
        let removed =
            remove_below(cgroup).and_then(|()| unlinkat(&parent, name, UnlinkatFlags::RemoveDir));
        match removed {
            Ok(()) => return Ok(()),
            // This cgroup is gone, or one below it that another process has removed.
            Err(Errno::ENOENT | Errno::ENODEV) => {}
            Err(Errno::EBUSY) => {
                kill_members(cgroup);
                wait_for_end(cgroup);
            }
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Returns whether it has this name still: another process may have removed it, and given the name to its own.
fn is_named(parent: impl AsFd, name: &CStr, cgroup: &OwnedFd) -> Result<bool, Errno> {
    match status_at(parent.as_fd(), name) {
        Ok(named) => Ok(named.is_same_file(&status_of(cgroup)?)),
        Err(Errno::ENOENT) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Removes the cgroups below, the innermost first. Their number and depth is others' choice: each is listed once, and
/// two descriptors are open at any time.
fn remove_below(cgroup: &OwnedFd) -> Result<(), Errno> {
    let mut here = open_directory(cgroup, c".")?;
    let mut left = children(&here)?;
    let mut above: Vec<(CString, Vec<CString>)> = Vec::new();
    loop {
        if let Some(name) = left.pop() {
            here = open_directory(&here, &name)?;
            let siblings = mem::replace(&mut left, children(&here)?);
            above.push((name, siblings));
            continue;
        }
        let Some((name, siblings)) = above.pop() else {
            return Ok(());
        };
        kill_members(&here);
        here = open_directory(&here, c"..")?;
        unlinkat(&here, name.as_c_str(), UnlinkatFlags::RemoveDir)?;
        left = siblings;
    }
}

/// The names of the cgroups in this one.
fn children(directory: &OwnedFd) -> Result<Vec<CString>, Errno> {
    let mut names = names_in(directory)?;
    names.retain(|name| {
        let status = status_at(directory.as_fd(), name);
        status.is_ok_and(|status| status.file_type == nix::libc::S_IFDIR)
    });
    Ok(names)
}

/// Kills the processes of one cgroup. Those of another PID namespace, which have no number here, are killed by the end
/// of its first process.
fn kill_members(cgroup: &OwnedFd) {
    // Before Linux 5.14 there is no cgroup.kill. What is frozen makes no further process, and can be killed.
    if write_file(cgroup, c"cgroup.kill", "1").is_ok() {
        return;
    }
    let _ = write_file(cgroup, c"cgroup.freeze", "1");
    let members = read_file(cgroup, c"cgroup.procs").unwrap_or_default();
    let members = members.lines().filter_map(|line| line.parse().ok());
    for process in members.filter(|process| *process > 0) {
        // By its pidfd, for the number may be another process's by now.
        match pidfd_open(Pid::from_raw(process)) {
            Ok(pidfd) if is_member(cgroup, process) => {
                let _ = pidfd_send_signal(&pidfd, SIGKILL);
            }
            _ => {}
        }
    }
}

fn is_member(cgroup: &OwnedFd, process: i32) -> bool {
    let members = read_file(cgroup, c"cgroup.procs").unwrap_or_default();
    members.lines().any(|line| line.parse() == Ok(process))
}

/// Waits until the number of processes becomes 0, or for a moment.
fn wait_for_end(cgroup: &OwnedFd) {
    let Ok(events) = open_file(cgroup, c"cgroup.events", OFlag::O_RDONLY) else {
        return;
    };
    // Without having read the file a reader is told of a change at once.
    let mut seen = [0; 64];
    let _ = nix::unistd::read(&events, &mut seen);
    let mut watched = [PollFd::new(events.as_fd(), PollFlags::POLLPRI)];
    let _ = poll(&mut watched, PollTimeout::from(PATIENCE));
}
