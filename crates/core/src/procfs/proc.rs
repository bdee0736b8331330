//! A procfs as a source of facts: the one on /proc, or, for hints, the one that was there before another root was
//! entered.

use std::ffi::CString;
use std::fs::{self, File};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;
use nix::sys::statfs::{PROC_SUPER_MAGIC, statfs};

use super::{IdKind, ProcStatus, idmap};
use crate::ns_type::NsType;
use crate::regular_file::{MOST_READ, read_regular, read_whole_lines};
use crate::self_fds::SAFE_FLAGS;
use crate::sys::directory::status_at;
use crate::sys::file::open;
use crate::sys::procfs::ensure_procfs;

/// The inode numbers of the initial user namespace and of the initial pid namespace, PROC_USER_INIT_INO and
/// PROC_PID_INIT_INO of linux/proc_ns.h.
const INITIAL_USER: u64 = 0xefff_fffd;
const INITIAL_PID: u64 = 0xefff_fffc;

/// The descriptor of [`Proc::hold`]. It is never closed on purpose: exec closes it.
static HELD: OnceLock<OwnedFd> = OnceLock::new();

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
pub struct Proc(ProcDir);

#[derive(Debug, Clone)]
enum ProcDir {
    /// There is none.
    None,
    /// It is on this directory.
    Mounted(PathBuf),
    /// It was held before it went out of sight.
    Held(&'static OwnedFd),
}

impl Proc {
    /// Returns the procfs on /proc; if something else is mounted there, one without answers.
    pub fn mounted() -> Proc {
        let root = Path::new("/proc");
        let genuine = statfs(root).is_ok_and(|it| it.filesystem_type() == PROC_SUPER_MAGIC);
        Proc(match genuine {
            true => ProcDir::Mounted(root.to_owned()),
            false => ProcDir::None,
        })
    }

    /// Returns the one on /proc, or the one held before. Only hints may ask the latter: what a program does must not
    /// depend on whether anybody reads hints.
    pub fn for_hint() -> Proc {
        match (Proc::mounted(), HELD.get()) {
            (Proc(ProcDir::None), Some(held)) if ensure_procfs(held).is_ok() => {
                Proc(ProcDir::Held(held))
            }
            (mounted, _) => mounted,
        }
    }

    /// Holds what is on /proc, for hints in a root that has none.
    pub(crate) fn hold() {
        if let Ok(directory) = open(Path::new("/proc"), OFlag::O_PATH | OFlag::O_DIRECTORY) {
            // The first one is the caller's.
            let _ = HELD.set(directory);
        }
    }

    /// Whatever a test has put into this directory.
    #[cfg(test)]
    pub(crate) fn from_root(root: &Path) -> Proc {
        Proc(ProcDir::Mounted(root.to_owned()))
    }

    /// Returns the contents of a file below it: `self/uid_map`, `1/mountinfo`.
    pub fn read_file(&self, name: &str) -> Option<Vec<u8>> {
        match &self.0 {
            ProcDir::None => None,
            ProcDir::Mounted(root) => read_regular(&root.join(name)).ok(),
            ProcDir::Held(directory) => read_below(directory, name),
        }
    }

    /// Returns where something below it is, if it has a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        match &self.0 {
            ProcDir::Mounted(root) => Some(root.join(name)),
            ProcDir::None | ProcDir::Held(_) => None,
        }
    }

    /// Returns the value of a kernel setting that is a number, `sysctl(8)`: `user.max_net_namespaces`.
    pub fn sysctl(&self, name: &str) -> Option<i64> {
        let contents = self.read_file(&format!("sys/{}", name.replace('.', "/")))?;
        std::str::from_utf8(&contents).ok()?.trim().parse().ok()
    }

    /// Returns what /proc/PID/status says; `process` is a PID or `self`.
    pub fn status(&self, process: &str) -> Option<ProcStatus> {
        self.read_file(&format!("{process}/status"))
            .map(ProcStatus::new)
    }

    /// Returns whether this kernel has this type of namespace.
    pub fn has_type(&self, namespace: NsType) -> Option<bool> {
        // A directory that lists no type at all is not the kernel's answer.
        self.has_link(NsType::Mount)?.then_some(())?;
        self.has_link(namespace)
    }

    fn has_link(&self, namespace: NsType) -> Option<bool> {
        let name = format!("self/ns/{}", namespace.file());
        match &self.0 {
            ProcDir::None => None,
            ProcDir::Mounted(root) => Some(root.join(name).symlink_metadata().is_ok()),
            ProcDir::Held(directory) => {
                let flags = OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
                Some(openat(directory, Path::new(&name), flags, Mode::empty()).is_ok())
            }
        }
    }

    /// Returns whether an id represents one outside of the user namespace that this process is in,
    /// `user_namespaces(7)`.
    pub fn maps(&self, ids: IdKind, id: u32) -> Option<bool> {
        let map = self.read_file(&format!("self/{}", ids.map_file()))?;
        Some(idmap::contains(&map, id))
    }

    /// Returns whether this process is in the initial user or pid namespace of the machine, which is within no other.
    pub fn is_initial(&self, namespace: NsType) -> Option<bool> {
        let first = match namespace {
            NsType::User => INITIAL_USER,
            NsType::Pid => INITIAL_PID,
            _ => return None,
        };
        Some(self.namespace(namespace)? == first)
    }

    /// Returns the inode number of the namespace of this type that this process is in.
    pub fn namespace(&self, namespace: NsType) -> Option<u64> {
        let name = format!("self/ns/{}", namespace.file());
        match &self.0 {
            ProcDir::None => None,
            ProcDir::Mounted(root) => fs::metadata(root.join(name)).ok().map(|file| file.ino()),
            ProcDir::Held(directory) => {
                let status = status_at(directory.as_fd(), &CString::new(name).ok()?);
                status.ok().map(|status| status.inode)
            }
        }
    }
}

fn read_below(directory: &OwnedFd, name: &str) -> Option<Vec<u8>> {
    let file = openat(directory, Path::new(name), SAFE_FLAGS, Mode::empty()).ok()?;
    ensure_procfs(&file).ok()?;
    read_whole_lines(File::from(file), MOST_READ).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_answers_as_what_is_mounted() {
        Proc::hold();
        let held = Proc(ProcDir::Held(HELD.get().expect("there is a /proc")));
        let mounted = Proc::mounted();
        for namespace in NsType::ALL {
            assert_eq!(held.namespace(namespace), mounted.namespace(namespace));
            assert_eq!(held.has_type(namespace), mounted.has_type(namespace));
        }
        assert_eq!(
            held.read_file("self/uid_map"),
            mounted.read_file("self/uid_map")
        );
        assert_eq!(held.read_file("no/such/file"), None);
        assert_eq!(held.path("self"), None);
    }
}
