//! One namespace, and all that is known of it.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};

use crate::ns_type::NsType;
use crate::sys::directory::status_of;
use crate::sys::nsfs::{id_of, mount_id_of, owner_of, owner_uid_of, parent_of};
use crate::sys::probe::Call;
use crate::unread::Unread;
use nix::errno::Errno;

use super::netnsid::{NetNsId, Netlink};
use super::ref_kinds::RefKinds;
use super::unsupported::{NsRequest, Unsupported};
use super::{Holder, ScanOptions};

/// A namespace that is there.
#[derive(Debug)]
pub struct NsRecord {
    /// Its type.
    pub ns_type: NsType,
    /// What keeps it alive.
    pub refs: RefKinds,
    /// How many processes are in it.
    pub processes: u32,
    /// The place of the lowest of them in the list of processes.
    pub(super) first_member: Option<usize>,
    /// Where it is mounted in this mount namespace, in the order of mounting.
    pub mounts: Vec<Vec<u8>>,
    /// Whether it has answered the questions below.
    is_queried: bool,
    /// The inode number of the user namespace that owns it, 0 if that is not reported.
    pub owner: u32,
    /// The inode number of the user or pid namespace that it was made in, 0 if that is not reported.
    pub parent: u32,
    /// Who made it, for a user namespace.
    pub owner_uid: Option<u32>,
    /// What this network namespace calls it.
    pub netnsid: Option<NetNsId>,
    /// Its 64-bit number.
    pub id: Option<u64>,
    /// The number by which its mounts can be read, for a mount namespace.
    pub(super) mount_id: Option<u64>,
}

impl NsRecord {
    pub(super) fn new(ns_type: NsType) -> NsRecord {
        NsRecord {
            ns_type,
            refs: RefKinds::default(),
            processes: 0,
            first_member: None,
            mounts: Vec::new(),
            is_queried: false,
            owner: 0,
            parent: 0,
            owner_uid: None,
            netnsid: None,
            id: None,
            mount_id: None,
        }
    }

    /// Takes over what is known of the same namespace elsewhere.
    pub(super) fn merge(&mut self, same: &NsRecord) {
        self.refs |= same.refs;
        if !self.is_queried && same.is_queried {
            self.is_queried = true;
            (self.owner, self.parent) = (same.owner, same.parent);
            (self.owner_uid, self.netnsid) = (same.owner_uid, same.netnsid);
            (self.id, self.mount_id) = (same.id, same.mount_id);
        }
    }

    /// Returns whether the original finds it: a process is in it or has it open, or it is mounted here.
    pub fn is_known_to_original(&self) -> bool {
        self.processes > 0
            || !self.mounts.is_empty()
            || self.refs.intersects(RefKinds::OPEN_IN_PROCESS)
    }

    /// Returns whether it could be opened, and so was asked for its owner and its parent.
    pub fn is_queried(&self) -> bool {
        self.is_queried
    }

    /// Forgets who is in it.
    pub(super) fn clear_members(&mut self) {
        self.refs = self.refs.without(RefKinds::PROCESS);
        self.processes = 0;
        self.first_member = None;
    }

    /// Counts one more process in it, those with lower numbers first.
    pub(super) fn add_member(&mut self, place: usize) {
        self.processes += 1;
        self.first_member.get_or_insert(place);
        self.refs |= RefKinds::PROCESS;
    }
}

/// The namespaces met so far, and the means to ask a new one.
#[derive(Debug, Default)]
pub(super) struct Registry {
    pub(super) namespaces: BTreeMap<u32, NsRecord>,
    /// What holds the one namespace that this is wanted of.
    pub(super) holders: Vec<Holder>,
    /// What could not be read.
    pub(super) unread: Unread,
    /// What the kernel cannot be asked.
    pub(super) unsupported: Unsupported,
    /// The namespace that is searched for, open.
    pub(super) found: Option<OwnedFd>,
    pub(super) netlink: Option<Netlink>,
}

impl Registry {
    /// Takes down what holds this namespace, if it is the one that this is wanted of.
    pub(super) fn record_holder(
        &mut self,
        wanted: &ScanOptions,
        inode: u32,
        holder: impl FnOnce() -> Holder,
    ) {
        if wanted.holders_of == Some(inode) {
            self.holders.push(holder());
        }
    }

    /// Registers a namespace: records what refers to it and, if it is new, opens and queries it.
    pub(super) fn register(
        &mut self,
        wanted: &ScanOptions,
        (ns_type, inode): (NsType, u32),
        refs: RefKinds,
        open: impl FnOnce() -> Result<OwnedFd, Errno>,
    ) {
        if !self.add_refs(ns_type, inode, refs) {
            return;
        }
        // Where it cannot be opened it is in the list all the same, without its answers.
        if let Some(file) = self.unread.note_optional(Call::Open, open()) {
            self.query(wanted, inode, &file);
        }
    }

    /// Records what refers to a namespace. Returns whether it was not queried yet.
    fn add_refs(&mut self, ns_type: NsType, inode: u32, refs: RefKinds) -> bool {
        let new = || NsRecord::new(ns_type);
        let found = self.namespaces.entry(inode).or_insert_with(new);
        found.refs |= refs;
        !found.is_queried
    }

    /// Returns whether this namespace is known, noting what holds it if it is.
    pub(super) fn add_refs_if_known(&mut self, inode: u32, refs: RefKinds) -> bool {
        let found = self.namespaces.get_mut(&inode);
        found.map(|found| found.refs |= refs).is_some()
    }

    /// Queries an open namespace, and registers its owner and parent.
    fn query(&mut self, wanted: &ScanOptions, inode: u32, file: &OwnedFd) {
        // Between the look and the opening a process may have gone elsewhere.
        if inode_of(file) != Some(inode) {
            return;
        }
        if wanted.find == Some(inode) {
            let copy = file.try_clone().map_err(|_| Errno::EMFILE);
            self.found = self.unread.note_optional(Call::Open, copy);
            return;
        }
        let Some(found) = self.namespaces.get_mut(&inode) else {
            return;
        };
        found.is_queried = true;
        let ns_type = found.ns_type;
        if wanted.id || wanted.hidden {
            found.id = id_of(file).ok();
        }
        if ns_type == NsType::User {
            let owner = owner_uid_of(file);
            found.owner_uid = self
                .unsupported
                .record(NsRequest::OwnerUid, file, owner)
                .ok();
        }
        if ns_type == NsType::Mount && wanted.hidden {
            found.mount_id = mount_id_of(file).ok();
        }
        if ns_type == NsType::Net && wanted.netnsid {
            let netlink = self.netlink.take().or_else(Netlink::open);
            found.netnsid = netlink.as_ref().and_then(|netlink| netlink.get_nsid(file));
            self.netlink = netlink;
        }
        let owner = self
            .unsupported
            .record(NsRequest::Owner, file, owner_of(file));
        let owner = self.register_relative(wanted, NsType::User, owner);
        let parent = match ns_type {
            NsType::Pid => {
                let parent = self
                    .unsupported
                    .record(NsRequest::Parent, file, parent_of(file));
                self.register_relative(wanted, ns_type, parent)
            }
            NsType::User => owner,
            _ => 0,
        };
        if let Some(found) = self.namespaces.get_mut(&inode) {
            (found.owner, found.parent) = (owner, parent);
        }
    }

    /// Registers the owner or parent that the kernel returned, and returns its inode number, 0 if there is none. The
    /// recursion ends after 32 levels, `user_namespaces(7)`.
    fn register_relative(
        &mut self,
        wanted: &ScanOptions,
        ns_type: NsType,
        file: Result<OwnedFd, Errno>,
    ) -> u32 {
        let Some(file) = self.unread.note_optional(Call::Ioctl, file) else {
            return 0;
        };
        let Some(inode) = inode_of(&file) else {
            return 0;
        };
        self.register(wanted, (ns_type, inode), RefKinds::CHILD, || Ok(file));
        inode
    }
}

fn inode_of(file: impl AsFd) -> Option<u32> {
    let status = status_of(file).ok()?;
    u32::try_from(status.inode).ok()
}
