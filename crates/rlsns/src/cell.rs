//! The cells of a row.

use std::cell::{OnceCell, RefCell};

use nscore::container_id::{ContainerCgroup, NameOwner, NameOwners, containers_in};
use nscore::ns_type::NsType;
use nscore::procfs::{cgroup_lines, main_cgroup};
use nscore::safe_open::{Distrust, Untrusted};
use nscore::scan::{NetNsId, NsRecord, Process, Snapshot};
use smartcols::Cell;

use crate::column::ColumnId;
use crate::process_info::{UserNames, cgroup_file, command_line};
use crate::rows::NsRow;

/// Formats cells, and looks up what a row does not contain.
#[derive(Debug)]
pub(crate) struct CellFormatter<'a> {
    snapshot: &'a Snapshot,
    users: UserNames,
    /// Who named the cgroups of containers.
    owners: OnceCell<RefCell<NameOwners>>,
}

impl CellFormatter<'_> {
    /// Creates a formatter for the rows of a snapshot.
    pub(crate) fn new(snapshot: &Snapshot) -> CellFormatter<'_> {
        CellFormatter {
            snapshot,
            users: UserNames::default(),
            owners: OnceCell::new(),
        }
    }

    /// Returns the cell of this row in this column.
    pub(crate) fn cell(&self, column: ColumnId, row: &NsRow) -> Cell {
        let namespace = row.namespace;
        match column {
            ColumnId::Ns => number_cell(row.inode),
            ColumnId::Type => namespace.ns_type.file().into(),
            ColumnId::Nprocs => number_cell(namespace.processes),
            ColumnId::Uid => row_uid(row).map_or(Cell::Empty, number_cell),
            ColumnId::User => row_uid(row).map_or(Cell::Empty, |uid| self.users.name(uid).into()),
            ColumnId::Netnsid => netnsid_cell(namespace),
            ColumnId::Nsfs if namespace.mounts.is_empty() => Cell::Empty,
            ColumnId::Nsfs => Cell::Lines(namespace.mounts.clone()),
            ColumnId::Pns => relative_cell(namespace, namespace.parent),
            ColumnId::Ons => relative_cell(namespace, namespace.owner),
            ColumnId::Held => {
                let words: Vec<&str> = namespace.refs.words().collect();
                words.join(",").into_bytes().into()
            }
            ColumnId::Nsid => namespace.id.map_or(Cell::Empty, Cell::from),
            ColumnId::Owner => self.owner_uid(namespace).map_or(Cell::Empty, number_cell),
            ColumnId::Path
            | ColumnId::Pid
            | ColumnId::Ppid
            | ColumnId::Command
            | ColumnId::Cgroup => row.process.map_or(Cell::Empty, |process| {
                process_cell(column, namespace.ns_type, process)
            }),
            ColumnId::Container => row
                .process
                .and_then(|process| self.container(process))
                .map_or(Cell::Empty, Cell::from),
        }
    }

    /// Returns the innermost container of a process, from the cgroups of any hierarchy. After `@` follows the user who
    /// may have chosen the name of the cgroup, if that is neither root nor the caller.
    fn container(&self, process: &Process) -> Option<Vec<u8>> {
        let text = cgroup_file(process).unwrap_or_default();
        let mut other = None;
        for line in cgroup_lines(&text) {
            let Some(found) = containers_in(line.path).next() else {
                continue;
            };
            let owners = self.owners.get_or_init(RefCell::default);
            match owners.borrow_mut().find(line.hierarchy, found.path) {
                NameOwner::Other(untrusted) => {
                    other.get_or_insert_with(|| self.name_with_user(&found, &untrusted));
                }
                NameOwner::Trusted | NameOwner::Unknown => return Some(found.short_name()),
            }
        }
        other
    }

    fn name_with_user(&self, found: &ContainerCgroup, untrusted: &Untrusted) -> Vec<u8> {
        let user = match untrusted.reason {
            Distrust::Owner(uid) => self.users.name(uid),
            _ => b"?".to_vec(),
        };
        [found.short_name(), b"@".to_vec(), user].concat()
    }

    /// Returns the owner of this user namespace, or of the one that owns this namespace of another type.
    fn owner_uid(&self, namespace: &NsRecord) -> Option<u32> {
        match namespace.ns_type {
            NsType::User => namespace.owner_uid,
            _ => self.snapshot.namespaces.get(&namespace.owner)?.owner_uid,
        }
    }
}

fn process_cell(column: ColumnId, ns_type: NsType, process: &Process) -> Cell {
    match column {
        ColumnId::Path => format!("/proc/{}/ns/{}", process.pid, ns_type.file())
            .into_bytes()
            .into(),
        ColumnId::Pid => number_cell(process.pid),
        ColumnId::Ppid => {
            let info = process.info.as_ref();
            info.map_or(Cell::Empty, |info| number_cell(info.parent))
        }
        ColumnId::Cgroup => {
            let text = cgroup_file(process).unwrap_or_default();
            let path = main_cgroup(&text).map(<[u8]>::to_vec);
            path.map_or(Cell::Empty, Cell::from)
        }
        _ => command_line(process).into(),
    }
}

/// Returns the user of the process that is shown; without a process, the owner of a user namespace if known, and root
/// for the other types.
fn row_uid(row: &NsRow) -> Option<u32> {
    match row.process {
        Some(process) => process.info.as_ref().map(|info| info.uid),
        None if row.namespace.ns_type == NsType::User => row.namespace.owner_uid,
        None => Some(0),
    }
}

fn netnsid_cell(namespace: &NsRecord) -> Cell {
    match namespace.netnsid {
        Some(NetNsId::Unassigned) => "unassigned".into(),
        Some(NetNsId::Number(number)) => number.to_string().into_bytes().into(),
        None => Cell::Empty,
    }
}

/// Returns the parent or the owner of a namespace, 0 if it has none or does not name it; nothing if it could not be
/// asked.
fn relative_cell(namespace: &NsRecord, inode: u32) -> Cell {
    if namespace.is_queried() {
        number_cell(inode)
    } else {
        Cell::Empty
    }
}

fn number_cell(number: u32) -> Cell {
    u64::from(number).into()
}
