//! `--compare`: which namespaces targets share, as `ls -l /proc/PID/ns` beside `ls -l /proc/self/ns` shows it. A row
//! for each type, in the order of that listing; a column for each target.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;

use anyhow::{Context, Error, Result};
use nix::errno::Errno;
use nscore::cli::sentence;
use nscore::escape::escape_for_terminal;
use nscore::hint::WithHint;
use nscore::ns_type::NsType;
use nscore::scan::NsTypes;
use nscore::sys::directory::Directory;
use nscore::sys::probe::Call;
use nscore::target::FoundNamespace;
use nscore::unread::Unread;
use smartcols::{Cell, Column, Json, Row, Table};

use crate::hint;
use crate::target::{ScanTarget, read_inode};

/// A target that is to be compared, and how it was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ComparedTarget {
    name: String,
    target: ScanTarget,
}

/// Parses targets that are separated by commas.
///
/// # Errors
/// One of them names nothing.
pub(crate) fn parse_compared(list: &OsStr) -> Result<Vec<ComparedTarget>> {
    let words = list.as_bytes().split(|byte| *byte == b',');
    words
        .map(|word| {
            let word = OsStr::from_bytes(word);
            let target = ScanTarget::parse_process(word)?;
            let is_number = word.as_bytes().iter().all(u8::is_ascii_digit);
            let name = match target {
                ScanTarget::Process(pid) if is_number => pid.to_string(),
                _ => escape_for_terminal(word),
            };
            Ok(ComparedTarget { name, target })
        })
        .collect()
}

/// What was found of one target.
struct Compared {
    name: String,
    pid: Option<u32>,
    /// Its namespaces, in the order of the rows; `None` is what is not known.
    inodes: Vec<Option<u32>>,
}

/// The namespaces of all targets.
pub(crate) struct Comparison {
    types: Vec<NsType>,
    targets: Vec<Compared>,
    /// What could not be read.
    pub(crate) unread: Unread,
}

impl Comparison {
    /// Compares targets by these types; a single one is compared with the caller. Where a target has not all types, as
    /// a namespace has not, only those are compared that it has.
    ///
    /// # Errors
    /// A process or a namespace that does not exist.
    pub(crate) fn new(mut targets: Vec<ComparedTarget>, types: NsTypes) -> Result<Comparison> {
        if targets.len() == 1 {
            let target = ScanTarget::Process(std::process::id());
            let name = "SELF".to_owned();
            targets.insert(0, ComparedTarget { name, target });
        }
        let mut distinct: Vec<ComparedTarget> = Vec::new();
        for mut compared in targets {
            if let ScanTarget::Namespace(number, ns_type) = compared.target {
                compared.target = find_namespace(number, ns_type)?;
            }
            // What is named twice has one column.
            if !distinct.contains(&compared) {
                distinct.push(compared);
            }
        }
        let has_type = |ns_type: NsType| {
            let mut lists = distinct
                .iter()
                .filter_map(|compared| match &compared.target {
                    ScanTarget::Directory(namespaces) => Some(namespaces),
                    _ => None,
                });
            let is_in = |list: &Vec<(NsType, u32)>| list.iter().any(|(known, _)| *known == ns_type);
            lists.clone().next().is_none() || lists.any(is_in)
        };
        let compared_types = ORDER.into_iter().filter(|ns_type| {
            types.contains(*ns_type) && is_supported(*ns_type) && has_type(*ns_type)
        });
        let mut comparison = Comparison {
            types: compared_types.collect(),
            targets: Vec::new(),
            unread: Unread::default(),
        };
        for compared in &distinct {
            comparison.add(compared)?;
        }
        comparison.unread.check()?;
        Ok(comparison)
    }

    /// Adds the namespaces of a target.
    fn add(&mut self, compared: &ComparedTarget) -> Result<()> {
        let (pid, inodes) = match &compared.target {
            ScanTarget::Process(pid) => (Some(*pid), self.read_process(*pid, &compared.name)?),
            ScanTarget::Namespace(..) => (None, vec![None; self.types.len()]),
            ScanTarget::Directory(namespaces) => {
                let find = |ns_type: &NsType| {
                    let mut found = namespaces.iter().filter(|(known, _)| known == ns_type);
                    found.next().map(|(_, inode)| *inode)
                };
                (None, self.types.iter().map(find).collect())
            }
        };
        self.targets.push(Compared {
            name: compared.name.clone(),
            pid,
            inodes,
        });
        Ok(())
    }

    fn read_process(&mut self, pid: u32, name: &str) -> Result<Vec<Option<u32>>> {
        let (entry, number) = match name {
            // The column SELF has no PID.
            "SELF" => ("self".to_owned(), 0),
            _ => (pid.to_string(), pid),
        };
        let process = open_process(&entry)?;
        let mut inodes = Vec::new();
        for ns_type in &self.types {
            let inode = read_inode(&process, *ns_type);
            inodes.push(self.unread.note(number, Call::ReadLink, inode));
        }
        Ok(inodes)
    }

    /// Returns the inode numbers of one type, in the order of the targets.
    fn inodes(&self, row: usize) -> Vec<Option<u32>> {
        let targets = self.targets.iter();
        targets.map(|target| target.inodes[row]).collect()
    }

    /// Returns the comparison as a table.
    pub(crate) fn to_table(&self) -> Table {
        let rows = self.types.iter().enumerate();
        Table {
            columns: self.table_columns(),
            rows: rows
                .map(|(row, ns_type)| self.table_row(row, *ns_type))
                .collect(),
            ..Table::default()
        }
    }

    fn table_columns(&self) -> Vec<Column> {
        let mut columns = vec![Column {
            name: "TYPE".into(),
            width_hint: 5,
            ..Column::default()
        }];
        for target in &self.targets {
            columns.push(Column {
                name: target.name.clone().into(),
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

    fn table_row(&self, row: usize, ns_type: NsType) -> Row {
        let inodes = self.inodes(row);
        let cell = |inode: &Option<u32>| match inode {
            Some(inode) => u64::from(*inode).into(),
            None => Cell::from("-"),
        };
        let mut cells = vec![ns_type.file().into()];
        cells.extend(inodes.iter().map(cell));
        cells.push(match are_same(&inodes) {
            Some(true) => "same".into(),
            Some(false) => "different".into(),
            None => "-".into(),
        });
        Row {
            cells,
            parent: None,
        }
    }

    /// Returns the comparison as JSON: an array of the targets, and one of the types.
    pub(crate) fn to_json(&self) -> Json {
        let target = |target: &Compared| {
            let namespaces = self.types.iter().zip(&target.inodes);
            let namespaces =
                namespaces.map(|(ns_type, inode)| (ns_type.file().into(), Json::from(*inode)));
            Json::object([
                ("name", Some(target.name.as_str().into())),
                ("pid", target.pid.map(Json::from)),
                ("namespaces", Some(Json::Object(namespaces.collect()))),
            ])
        };
        let compared_type = |(row, ns_type): (usize, &NsType)| {
            let same = are_same(&self.inodes(row)).map_or(Json::Null, Json::Bool);
            Json::object([("type", Some(ns_type.file().into())), ("same", Some(same))])
        };
        Json::object([
            (
                "unreadable",
                Some(Json::Number(self.unread.processes() as u64)),
            ),
            (
                "processes",
                Some(Json::Array(self.targets.iter().map(target).collect())),
            ),
            (
                "types",
                Some(Json::Array(
                    self.types.iter().enumerate().map(compared_type).collect(),
                )),
            ),
        ])
    }
}

/// Finds a namespace by its inode number, for its type.
fn find_namespace(number: u64, ns_type: Option<NsType>) -> Result<ScanTarget> {
    let inode = u32::try_from(number);
    let inode = inode.map_err(|_| sentence("no namespace %s was found", &[&number]))?;
    let found = FoundNamespace::find(ns_type, inode)?;
    Ok(ScanTarget::Directory(vec![(found.ns_type(), inode)]))
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
fn open_process(entry: &str) -> Result<Directory> {
    let path = CString::new(format!("/proc/{entry}"))?;
    match Directory::open(&path) {
        Ok(directory) => Ok(directory),
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

/// Returns whether all are the same: two different namespaces are enough to deny it, but to affirm it all must be
/// known.
fn are_same(inodes: &[Option<u32>]) -> Option<bool> {
    let mut known = inodes.iter().flatten();
    let first = known.next()?;
    if known.any(|inode| inode != first) {
        return Some(false);
    }
    inodes.iter().all(Option::is_some).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_contains_only_what_is_known() {
        for (inodes, said) in [
            (&[Some(1), Some(1)][..], Some(true)),
            (&[Some(1), Some(2)], Some(false)),
            (&[Some(1)], Some(true)),
            (&[Some(1), None], None),
            (&[None, Some(1), Some(1)], None),
            (&[None, Some(1), Some(2)], Some(false)),
            (&[None, None], None),
        ] {
            assert_eq!(are_same(inodes), said, "{inodes:?}");
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
        let error = open_process("4194305").expect_err("there is none");
        assert_eq!(error.to_string(), "failed to compare process 4194305");
        assert_eq!(error.downcast_ref(), Some(&Errno::ESRCH));
    }

    #[test]
    fn a_list_of_targets_has_no_empty_item() {
        let parse = |list: &str| {
            let parsed = parse_compared(list.as_ref());
            let named = parsed.map(|list| list.into_iter().map(|one| one.name).collect());
            named.map_err(|error| format!("{error:#}"))
        };
        let names = |names: &[&str]| {
            Ok::<Vec<String>, String>(names.iter().map(|name| (*name).to_owned()).collect())
        };
        assert_eq!(parse("812,1,812"), names(&["812", "1", "812"]));
        assert_eq!(parse("net:[5],1"), names(&["net:[5]", "1"]));
        for (list, item) in [("", ""), ("1,", ""), (",1", ""), ("1,x,0", "x")] {
            let error = parse(list).expect_err(list);
            assert!(
                error.contains(&format!("invalid PID argument: '{item}'")),
                "{error}"
            );
        }
        assert!(parse("1,0").is_err());
    }
}
