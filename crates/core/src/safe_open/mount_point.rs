//! Going to a place where something is mounted, through directories that may be anybody's.

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::libc;

use crate::procfs::mount_points;
use crate::sys::file::move_above_stdio;

/// How often the walk is tried: the kernel breaks it off whenever something is mounted or renamed meanwhile.
const TRIES: usize = 64;

/// The file systems that answer by themselves, the disk being there.
const LOCAL: [&str; 22] = [
    "bcachefs",
    "binfmt_misc",
    "bpf",
    "btrfs",
    "cgroup",
    "cgroup2",
    "devtmpfs",
    "erofs",
    "ext2",
    "ext3",
    "ext4",
    "f2fs",
    "iso9660",
    "nsfs",
    "proc",
    "ramfs",
    "rootfs",
    "squashfs",
    "sysfs",
    "tmpfs",
    "vfat",
    "xfs",
];

/// Opens the mount point `path` of a root with `O_PATH`, as long as no file system on the way has to be asked anything;
/// it never leaves that root, and what is found is not opened itself.
///
/// A user may mount a file system of FUSE that does not answer, or an overlay of one, and whoever goes through it waits
/// for ever. The directories above a mount point stay in the kernel's cache as long as it is one, so `RESOLVE_CACHED`
/// of `openat2(2)` finds it wherever nobody has to be asked. Before Linux 5.12, or 5.10.162, there is no such flag:
/// `mountinfo`, which is that of a process with this root, must show file systems on the way then that answer by
/// themselves.
///
/// # Errors
/// EAGAIN if a file system has to be asked; those of `openat2(2)`: ENOENT, EACCES, ENOSYS.
pub fn open_mount_point(root: impl AsFd, path: &CStr, mountinfo: &[u8]) -> Result<OwnedFd, Errno> {
    let careful = ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS;
    let cached = careful | ResolveFlag::from_bits_retain(libc::RESOLVE_CACHED);
    let mut opened = Err(Errno::EAGAIN);
    for _ in 0..TRIES {
        opened = open_path(&root, path, cached);
        if !matches!(opened, Err(Errno::EAGAIN)) {
            break;
        }
    }
    if matches!(opened, Err(Errno::EINVAL)) && is_local(path, mountinfo) {
        opened = open_path(&root, path, careful);
    }
    move_above_stdio(opened?)
}

fn open_path(root: impl AsFd, path: &CStr, resolve: ResolveFlag) -> Result<OwnedFd, Errno> {
    let how = OpenHow::new().flags(OFlag::O_PATH | OFlag::O_CLOEXEC);
    openat2(root, path, how.resolve(resolve))
}

/// Returns whether every mount on the way to `path` is of a file system that answers by itself.
fn is_local(path: &CStr, mountinfo: &[u8]) -> bool {
    let path = Path::new(std::ffi::OsStr::from_bytes(path.to_bytes()));
    let mut above = mount_points(mountinfo).filter(|mount| path.starts_with(&mount.path));
    above.all(|mount| LOCAL.contains(&mount.filesystem.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::directory::Directory;

    #[test]
    fn a_mount_point_is_found_within_its_root() {
        let root = Directory::open(c"/").expect("the root");
        let own = std::fs::read("/proc/self/mountinfo").expect("its own");
        let proc = open_mount_point(&root, c"/proc", &own).expect("it is mounted");
        assert!(crate::sys::procfs::ensure_procfs(proc).is_ok());
        let missing = open_mount_point(&root, c"/proc/no such file", &own);
        assert!(matches!(missing, Err(Errno::ENOENT | Errno::EAGAIN)));
    }

    #[test]
    fn a_path_is_local_if_all_that_is_mounted_on_it_is() {
        let table = b"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n\
            2 1 0:5 / /home rw - fuse.sshfs x rw\n\
            3 1 0:6 / /run rw - tmpfs x rw\n\
            4 3 0:4 net:[4026532361] /run/netns/a rw - nsfs nsfs rw\n\
            5 1 0:7 / /overlay rw - overlay x rw\n";
        for (path, expected) in [
            (c"/run/netns/a", true),
            (c"/homes/a", true),
            (c"/home/a", false),
            (c"/overlay/a", false),
        ] {
            assert_eq!(is_local(path, table), expected, "{path:?}");
        }
    }
}
