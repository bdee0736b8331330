//! `--compare`: which namespaces processes share, as `ls -l /proc/PID/ns` beside `ls -l /proc/self/ns` shows it. A row
//! for each type, in the order of that listing; a column for each process.

use nscore::cli::sentence;
use std::ffi::CString;

use anyhow::{Context, Error, Result};
use nix::errno::Errno;
use nscore::hint::WithHint;
use nscore::ns_type::NsType;
use nscore::scan::{NsTypes, nslink};
use nscore::sys::directory::Directory;
use nscore::sys::probe::Call;
use nscore::unread::Unread;
use smartcols::{Cell, Column, Row, Table};

use crate::hint;
use crate::output::OutputFormat;

/// A process: its directory below /proc, and its name in the table.
struct ComparedProcess {
    directory: Directory,
    name: String,
}

/// Returns the table that compares these processes; a single one is compared with the caller.
///
/// # Errors
/// A process that does not exist.
pub(crate) fn compare_processes(
    pids: &[u32],
    types: NsTypes,
    format: OutputFormat,
) -> Result<(Table, Unread)> {
    let mut compared = Vec::new();
    if pids.len() == 1 {
        compared.push(open_process("self", "SELF".to_owned())?);
    }
    for (at, pid) in pids.iter().enumerate() {
        // A process that is named twice has one column.
        if !pids[..at].contains(pid) {
            compared.push(open_process(&pid.to_string(), pid.to_string())?);
        }
    }
    let ns_types = ORDER
        .into_iter()
        .filter(|ns_type| types.contains(*ns_type) && is_supported(*ns_type));
    let mut unread = Unread::default();
    let rows = ns_types.map(|ns_type| table_row(ns_type, &compared, format, &mut unread));
    let table = Table {
        json_key: "comparison",
        columns: table_columns(&compared),
        rows: rows.collect(),
        ..Table::default()
    };
    unread.check()?;
    Ok((
        Table {
            json_members: vec![("unreadable", unread.processes() as u64)],
            ..table
        },
        unread,
    ))
}

/// The types in the order of the names of their files.
const ORDER: [NsType; 8] = [
    NsType::Cgroup,
    NsType::Ipc,
    NsType::Mount,
    NsType::Net,
    NsType::Pid,
    NsType::Time,
    NsType::User,
    NsType::Uts,
];

/// Returns whether this kernel has namespaces of this type.
fn is_supported(ns_type: NsType) -> bool {
    let own = Directory::open(c"/proc/self");
    own.is_ok_and(|own| read_inode(&own, ns_type) != Err(Errno::ENOENT))
}

/// Opens the directory of a process below /proc.
fn open_process(entry: &str, name: String) -> Result<ComparedProcess> {
    let path = CString::new(format!("/proc/{entry}"))?;
    match Directory::open(&path) {
        Ok(directory) => Ok(ComparedProcess { directory, name }),
        // Without an entry below /proc there is no such process.
        Err(Errno::ENOENT) => Err(Error::new(Errno::ESRCH)),
        Err(errno) => Err(Error::new(errno)),
    }
    .with_hint_for(entry, |_, entry| match entry.parse() {
        Ok(pid) => hint::unreadable_process(pid),
        Err(_) => hint::missing_procfs(),
    })
    .with_context(|| sentence("failed to compare process %s", &[&entry]))
}

fn table_columns(compared: &[ComparedProcess]) -> Vec<Column> {
    let mut columns = vec![Column {
        name: "TYPE".into(),
        width_hint: 5,
        ..Column::default()
    }];
    for process in compared {
        columns.push(Column {
            name: process.name.clone().into(),
            align_right: true,
            ..Column::default()
        });
    }
    columns.push(Column {
        name: "RESULT".into(),
        ..Column::default()
    });
    columns
}

fn table_row(
    ns_type: NsType,
    compared: &[ComparedProcess],
    format: OutputFormat,
    unread: &mut Unread,
) -> Row {
    let mut inodes: Vec<Option<u32>> = Vec::new();
    for process in compared {
        // The column SELF has no PID.
        let pid = process.name.parse().unwrap_or(0);
        let inode = read_inode(&process.directory, ns_type);
        inodes.push(unread.note(pid, Call::ReadLink, inode));
    }
    // JSON has null for what is not known.
    let unknown = match format {
        OutputFormat::Json => Cell::Empty,
        OutputFormat::Text | OutputFormat::Raw => "-".into(),
    };
    let cell = |inode: &Option<u32>| match inode {
        Some(inode) => u64::from(*inode).into(),
        None => unknown.clone(),
    };
    let mut cells = vec![ns_type.file().into()];
    cells.extend(inodes.iter().map(cell));
    cells.push(compare_inodes(&inodes).map_or(unknown.clone(), Cell::from));
    Row {
        cells,
        parent: None,
    }
}

/// Returns the result: two different namespaces are enough for `different`, but for `same` all must be known.
fn compare_inodes(inodes: &[Option<u32>]) -> Option<&'static str> {
    let mut known = inodes.iter().flatten();
    let first = known.next()?;
    if known.any(|inode| inode != first) {
        return Some("different");
    }
    inodes.iter().all(Option::is_some).then_some("same")
}

/// Reads the inode number of a process's namespace.
fn read_inode(process: &Directory, ns_type: NsType) -> Result<u32, Errno> {
    let name = CString::new(format!("ns/{}", ns_type.file())).map_err(|_| Errno::EINVAL)?;
    let mut target = [0; 64];
    let target = process.read_link_into(&name, &mut target)?;
    nslink::parse_link(target)
        .map(|(_, inode)| inode)
        .ok_or(Errno::EINVAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_says_no_more_than_is_known() {
        for (inodes, said) in [
            (&[Some(1), Some(1)][..], Some("same")),
            (&[Some(1), Some(2)], Some("different")),
            (&[Some(1)], Some("same")),
            (&[Some(1), None], None),
            (&[None, Some(1), Some(1)], None),
            (&[None, Some(1), Some(2)], Some("different")),
            (&[None, None], None),
        ] {
            assert_eq!(compare_inodes(inodes), said, "{inodes:?}");
        }
    }

    #[test]
    fn the_types_are_in_the_order_that_ls_has() {
        let names = ORDER.map(NsType::file);
        let expected = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_process_that_does_not_exist_is_named() {
        let error = open_process("4194305", String::new())
            .err()
            .expect("there is none");
        assert_eq!(error.to_string(), "failed to compare process 4194305");
        assert_eq!(error.downcast_ref(), Some(&Errno::ESRCH));
    }
}
