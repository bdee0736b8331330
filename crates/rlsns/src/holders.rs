//! `--holders`: what keeps a namespace alive. A row for each process, thread, descriptor, socket, mount and other
//! namespace that has to end before it can.

use anyhow::Result;
use nscore::ns_type::NsType;
use nscore::scan::{
    HoldKind, Holder, NsRecord, NsRequests, NsTypes, Process, ScanOptions, Snapshot, Task,
};
use smartcols::{Cell, Column, Row, Table};

use crate::hint;
use crate::process_info::{UserNames, command_line};

/// Returns the namespace with this inode number, of one of these types if any are given.
///
/// # Errors
/// There is no such namespace.
pub(crate) fn find_held(
    snapshot: &Snapshot,
    namespace: u64,
    types: Option<NsTypes>,
) -> Result<(u32, NsType)> {
    let inode = u32::try_from(namespace).ok();
    let found = inode.and_then(|inode| Some((inode, snapshot.namespaces.get(&inode)?.ns_type)));
    match found {
        Some((_, ns_type)) if types.is_some_and(|types| !types.contains(ns_type)) => {}
        Some(found) => return Ok(found),
        None => {}
    }
    Err(hint::namespace_not_found(namespace, true))
}

/// Returns the table of what holds the namespace that was scanned for.
pub(crate) fn holders_table(snapshot: &Snapshot) -> Table {
    let users = UserNames::default();
    let holders = snapshot.holders.iter();
    Table {
        columns: table_columns(),
        rows: holders
            .map(|holder| table_row(snapshot, &users, holder))
            .collect(),
        ..Table::default()
    }
}

/// Returns what the scan must find out: a holder may be anywhere.
pub(crate) fn scan_options(namespace: u64) -> ScanOptions {
    ScanOptions {
        fds: true,
        hidden: true,
        mounts: true,
        holders_of: u32::try_from(namespace).ok(),
        // Its child namespaces hold it too.
        required: NsRequests::RELATIVES,
        ..ScanOptions::members_of(NsTypes::ALL)
    }
}

fn table_columns() -> Vec<Column> {
    let left = |name: &'static str| Column {
        name: name.into(),
        ..Column::default()
    };
    let pid = Column {
        align_right: true,
        width_hint: 5,
        ..left("PID")
    };
    let command = Column {
        truncatable: true,
        ..left("COMMAND")
    };
    vec![pid, left("HOW"), left("USER"), command]
}

fn table_row(snapshot: &Snapshot, users: &UserNames, holder: &Holder) -> Row {
    let process = holder_process(snapshot, holder);
    let info = process.and_then(|process| process.info.as_ref());
    Row {
        cells: vec![
            process.map_or(Cell::Empty, |process| u64::from(process.pid).into()),
            describe_holder(holder).into(),
            info.map_or(Cell::Empty, |info| users.name(info.uid).into()),
            process.map_or(Cell::Empty, |process| command_line(process).into()),
        ],
        parent: None,
    }
}

/// Returns the process of a row: the holder, or, for a mount in another mount namespace and for a child namespace, the
/// process with the lowest PID in there, through which it can be entered.
pub(crate) fn holder_process<'a>(snapshot: &'a Snapshot, holder: &Holder) -> Option<&'a Process> {
    let lowest = |inode: &u32| {
        let found: &NsRecord = snapshot.namespaces.get(inode)?;
        snapshot.first_member(found)
    };
    match holder {
        Holder::Task(task, _) => snapshot.process(task.process),
        Holder::Mount { within, .. } => within.as_ref().and_then(lowest),
        Holder::Child(_, inode) => lowest(inode),
    }
}

/// Returns the text of the column HOW.
fn describe_holder(holder: &Holder) -> Vec<u8> {
    match holder {
        Holder::Task(task, hold) => describe_task(*task, *hold).into_bytes(),
        Holder::Child(ns_type, inode) => format!("child {} {inode}", ns_type.file()).into_bytes(),
        Holder::Mount { within, path } => {
            let mut words = b"mount".to_vec();
            // A mount that is not reachable from the root of its processes has no path.
            if !path.is_empty() {
                words.push(b' ');
                words.extend_from_slice(path);
            }
            let within = within.map(|inode| format!(" in mnt {inode}"));
            words.extend(within.unwrap_or_default().bytes());
            words
        }
    }
}

fn describe_task(task: Task, hold: HoldKind) -> String {
    let words = match hold {
        HoldKind::Member => {
            let thread = task.thread.map(|thread| format!("thread {thread}"));
            return thread.unwrap_or_else(|| "process".to_owned());
        }
        HoldKind::Children => "children".to_owned(),
        HoldKind::Descriptor(number) => format!("fd {number}"),
        HoldKind::Socket(number) => format!("socket {number}"),
    };
    match task.thread {
        Some(thread) => format!("{words} of thread {thread}"),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_holder_is_described() {
        let process = Task::process(800);
        let thread = Task {
            thread: Some(812),
            ..process
        };
        let mount = |path: &str, within| Holder::Mount {
            within,
            path: path.into(),
        };
        for (holder, words) in [
            (Holder::Task(process, HoldKind::Member), "process"),
            (Holder::Task(thread, HoldKind::Member), "thread 812"),
            (Holder::Task(process, HoldKind::Children), "children"),
            (
                Holder::Task(thread, HoldKind::Children),
                "children of thread 812",
            ),
            (Holder::Task(process, HoldKind::Descriptor(7)), "fd 7"),
            (
                Holder::Task(thread, HoldKind::Descriptor(7)),
                "fd 7 of thread 812",
            ),
            (Holder::Task(process, HoldKind::Socket(9)), "socket 9"),
            (mount("/run/netns/a", None), "mount /run/netns/a"),
            (mount("/a b", Some(5)), "mount /a b in mnt 5"),
            (mount("", Some(5)), "mount in mnt 5"),
            (Holder::Child(NsType::User, 6), "child user 6"),
        ] {
            assert_eq!(
                String::from_utf8(describe_holder(&holder)).as_deref(),
                Ok(words)
            );
        }
    }
}
