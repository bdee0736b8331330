//! A process in namespaces of its own for a tool to look at, list or enter; it does nothing, and is gone with the test.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

use nix::errno::Errno;
use nix::sched::CloneFlags;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, getegid, geteuid};

use crate::sys;

/// A process in fresh namespaces. It dies with the thread that made it, so it belongs to one test and stays there.
pub struct NamespaceFixture {
    pid: Pid,
}

/// The flag of time namespaces, which nix does not name.
pub const CLONE_NEWTIME: CloneFlags = CloneFlags::from_bits_retain(nix::libc::CLONE_NEWTIME);

impl NamespaceFixture {
    /// Makes a process in new namespaces of these kinds. For an ordinary user a user namespace is always among them,
    /// since it takes one to make the others. In a new user namespace the caller is root: uid and gid 0 are mapped to
    /// its own.
    ///
    /// # Panics
    /// If the kernel refuses; ask [`require`](crate::require) first.
    #[track_caller]
    #[must_use]
    pub fn new(kinds: CloneFlags) -> Self {
        Self::try_new(kinds).unwrap_or_else(|error| panic!("no new namespaces {kinds:?}: {error}"))
    }

    /// The same, where refusal is an answer.
    pub(crate) fn try_new(kinds: CloneFlags) -> io::Result<Self> {
        let needed = if geteuid().is_root() {
            CloneFlags::empty()
        } else {
            CloneFlags::CLONE_NEWUSER
        };
        let kinds = kinds | needed;
        let world = Self {
            pid: sys::spawn_in_namespaces(kinds)?,
        };
        if kinds.contains(CloneFlags::CLONE_NEWUSER) {
            world.map_root()?;
        }
        Ok(world)
    }

    /// Maps uid and gid 0 inside to the caller's own, user_namespaces(7).
    fn map_root(&self) -> io::Result<()> {
        let write =
            |file: &str, text: String| fs::write(format!("/proc/{}/{file}", self.pid), text);
        write("setgroups", "deny".into())?;
        write("uid_map", format!("0 {} 1", geteuid()))?;
        write("gid_map", format!("0 {} 1", getegid()))
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// The inode number of its namespace of this name in `/proc/PID/ns`: `mnt`, `pid`, `net` …
    ///
    /// # Panics
    /// If this kernel has no such namespace.
    #[track_caller]
    #[must_use]
    pub fn ns(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/ns/{name}", self.pid);
        fs::metadata(&path)
            .unwrap_or_else(|error| panic!("{path}: {error}"))
            .ino()
    }
}

impl Drop for NamespaceFixture {
    fn drop(&mut self) {
        let _ = kill(self.pid, Signal::SIGKILL);
        while waitpid(self.pid, None) == Err(Errno::EINTR) {}
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use nix::sched::CloneFlags;

    use super::{CLONE_NEWTIME, NamespaceFixture};
    use crate::require;

    fn own(name: &str) -> u64 {
        fs::metadata(format!("/proc/self/ns/{name}"))
            .expect("this kernel has it")
            .ino()
    }

    #[test]
    fn is_in_new_namespaces_of_the_chosen_kinds_alone() {
        if !require::user_namespaces()
            || !require::machine_feature(
                Path::new("/proc/self/ns/time").exists(),
                "no time namespaces",
            )
        {
            return;
        }
        let world = NamespaceFixture::new(
            CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWPID | CLONE_NEWTIME,
        );
        for (name, fresh) in [
            ("user", true),
            ("pid", true),
            ("time", true),
            ("net", false),
            ("mnt", false),
        ] {
            assert_eq!(world.ns(name) != own(name), fresh, "{name}");
        }
        let status = fs::read_to_string(format!("/proc/{}/status", world.pid())).expect("it lives");
        assert!(
            status
                .lines()
                .any(|line| line.starts_with("NSpid:") && line.ends_with("\t1")),
            "{status}"
        );
    }

    #[test]
    fn is_root_in_its_user_namespace() {
        if !require::user_namespaces() {
            return;
        }
        let world = NamespaceFixture::new(CloneFlags::CLONE_NEWUSER);
        let map = fs::read_to_string(format!("/proc/{}/uid_map", world.pid())).expect("it lives");
        let own = nix::unistd::geteuid().to_string();
        assert_eq!(
            map.split_whitespace().collect::<Vec<_>>(),
            ["0", own.as_str(), "1"]
        );
    }

    #[test]
    fn is_gone_and_reaped_when_dropped() {
        if !require::user_namespaces() {
            return;
        }
        let world = NamespaceFixture::new(CloneFlags::CLONE_NEWUSER);
        let entry = format!("/proc/{}", world.pid());
        drop(world);
        assert!(!Path::new(&entry).exists());
    }
}
