//! Namespaces that nothing shows but the kernel's own list, `listns(2)`, since Linux 6.19: one in a message that nobody
//! has read, for example, or one that is kept by what the caller may not look at.
//!
//! The list is merged with what was found, never used instead: it reports numbers, and not what keeps a namespace
//! alive.

use std::collections::BTreeSet;
use std::os::fd::{AsFd, OwnedFd};

use crate::ns_type::NsType;
use crate::sys::directory::status_of;
use crate::sys::listns;
use crate::sys::namespace::{open_by_id, own_mount_namespace};
use crate::sys::nsfs::type_of;
use crate::sys::probe::Call;
use crate::unread::Unread;

use super::ref_kinds::RefKinds;
use super::{ScanOptions, Snapshot};

/// Meets the listed namespaces that were not found yet.
pub(super) fn add_listed(wanted: &ScanOptions, snapshot: &mut Snapshot) {
    let ids = list_ids(wanted, &mut snapshot.unread);
    if ids.is_empty() {
        return;
    }
    let any = own_mount_namespace();
    let Some(any) = snapshot.unread.note_optional(Call::Pidfd, any) else {
        return;
    };
    let found = snapshot.namespaces.values();
    let mut known = BTreeSet::new();
    known.extend(found.filter_map(|found| found.id));
    let mut registry = snapshot.take_registry();
    for id in ids.into_iter().filter(|id| !known.contains(id)) {
        if registry.found.is_some() {
            break;
        }
        let file = open_by_id(&any, id);
        let Some(file) = snapshot.unread.note_optional(Call::Open, file) else {
            continue;
        };
        if let Some(namespace) = type_and_inode(&file) {
            registry.register(wanted, namespace, RefKinds::default(), || Ok(file));
        }
    }
    snapshot.put_back(registry);
}

/// Returns the type and the inode number of an open namespace.
fn type_and_inode(file: &OwnedFd) -> Option<(NsType, u32)> {
    let ns_type = NsType::from_flag(type_of(file.as_fd()).ok()?)?;
    let inode = status_of(file).ok()?.inode;
    Some((ns_type, u32::try_from(inode).ok()?))
}

/// Returns the 64-bit numbers of all namespaces of the wanted types; none where the kernel has no list.
fn list_ids(wanted: &ScanOptions, unread: &mut Unread) -> Vec<u64> {
    let wanted = NsType::ALL
        .into_iter()
        .filter(|ns_type| wanted.types.contains(*ns_type));
    let types = wanted.fold(0, |types, ns_type| types | ns_type.flag());
    let mut all = Vec::new();
    let mut some = [0; 512];
    loop {
        let last = all.last().copied().unwrap_or(0);
        let listed = listns::list(types, last, &mut some);
        let listed = unread.note_optional(Call::List, listed).unwrap_or(0);
        all.extend(&some[..listed]);
        if listed < some.len() {
            return all;
        }
    }
}
