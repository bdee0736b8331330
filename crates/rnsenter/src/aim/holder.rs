//! A namespace by its inode number: the process in it with the lowest number, or, where nobody is in it, the namespace
//! alone, from whatever keeps it and can be reached.

use std::ffi::CStr;
use std::os::fd::OwnedFd;

use anyhow::{Context, Error, Result, anyhow, bail};
use nix::errno::Errno;
use nix::unistd::Pid;
use nscore::hint::Hint;
use nscore::namespace::Namespace;
use nscore::sys::directory::Directory;
use nscore::sys::nsfs::type_of;

use super::processes::Processes;
use super::sought::Sought;
use super::{elsewhere, unknown};
use crate::options::{Options, Source};
use crate::target::Target;

/// The files of what a process or a thread is in, below its directory.
pub(super) const OWN: [&CStr; 8] = [
    c"ns/user",
    c"ns/cgroup",
    c"ns/ipc",
    c"ns/uts",
    c"ns/net",
    c"ns/pid",
    c"ns/mnt",
    c"ns/time",
];

/// A namespace that was found.
#[derive(Debug)]
pub(crate) struct Found {
    inode: u32,
    of: Namespace,
    file: OwnedFd,
    /// Who is in it.
    process: Option<Target>,
}

/// Finds it.
///
/// # Errors
/// That nothing that the caller can look at keeps it.
pub(super) fn find(inode: u32) -> Result<Found> {
    let processes = Processes::list()?;
    let mut sought = Sought::new(inode);
    let (found, closed) = by_process(&processes, &sought);
    let (file, process) = match found {
        Some((file, process)) => (file, Some(process)),
        None => {
            let file = elsewhere::find(&processes, &mut sought);
            (file.ok_or_else(|| not_found(inode, closed))?, None)
        }
    };
    let of = type_of(&file).ok().and_then(Namespace::from_flag);
    Ok(Found {
        inode,
        of: of.with_context(|| format!("namespace {inode} is of an unknown type"))?,
        file,
        process,
    })
}

fn not_found(inode: u32, closed: usize) -> Error {
    let hint = Hint::new(move || unknown::unseen(closed));
    anyhow!("no namespace {inode} was found").context(hint)
}

/// The first process that is in it, one that has made a pid namespace for its children and waits outside of that coming
/// last; and how many the caller cannot look into.
fn by_process(processes: &Processes, sought: &Sought) -> (Option<(OwnedFd, Target)>, usize) {
    let (mut closed, mut outside) = (0, None);
    for (pid, directory) in processes.each() {
        for name in OWN {
            match sought.is_at(&directory, name) {
                Ok(true) => {
                    let held = hold(pid, name, sought);
                    if held.is_some() && !waits_outside(&directory) {
                        return (held, closed);
                    }
                    outside = outside.or(held);
                    break;
                }
                Err(Errno::EACCES | Errno::EPERM) => {
                    closed += 1;
                    break;
                }
                _ => {}
            }
        }
    }
    (outside, closed)
}

/// Whether the children of this process are in another pid namespace than it is itself.
fn waits_outside(process: &Directory) -> bool {
    let inode = |name| process.status(name).map(|found| found.inode);
    matches!((inode(c"ns/pid"), inode(c"ns/pid_for_children")), (Ok(own), Ok(theirs)) if own != theirs)
}

/// The process held by its pidfd, and the namespace, if it is proven to be in it then.
fn hold(pid: Pid, name: &CStr, sought: &Sought) -> Option<(OwnedFd, Target)> {
    let target = Target::of(pid);
    let file = target.open(name.to_str().ok()?).ok()?;
    sought.is(&file).then_some((file, target))
}

impl Found {
    /// Alone unless other types are asked for, which the process in it has.
    pub(super) fn settle(self, options: &mut Options) -> Result<()> {
        if options.chooses_none() {
            options.enter(self.of, Source::Target);
        }
        let others = options.all
            || options.net_socket.is_some()
            || options.user_parent
            || options.chosen_of_target().any(|of| of != self.of);
        if others && self.process.is_none() {
            let (of, inode) = (self.of.option(), self.inode);
            bail!("no process is in {of} namespace {inode}, so that it can be entered alone");
        }
        // The process may go elsewhere meanwhile; the file cannot.
        if !others && options.chosen_of_target().any(|of| of == self.of) {
            options.enter(self.of, Source::Opened(self.file));
        }
        options.target = self.process;
        Ok(())
    }
}
