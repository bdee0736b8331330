//! What stands in a row's cells.

use nscore::namespace::Namespace;

use crate::column::Column;
use crate::netnsid::NetNsId;
use crate::person::{Users, command};
use crate::rows::Row;
use crate::scan::{Found, Process};
use crate::table::Cell;

/// Fills cells, looking up what a row does not hold.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    users: Users,
}

impl Cells {
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
                let words: Vec<&str> = namespace.held.words().collect();
                words.join(",").into_bytes().into()
            }
            Column::Nsid => namespace.id.map_or(Cell::Empty, Cell::from),
            Column::Path | Column::Pid | Column::Ppid | Column::Command => {
                row.process.map_or(Cell::Empty, |process| {
                    of_process(column, namespace.kind, process)
                })
            }
        }
    }
}

fn of_process(column: Column, kind: Namespace, process: &Process) -> Cell {
    match column {
        Column::Path => format!("/proc/{}/ns/{}", process.pid, kind.file())
            .into_bytes()
            .into(),
        Column::Pid => number(process.pid),
        Column::Ppid => {
            let person = process.person.as_ref();
            person.map_or(Cell::Empty, |person| number(person.parent))
        }
        _ => command(process).into(),
    }
}

/// The user of the process that is shown; without one, who made a user namespace, and root for the other types.
fn uid(row: &Row) -> Option<u32> {
    match row.process {
        Some(process) => process.person.as_ref().map(|person| person.uid),
        None => Some(row.namespace.owner_uid.unwrap_or(0)),
    }
}

fn netnsid(namespace: &Found) -> Cell {
    match namespace.netnsid {
        Some(NetNsId::Unassigned) => "unassigned".into(),
        Some(NetNsId::Number(number)) => number.to_string().into_bytes().into(),
        None => Cell::Empty,
    }
}

fn number(number: u32) -> Cell {
    u64::from(number).into()
}
