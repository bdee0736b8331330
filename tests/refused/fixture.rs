//! What the programs are to look at: processes in namespaces of their own, and a namespace that only a descriptor
//! keeps.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;

use testkit::{CloneFlags, NamespaceFixture, Running, Tool};

pub(crate) struct Fixture {
    /// Two processes, the second in a user namespace.
    pub(crate) worlds: [NamespaceFixture; 2],
    /// The inode number of the namespace that only a descriptor keeps.
    pub(crate) open: u64,
    /// Who has that descriptor.
    _holder: Running,
}

/// The types of the namespaces of the first process.
const PLAIN: [&str; 4] = ["uts", "net", "ipc", "mnt"];

impl Fixture {
    pub(crate) fn new() -> Fixture {
        let kinds = CloneFlags::CLONE_NEWUTS
            | CloneFlags::CLONE_NEWNET
            | CloneFlags::CLONE_NEWIPC
            | CloneFlags::CLONE_NEWNS;
        let user = CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWUTS | CloneFlags::CLONE_NEWPID;
        let gone = NamespaceFixture::new(CloneFlags::CLONE_NEWUTS);
        let file = File::open(format!("/proc/{}/ns/uts", gone.pid())).expect("it is our own");
        let open = file.metadata().expect("it is open").ino();
        let sleep = Tool::new("/usr/bin/sleep")
            .arg("600")
            .fd(7, OwnedFd::from(file));
        Fixture {
            worlds: [NamespaceFixture::new(kinds), NamespaceFixture::new(user)],
            open,
            _holder: sleep.timeout(std::time::Duration::from_secs(600)).spawn(),
        }
    }

    /// The inode numbers of all its namespaces.
    pub(crate) fn inodes(&self) -> Vec<String> {
        let plain = PLAIN.map(|name| self.worlds[0].ns(name));
        let user = ["user", "uts", "pid"].map(|name| self.worlds[1].ns(name));
        let all = plain.into_iter().chain(user).chain([self.open]);
        all.map(|inode| inode.to_string()).collect()
    }

    /// A command line with its numbers in it.
    pub(crate) fn fill(&self, line: &str) -> String {
        let [first, second] = &self.worlds;
        line.replace("{pid}", &first.pid().to_string())
            .replace("{pid2}", &second.pid().to_string())
            .replace("{uts}", &first.ns("uts").to_string())
            .replace("{net}", &first.ns("net").to_string())
            .replace("{open}", &self.open.to_string())
    }
}
