//! Namespaces that are mounted: here, in the mount namespace of any process, and in those that no process is in.
//!
//! One process of each mount namespace shows its mounts. Those that no process is in are met as any namespace is, and
//! by walking from one to the next in the kernel's own order, which takes the privilege to see all of them and Linux
//! 6.12; they are read without being entered.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::fs::File;

use crate::ns_type::NsType;
use crate::safe_open::open_mount_point;
use crate::sys::directory::{Directory, status_of};
use crate::sys::nsfs::{Direction, neighbour_of};
use crate::sys::probe::Call;
use crate::sys::procfs::ensure_procfs;
use crate::sys::statmount;
use nix::errno::Errno;
use nix::libc;

use super::mountinfo::{self, MountedNamespace};
use super::nsfile::NsFiles;
use super::nslink;
use super::proc_name::ProcName;
use super::processes::read_to_end;
use super::record::Registry;
use super::ref_kinds::RefKinds;
use super::{Holder, ScanOptions, Snapshot};

/// NSFS_MAGIC of linux/magic.h.
const NSFS_MAGIC: u64 = libc::NSFS_MAGIC as u64;

/// Reads the mounts of every mount namespace that can be seen, or of this one alone.
pub(super) fn read_mounts(proc: &Directory, wanted: &ScanOptions, snapshot: &mut Snapshot) {
    let mut mounts = Mounts {
        wanted,
        registry: snapshot.take_registry(),
        files: NsFiles::new(proc),
        seen: BTreeSet::new(),
        complete: BTreeSet::new(),
    };
    mounts.read_own_mounts(proc);
    if wanted.hidden {
        // A process shows only the mounts below its root. That is cheap, and where all are asked for not enough.
        if wanted.holders_of.is_some() {
            mounts.walk_mount_namespaces(proc, Direction::Next);
            mounts.walk_mount_namespaces(proc, Direction::Previous);
            mounts.read_by_id();
        }
        for process in &snapshot.processes {
            if mounts.registry.found.is_some() {
                break;
            }
            mounts.read_mounts_of_process(proc, process.pid, process.namespace(NsType::Mount));
        }
        mounts.walk_mount_namespaces(proc, Direction::Next);
        mounts.walk_mount_namespaces(proc, Direction::Previous);
        mounts.read_by_id();
    }
    snapshot.put_back(mounts.registry);
}

struct Mounts<'a> {
    wanted: &'a ScanOptions,
    registry: Registry,
    files: NsFiles,
    /// The mount namespaces that a process has shown.
    seen: BTreeSet<u32>,
    /// Those that were read to the last mount, by their numbers.
    complete: BTreeSet<u32>,
}

impl Mounts<'_> {
    /// The mounts of this process's own mount namespace; the only ones whose paths mean something to the caller.
    fn read_own_mounts(&mut self, proc: &Directory) {
        let own = proc.open_dir(c"self");
        let Some(own) = self
            .registry
            .unread
            .note(std::process::id(), Call::Open, own)
        else {
            return;
        };
        let mut target = [0; 64];
        let link = own.read_link_into(c"ns/mnt", &mut target).ok();
        self.seen
            .extend(link.and_then(nslink::parse_link).map(|(_, inode)| inode));
        let table = self.read_mountinfo(&own, std::process::id());
        let table = table.unwrap_or_default();
        for (namespace, path) in self.namespaces_in(&table) {
            self.record_holder(namespace.1, None, &path);
            self.register((&own, &table), namespace, &path);
            if let Some(found) = self.registry.namespaces.get_mut(&namespace.1) {
                found.mounts.push(path);
            }
        }
    }

    /// The mounts of the mount namespace that this process is in, unless they were read already.
    fn read_mounts_of_process(&mut self, proc: &Directory, pid: u32, inode: u32) {
        if inode == 0 || self.seen.contains(&inode) {
            return;
        }
        let mut name = ProcName::default();
        let process = proc.open_dir(name.write(pid, ""));
        let Some(process) = self.registry.unread.note(pid, Call::Open, process) else {
            return;
        };
        // One that shows nothing was about to end; another one is asked.
        let Some(table) = self.read_mountinfo(&process, pid) else {
            return;
        };
        self.seen.insert(inode);
        let is_complete = self.complete.contains(&inode);
        for (namespace, path) in self.namespaces_in(&table) {
            if !is_complete {
                self.record_holder(namespace.1, Some(inode), &path);
            }
            self.register((&process, &table), namespace, &path);
        }
    }

    /// Returns the table of the mounts where this process is; `None` if it has none to show.
    fn read_mountinfo(&mut self, process: &Directory, pid: u32) -> Option<Vec<u8>> {
        let file = process.open_file(c"mountinfo");
        let file = self.registry.unread.note(pid, Call::Open, file)?;
        let file = Some(File::from(file)).filter(|file| ensure_procfs(file).is_ok())?;
        let text = self
            .registry
            .unread
            .note(pid, Call::Read, read_to_end(file))?;
        Some(text).filter(|text| !text.is_empty())
    }

    /// Returns the namespaces of the wanted types in a table of mounts.
    fn namespaces_in(&self, table: &[u8]) -> Vec<MountedNamespace> {
        let kept = mountinfo::mounted_namespaces(table);
        let kept = kept.filter(|((ns_type, _), _)| self.wanted.includes(*ns_type));
        kept.collect()
    }

    /// Takes down that a namespace is mounted in this mount namespace, `None` being the caller's own.
    fn record_holder(&mut self, namespace: u32, within: Option<u32>, path: &[u8]) {
        let holder = || Holder::Mount {
            within,
            path: path.to_vec(),
        };
        self.registry.record_holder(self.wanted, namespace, holder);
    }

    /// A namespace is mounted at this path of a process's root, as its table of mounts says. If it cannot be opened
    /// without asking a file system that may not answer, that is all that is known of it.
    fn register(
        &mut self,
        (process, table): (&Directory, &[u8]),
        namespace: (NsType, u32),
        path: &[u8],
    ) {
        let files = &self.files;
        let open = || {
            let root = process.open_path_dir(c"root")?;
            let path = CString::new(path).map_err(|_| Errno::EINVAL)?;
            let place = open_mount_point(&root, &path, table)?;
            files.reopen(&place, namespace.1)
        };
        self.registry
            .register(self.wanted, namespace, RefKinds::MOUNT, open);
    }

    /// Meets the mount namespaces before or after this process's own.
    fn walk_mount_namespaces(&mut self, proc: &Directory, direction: Direction) {
        let mut at = proc.open_file(c"self/ns/mnt");
        while let Some(from) = self.registry.unread.note_optional(Call::Open, at) {
            let next = neighbour_of(&from, direction);
            let Some((next, _)) = self.registry.unread.note_optional(Call::Ioctl, next) else {
                return;
            };
            let inode = status_of(&next).map(|status| u32::try_from(status.inode));
            if let Ok(Ok(inode)) = inode {
                let itself = (NsType::Mount, inode);
                let copy = || next.try_clone().map_err(|_| Errno::EMFILE);
                self.registry
                    .register(self.wanted, itself, RefKinds::default(), copy);
            }
            at = Ok(next);
        }
    }

    /// Reads the mount namespaces that no process has shown, however they were met.
    fn read_by_id(&mut self) {
        let known = self.registry.namespaces.iter();
        let unread =
            known.filter(|(inode, _)| !self.seen.contains(inode) && !self.complete.contains(inode));
        let unread = unread.filter_map(|(inode, found)| Some((*inode, found.mount_id?)));
        let unread: Vec<(u32, u64)> = unread.collect();
        for (inode, number) in unread {
            let mounts = self.mounts_of(number);
            // There is none without a mount: it may not be read by us.
            if !mounts.is_empty() {
                self.complete.insert(inode);
            }
            self.read_mounts_by_id(inode, number, &mounts);
        }
    }

    /// Returns the numbers of all mounts in the mount namespace with this number; none if they may not be read by us.
    fn mounts_of(&mut self, namespace: u64) -> Vec<u64> {
        let mut all = Vec::new();
        let mut some = [0; 512];
        loop {
            let last = all.last().copied().unwrap_or(0);
            let listed = statmount::list(namespace, last, &mut some);
            let listed = self.registry.unread.note_optional(Call::List, listed);
            let listed = listed.unwrap_or(0);
            all.extend(&some[..listed]);
            if listed < some.len() {
                return all;
            }
        }
    }

    /// Reads these mounts of a mount namespace that has this number.
    fn read_mounts_by_id(&mut self, inode: u32, number: u64, mounts: &[u64]) {
        let mut answer = vec![0; 16 << 10];
        for mount in mounts {
            let Ok(mount) = statmount::status(number, *mount, &mut answer) else {
                continue;
            };
            let kept = nslink::parse_link(mount.root).filter(|_| mount.magic == NSFS_MAGIC);
            if let Some(kept) = kept.filter(|(ns_type, _)| self.wanted.includes(*ns_type)) {
                self.record_holder(kept.1, Some(inode), mount.point);
                // Nothing opens it without entering the mount namespace, which is not for a list to do.
                let nowhere = || Err(Errno::ENOENT);
                self.registry
                    .register(self.wanted, kept, RefKinds::MOUNT, nowhere);
            }
        }
    }
}
