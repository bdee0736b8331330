//! Whose a namespace is: how the user namespace that owns it is related to the one that this process is in, which
//! decides what this process may do with it, `user_namespaces(7)`.

use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nscore::ns_type::NsType;
use nscore::procfs::Proc;
use nscore::safe_open::is_namespace;
use nscore::sys::directory::status_of;
use nscore::sys::file::open;
use nscore::sys::nsfs::{owner_of, owner_uid_of, parent_of};

/// Where the owner is.
pub(crate) enum Ownership {
    /// It is the user namespace that this process is in.
    Current,
    /// It is below that; this user owns the first on the way down to it.
    Descendant(u32),
    /// It is somewhere else, around it or beside it.
    Unrelated,
}

impl Ownership {
    /// Returns the ownership of a namespace of this type; a user namespace is its own owner. `None` if it is not
    /// known.
    pub(crate) fn find(namespace: OwnedFd, ns_type: NsType) -> Option<Ownership> {
        let own = own_namespace(NsType::User).filter(|_| is_namespace(&namespace) == Ok(true))?;
        let mut owner = match ns_type {
            NsType::User => namespace,
            _ => match owner_of(&namespace) {
                Err(Errno::EPERM) => return Some(Ownership::Unrelated),
                owner => owner.ok()?,
            },
        };
        if is_same_file(&owner, &own) {
            return Some(Ownership::Current);
        }
        loop {
            let parent = match parent_of(&owner) {
                Err(Errno::EPERM) => return Some(Ownership::Unrelated),
                parent => parent.ok()?,
            };
            if is_same_file(&parent, &own) {
                return owner_uid_of(&owner).ok().map(Ownership::Descendant);
            }
            owner = parent;
        }
    }
}

/// Returns this process's own namespace.
pub(crate) fn own_namespace(ns_type: NsType) -> Option<OwnedFd> {
    let path = Proc::mounted().path("self/ns")?.join(ns_type.file());
    open(&path, OFlag::O_RDONLY).ok()
}

/// Returns whether two files are the same one.
pub(crate) fn is_same_file(one: &OwnedFd, other: &OwnedFd) -> bool {
    match (status_of(one), status_of(other)) {
        (Ok(one), Ok(other)) => one.is_same_file(&other),
        _ => false,
    }
}
