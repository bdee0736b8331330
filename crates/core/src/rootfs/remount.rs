//! Attributes of mounts before Linux 5.12, which has no `mount_setattr(2)`: a remount for each mount of a tree.

use std::os::fd::{AsFd, AsRawFd};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc;
use nix::mount::{MsFlags, mount};
use nix::sys::statvfs::{FsFlags, fstatvfs};

use crate::procfs::{MountPoint, Proc, mount_points};
use crate::sys::file::{fd_path, open};

/// The attributes that there are, and the flag of `mount(2)` and of `statvfs(3)` for each.
const FLAGS: [(u64, MsFlags, FsFlags); 6] = [
    (
        libc::MOUNT_ATTR_RDONLY,
        MsFlags::MS_RDONLY,
        FsFlags::ST_RDONLY,
    ),
    (
        libc::MOUNT_ATTR_NOSUID,
        MsFlags::MS_NOSUID,
        FsFlags::ST_NOSUID,
    ),
    (libc::MOUNT_ATTR_NODEV, MsFlags::MS_NODEV, NODEV),
    (libc::MOUNT_ATTR_NOEXEC, MsFlags::MS_NOEXEC, NOEXEC),
    (libc::MOUNT_ATTR_NOATIME, MsFlags::MS_NOATIME, NOATIME),
    (
        libc::MOUNT_ATTR_NODIRATIME,
        MsFlags::MS_NODIRATIME,
        NODIRATIME,
    ),
];
/// `ST_…` of linux/statfs.h, which nix has for the GNU C library alone.
const NODEV: FsFlags = FsFlags::from_bits_retain(0x4);
const NOEXEC: FsFlags = FsFlags::from_bits_retain(0x8);
const NOATIME: FsFlags = FsFlags::from_bits_retain(0x400);
const NODIRATIME: FsFlags = FsFlags::from_bits_retain(0x800);
const RELATIME: FsFlags = FsFlags::from_bits_retain(0x1000);

/// The flags of `mount(2)` that these attributes are.
pub(super) fn flags_of(attributes: u64) -> MsFlags {
    let set = FLAGS
        .iter()
        .filter(|(attribute, ..)| attributes & attribute != 0);
    set.fold(MsFlags::empty(), |flags, (_, flag, _)| flags | *flag)
}

/// The attributes of the mount that a file is on.
///
/// # Errors
/// Those of `fstatvfs(3)`.
pub(super) fn attributes_of(file: impl AsFd) -> Result<u64, Errno> {
    let has = fstatvfs(file.as_fd())?.flags();
    let set = FLAGS.iter().filter(|(_, _, flag)| has.contains(*flag));
    Ok(set.fold(0, |attributes, (attribute, ..)| attributes | attribute))
}

/// Sets these attributes of the mount with this root, and of all that are mounted below it. Each keeps the flags that
/// it has: in a user namespace a mount that it was given must not lose one.
///
/// # Errors
/// Those of `mount(2)`; EAGAIN if the path of a mount below leads elsewhere by now.
pub(super) fn remount_tree(mounted: impl AsFd, attributes: u64) -> Result<(), Errno> {
    if attributes == 0 {
        return Ok(());
    }
    remount(&mounted, attributes)?;
    let table = Proc::mounted()
        .read_file("self/mountinfo")
        .ok_or(Errno::ENOENT)?;
    let top = mount_id(&mounted).ok_or(Errno::ENOSYS)?;
    let mounts: Vec<MountPoint> = mount_points(&table).collect();
    let mut tree = vec![top];
    // A mount is behind the one that it was mounted on but for what was moved, so it is asked until nothing is new.
    loop {
        let is_new =
            |mount: &&MountPoint| tree.contains(&mount.parent) && !tree.contains(&mount.id);
        let Some(below) = mounts.iter().find(is_new) else {
            return Ok(());
        };
        tree.push(below.id);
        let opened = open(&below.path, OFlag::O_PATH)?;
        if mount_id(&opened) != Some(below.id) {
            // One that is covered cannot be reached, nor can anybody else reach it.
            let is_covered = mounts
                .iter()
                .any(|other| other.parent == below.id && other.path == below.path);
            if is_covered {
                continue;
            }
            return Err(Errno::EAGAIN);
        }
        remount(&opened, attributes)?;
    }
}

fn remount(mounted: impl AsFd, attributes: u64) -> Result<(), Errno> {
    let has = fstatvfs(mounted.as_fd())?.flags();
    let kept = FLAGS.iter().filter(|(_, _, flag)| has.contains(*flag));
    let mut flags = kept.fold(flags_of(attributes), |flags, (_, flag, _)| flags | *flag);
    if has.contains(RELATIME) {
        flags |= MsFlags::MS_RELATIME;
    }
    let flags = flags | MsFlags::MS_REMOUNT | MsFlags::MS_BIND;
    let nothing = None::<&str>;
    mount(nothing, &fd_path(mounted), nothing, flags, nothing)
}

/// The number of the mount that a descriptor is on, from its fdinfo, `proc_pid_fdinfo(5)`.
fn mount_id(file: impl AsFd) -> Option<u64> {
    let name = format!("self/fdinfo/{}", file.as_fd().as_raw_fd());
    let text = String::from_utf8(Proc::mounted().read_file(&name)?).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("mnt_id:"))?;
    line.trim().parse().ok()
}
