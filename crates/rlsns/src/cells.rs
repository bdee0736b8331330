//! What stands in a row's cells.

use std::cell::{OnceCell, RefCell};

use nscore::container_id::{ContainerCgroup, NameOwner, NameOwners, containers_in};
use nscore::ns_type::NsType;
use nscore::procfs::{cgroup_lines, main_cgroup};
use nscore::safe_open::{Distrust, Untrusted};

use crate::column::Column;
use crate::person::{Users, cgroups, command};
use crate::rows::Row;
use nscore::scan::NetNsId;
use nscore::scan::{NsRecord, Process, Snapshot};
use smartcols::Cell;

/// Fills cells, looking up what a row does not hold.
#[derive(Debug)]
pub(crate) struct Cells<'a> {
    snapshot: &'a Snapshot,
    users: Users,
    /// Who named the cgroups of containers.
    owners: OnceCell<RefCell<NameOwners>>,
}

impl Cells<'_> {
    /// For rows of what was found.
    pub(crate) fn new(snapshot: &Snapshot) -> Cells<'_> {
        Cells {
            snapshot,
            users: Users::default(),
            owners: OnceCell::new(),
        }
    }

    /// What stands in this column of this row.
    pub(crate) fn cell(&self, column: Column, row: &Row) -> Cell {
        let namespace = row.namespace;
        match column {
            Column::Ns => number(row.inode),
            Column::Type => namespace.kind.file().into(),
            Column::Nprocs => number(namespace.processes),
            Column::Uid => uid(row).map_or(Cell::Empty, number),
            Column::User => uid(row).map_or(Cell::Empty, |uid| self.users.name(uid).into()),
            Column::Netnsid => netnsid(namespace),
            Column::Nsfs if namespace.mounts.is_empty() => Cell::Empty,
            Column::Nsfs => Cell::Lines(namespace.mounts.clone()),
            Column::Pns => number(namespace.parent),
            Column::Ons => number(namespace.owner),
            Column::Held => {
                let words: Vec<&str> = namespace.refs.words().collect();
                words.join(",").into_bytes().into()
            }
            Column::Nsid => namespace.id.map_or(Cell::Empty, Cell::from),
            Column::Owner => self.owner(namespace).map_or(Cell::Empty, number),
            Column::Path | Column::Pid | Column::Ppid | Column::Command | Column::Cgroup => {
                row.process.map_or(Cell::Empty, |process| {
                    of_process(column, namespace.kind, process)
                })
            }
            Column::Container => row
                .process
                .and_then(|process| self.container(process))
                .map_or(Cell::Empty, Cell::from),
        }
    }

    /// The innermost container of a process, in whichever hierarchy one is named; behind `@` the user who may have given
    /// the cgroup its name, if that is neither root nor the caller.
    fn container(&self, process: &Process) -> Option<Vec<u8>> {
        let text = cgroups(process).unwrap_or_default();
        let mut other = None;
        for line in cgroup_lines(&text) {
            let Some(found) = containers_in(line.path).next() else {
                continue;
            };
            let owners = self.owners.get_or_init(RefCell::default);
            match owners.borrow_mut().find(line.hierarchy, found.path) {
                NameOwner::Other(untrusted) => {
                    other.get_or_insert_with(|| self.marked(&found, &untrusted));
                }
                NameOwner::Trusted | NameOwner::Unknown => return Some(found.short_name()),
            }
        }
        other
    }

    fn marked(&self, found: &ContainerCgroup, untrusted: &Untrusted) -> Vec<u8> {
        let user = match untrusted.reason {
            Distrust::Owner(uid) => self.users.name(uid),
            _ => b"?".to_vec(),
        };
        [found.short_name(), b"@".to_vec(), user].concat()
    }

    /// Who made this user namespace, or the one that owns this namespace of another type.
    fn owner(&self, namespace: &NsRecord) -> Option<u32> {
        match namespace.kind {
            NsType::User => namespace.owner_uid,
            _ => self.snapshot.namespaces.get(&namespace.owner)?.owner_uid,
        }
    }
}

fn of_process(column: Column, kind: NsType, process: &Process) -> Cell {
    match column {
        Column::Path => format!("/proc/{}/ns/{}", process.pid, kind.file())
            .into_bytes()
            .into(),
        Column::Pid => number(process.pid),
        Column::Ppid => {
            let person = process.info.as_ref();
            person.map_or(Cell::Empty, |person| number(person.parent))
        }
        Column::Cgroup => {
            let text = cgroups(process).unwrap_or_default();
            let path = main_cgroup(&text).map(<[u8]>::to_vec);
            path.map_or(Cell::Empty, Cell::from)
        }
        _ => command(process).into(),
    }
}

/// The user of the process that is shown; without one, who made a user namespace, if that is known, and root for the
/// other types.
fn uid(row: &Row) -> Option<u32> {
    match row.process {
        Some(process) => process.info.as_ref().map(|person| person.uid),
        None if row.namespace.kind == NsType::User => row.namespace.owner_uid,
        None => Some(0),
    }
}

fn netnsid(namespace: &NsRecord) -> Cell {
    match namespace.netnsid {
        Some(NetNsId::Unassigned) => "unassigned".into(),
        Some(NetNsId::Number(number)) => number.to_string().into_bytes().into(),
        None => Cell::Empty,
    }
}

fn number(number: u32) -> Cell {
    u64::from(number).into()
}
