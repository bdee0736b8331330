//! What the programs read and write in /proc, `proc(5)`.

mod cgroup;
mod digits;
mod idmap;
mod mountinfo;
mod stat;
mod status;

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::Error;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::c_int;
use nix::sys::statfs::{PROC_SUPER_MAGIC, statfs};

use crate::ns_type::NsType;
use crate::regular_file::read_regular;
use crate::sys::file::open;
use crate::sys::procfs::ensure_procfs;
pub use cgroup::{CgroupLine, cgroup_lines, main_cgroup};
pub use digits::{parse_digits, split_digits};
pub(crate) use idmap::inner_id;
pub use idmap::{IdKind, MapExtent, map_extents};
pub(crate) use mountinfo::unescape;
pub use mountinfo::{MountPoint, mount_of, mount_points};
pub use stat::Stat;
pub use status::Status;

/// The inode numbers of the initial user namespace and of the initial pid namespace, PROC_USER_INIT_INO and
/// PROC_PID_INIT_INO of linux/proc_ns.h.
const INITIAL_USER: u64 = 0xefff_fffd;
const INITIAL_PID: u64 = 0xefff_fffc;

/// A procfs, as a source of facts about this process and this machine. Without one, for example in a new root, every
/// question is answered with `None`.
///
/// ```
/// use nscore::ns_type::NsType;
/// use nscore::procfs::Proc;
///
/// let proc = Proc::mounted();
/// if let Some(inode) = proc.namespace(NsType::Uts) {
///     println!("this process is in uts:[{inode}]");
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Proc(Option<PathBuf>);

impl Proc {
    /// The one on /proc, as this process sees it now. What stands there and is no procfs is nobody to be asked.
    pub fn mounted() -> Proc {
        let root = Path::new("/proc");
        let genuine = statfs(root).is_ok_and(|it| it.filesystem_type() == PROC_SUPER_MAGIC);
        Proc(genuine.then(|| root.to_owned()))
    }

    /// Whatever a test has put into this directory.
    #[cfg(test)]
    pub(crate) fn from_root(root: &Path) -> Proc {
        Proc(Some(root.to_owned()))
    }

    /// The contents of a file below it: `self/uid_map`, `1/mountinfo`.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        read_regular(&self.path(name)?).ok()
    }

    /// Where something below it is.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.as_ref().map(|root| root.join(name))
    }

    /// The value of a kernel setting that is a number, `sysctl(8)`: `user.max_net_namespaces`.
    pub fn sysctl(&self, name: &str) -> Option<i64> {
        let contents = self.read(&format!("sys/{}", name.replace('.', "/")))?;
        std::str::from_utf8(&contents).ok()?.trim().parse().ok()
    }

    /// What /proc/PID/status says; `process` is a PID or `self`.
    pub fn status(&self, process: &str) -> Option<Status> {
        self.read(&format!("{process}/status")).map(Status::new)
    }

    /// Whether this kernel has this type of namespace.
    pub fn has_type(&self, namespace: NsType) -> Option<bool> {
        let directory = self.path("self/ns")?;
        // A directory that lists no type at all is not the kernel's answer.
        directory
            .join(NsType::Mount.file())
            .symlink_metadata()
            .ok()?;
        Some(directory.join(namespace.file()).symlink_metadata().is_ok())
    }

    /// Whether an id stands for one outside of the user namespace that this process is in, `user_namespaces(7)`.
    pub fn maps(&self, ids: IdKind, id: u32) -> Option<bool> {
        let map = self.read(&format!("self/{}", ids.map_file()))?;
        Some(idmap::contains(&map, id))
    }

    /// Whether this process is in the initial user or pid namespace of the machine, which is within no other.
    pub fn is_initial(&self, namespace: NsType) -> Option<bool> {
        let first = match namespace {
            NsType::User => INITIAL_USER,
            NsType::Pid => INITIAL_PID,
            _ => return None,
        };
        Some(self.namespace(namespace)? == first)
    }

    /// The inode number of the namespace of this type that this process is in.
    pub fn namespace(&self, namespace: NsType) -> Option<u64> {
        let file = self.path("self/ns")?.join(namespace.file());
        fs::metadata(file).ok().map(|file| file.ino())
    }
}

/// Opens a file of the kernel's, `/proc/self/uid_map`, which decides who is who: what is found at `path` must be procfs
/// itself and nothing that somebody has put in its place.
///
/// # Errors
/// Those of `open(2)`; that it is something else.
pub fn open_verified(path: &Path, access: OFlag) -> Result<OwnedFd, Error> {
    try_open_verified(path, access).map_err(not_procfs_error)
}

/// The error that a number stands for where EXDEV means that something is not on procfs.
pub fn not_procfs_error(errno: Errno) -> Error {
    match errno {
        Errno::EXDEV => Error::msg("it is not on procfs"),
        errno => Error::new(errno),
    }
}

/// [`open_verified`] with an error number for everything.
///
/// # Errors
/// Those of `open(2)`; EXDEV for what is not on procfs.
pub fn try_open_verified(path: &Path, access: OFlag) -> Result<OwnedFd, Errno> {
    // Where a FIFO has been mounted over the file, nobody may ever come to its other end.
    match open(path, access | OFlag::O_NOCTTY | OFlag::O_NONBLOCK) {
        Ok(file) => ensure_procfs(&file).map(|()| file),
        // A FIFO, a socket, a device that nobody serves: procfs has none of them.
        Err(Errno::ENXIO) => Err(Errno::EXDEV),
        Err(errno) => Err(errno),
    }
}

/// Whether a process with this /proc/PID/status deals with `signal` by itself; `None` if the file does not say.
///
/// It has a handler; or it has the signal blocked, to fetch it by `sigwait(3)` or `signalfd(2)`; or the signal is
/// pending, which in the first process of a pid namespace one that nobody deals with never is. Only while a process
/// sits in `sigwait(3)` itself the kernel shows none of it.
pub fn handles(status: &[u8], signal: c_int) -> Option<bool> {
    let bit = u32::try_from(signal).ok()?.checked_sub(1)?;
    let status = Status::new(status);
    ["SigCgt", "SigBlk", "SigPnd", "ShdPnd"]
        .into_iter()
        .map(|set| Some(status.mask(set)?.checked_shr(bit)? & 1 == 1))
        .try_fold(false, |any, this| Some(any | this?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A status in which the sets that are not named are empty.
    fn status(sets: &[(&str, u64)]) -> String {
        let line = |name: &str| {
            let found = sets.iter().find(|(named, _)| *named == name);
            format!("{name}:\t{:016x}\n", found.map_or(0, |(_, set)| *set))
        };
        let names = ["SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt"];
        "Name:\tx\n".to_owned() + &names.map(line).concat()
    }

    #[test]
    fn a_signal_is_dealt_with_if_it_is_caught_blocked_or_pending() {
        for set in ["SigCgt", "SigBlk", "SigPnd", "ShdPnd"] {
            let status = status(&[(set, 0x4002), ("SigIgn", u64::MAX)]);
            assert_eq!(handles(status.as_bytes(), 2), Some(true), "{set}");
            assert_eq!(handles(status.as_bytes(), 15), Some(true), "{set}");
            assert_eq!(handles(status.as_bytes(), 1), Some(false), "{set}");
        }
        assert_eq!(handles(status(&[]).as_bytes(), 15), Some(false));
    }

    #[test]
    fn a_name_that_is_no_text_hides_nothing() {
        let status = [
            &b"Name:\t\xff\xfe\n"[..],
            status(&[("SigCgt", 0x4000)]).as_bytes(),
        ]
        .concat();
        assert_eq!(handles(&status, 15), Some(true));
        assert_eq!(handles(&status, 1), Some(false));
    }

    #[test]
    fn what_is_no_signal_or_no_status_is_no_answer() {
        assert_eq!(handles(status(&[]).as_bytes(), 0), None);
        assert_eq!(handles(status(&[]).as_bytes(), 65), None);
        assert_eq!(handles(b"Name:\tx\n", 1), None);
        assert_eq!(handles(b"SigCgt:\t0000000000000001\n", 1), None);
    }
}
