//! Killing what is in a cgroup, and removing it with all that were made below it.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::libc::SIGKILL;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, UnlinkatFlags, unlinkat};
use nscore::sys::directory::{Directory, EntryBuffer, status_at};
use nscore::sys::file::move_above_stdio;
use nscore::sys::process::{pidfd_open, pidfd_send_signal};

use super::place::{open_file, read_file, write_file};

/// How long to wait for the end of killed processes before looking again, in milliseconds.
const PATIENCE: u16 = 100;

/// Kills all processes in the cgroup `name` of `parent`, and removes it with the cgroups below it. It is done once no
/// process is left, which one that waits for a device may delay.
///
/// # Errors
/// Those of `unlinkat(2)`, but for the cgroup being gone.
pub(super) fn remove(parent: impl AsFd, name: &CStr, cgroup: &OwnedFd) -> Result<(), Errno> {
    // Before Linux 5.14 there is no cgroup.kill. What is frozen makes no further process, and can be killed.
    if write_file(cgroup, c"cgroup.kill", "1").is_err() {
        let _ = write_file(cgroup, c"cgroup.freeze", "1");
    }
    loop {
        let removed =
            remove_below(cgroup).and_then(|()| unlinkat(&parent, name, UnlinkatFlags::RemoveDir));
        match removed {
            Ok(()) => return Ok(()),
            // This cgroup is gone, or one below it that another process has removed.
            Err(Errno::ENOENT | Errno::ENODEV) => match status_at(parent.as_fd(), name) {
                Ok(_) => {}
                Err(_) => return Ok(()),
            },
            Err(Errno::EBUSY) => {
                kill_members(cgroup);
                wait_for_end(cgroup);
            }
            Err(errno) => return Err(errno),
        }
    }
}

/// Removes the cgroups below, the innermost first. Their number and depth is others' choice: it has two descriptors
/// open at any time.
fn remove_below(cgroup: &OwnedFd) -> Result<(), Errno> {
    let mut names: Vec<CString> = Vec::new();
    let mut here = open_directory(cgroup, c".")?;
    loop {
        if let Some(name) = first_child(&here)? {
            here = open_directory(&here, &name)?;
            names.push(name);
            continue;
        }
        let Some(name) = names.pop() else {
            return Ok(());
        };
        kill_members(&here);
        here = open_directory(&here, c"..")?;
        unlinkat(&here, name.as_c_str(), UnlinkatFlags::RemoveDir)?;
    }
}

/// The name of a cgroup in this one.
fn first_child(directory: &OwnedFd) -> Result<Option<CString>, Errno> {
    let mut found = None;
    let list = Directory::from(open_directory(directory, c".")?);
    list.entries(&mut EntryBuffer::default(), |name| {
        let is_cgroup = || {
            let status = status_at(directory.as_fd(), name);
            status.is_ok_and(|status| status.file_type == nix::libc::S_IFDIR)
        };
        if found.is_none() && is_cgroup() {
            found = Some(name.to_owned());
        }
    })?;
    Ok(found)
}

fn open_directory(parent: impl AsFd, name: &CStr) -> Result<OwnedFd, Errno> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    move_above_stdio(openat(parent, name, flags, Mode::empty())?)
}

/// Kills the processes of one cgroup. Those of another PID namespace, which have no number here, are killed by the end
/// of its first process.
fn kill_members(cgroup: &OwnedFd) {
    let members = read_file(cgroup, c"cgroup.procs").unwrap_or_default();
    for process in members.lines().filter_map(|line| line.parse().ok()) {
        // By its pidfd, for the number may be another process's by now.
        let Some(pidfd) = (process > 0).then(|| pidfd_open(Pid::from_raw(process))) else {
            continue;
        };
        let is_member = || {
            let members = read_file(cgroup, c"cgroup.procs").unwrap_or_default();
            members.lines().any(|line| line.parse() == Ok(process))
        };
        if let Some(pidfd) = pidfd.ok().filter(|_| is_member()) {
            let _ = pidfd_send_signal(&pidfd, SIGKILL);
        }
    }
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
