//! What the options mean. Mistakes are told in the original's order: what an option's value says by itself where it
//! stands, then the operand, then the list of columns.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Error, Result, bail};
use nix::errno::Errno;
use nscore::cli::{Invocation, Reported, message, number};
use nscore::namespace::Namespace;
use nscore::sys::locale::{Locale, load_order};

use crate::column::Column;
use crate::filter::{Filter, Kind, Mistake};
use crate::scan::Types;

/// In what form the table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// For scripts.
    Raw,
    /// For other programs.
    Json,
}

/// What a row of a tree stands below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// The namespace that it was made in.
    Parent,
    /// The user namespace that owns it.
    Owner,
    /// A namespace of its process's parent.
    Process,
}

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) format: Format,
    pub(crate) headings: bool,
    pub(crate) cut: bool,
    pub(crate) several_lines: bool,
    /// Only what this process is in.
    pub(crate) task: Option<u32>,
    /// Not the namespaces, but the processes in this one; 0 stands for all.
    pub(crate) namespace: Option<u64>,
    /// The types that were named; all if none was.
    pub(crate) types: Option<Types>,
    pub(crate) persistent: bool,
    /// The filter, or the columns in it that do not exist, which is told later than what cannot be read.
    pub(crate) filter: Option<Result<Filter, Mistake>>,
    /// The tree; `None` for a list.
    pub(crate) tree: Option<Relation>,
    pub(crate) columns: Vec<Column>,
}

/// What is wanted.
#[derive(Debug)]
pub(crate) enum Request {
    /// What columns there are.
    Columns(Format),
    /// Namespaces or processes.
    Table(Options),
}

/// The options as they were met.
#[derive(Debug, Default)]
struct Met<'a> {
    json: bool,
    raw: bool,
    task: Option<u32>,
    persistent: bool,
    columns: Option<&'a OsStr>,
    all_columns: bool,
    filter: Option<Result<Filter, Mistake>>,
    types: Option<Types>,
    tree: Option<Relation>,
    list: bool,
    no_headings: bool,
    no_cutting: bool,
    no_wrapping: bool,
    list_columns: bool,
}

impl Request {
    /// Reads the command line.
    ///
    /// # Errors
    /// The first mistake on it, in the original's sentence.
    pub(crate) fn read(invocation: &Invocation) -> Result<Request> {
        let mut met = Met::default();
        for option in invocation.options() {
            met.meet(option.name(), option.value(), option.given().is_some())?;
        }
        let operands = invocation.operands()?;
        if met.list_columns {
            return Ok(Request::Columns(met.format()));
        }
        let namespace = match operands.first() {
            Some(_) if met.task.is_some() => {
                bail!("--task is mutually exclusive with <namespace>")
            }
            Some(operand) => Some(namespace(operand)?),
            None => None,
        };
        met.finish(namespace).map(Request::Table)
    }
}

impl<'a> Met<'a> {
    fn meet(&mut self, name: &str, value: &'a OsStr, given: bool) -> Result<()> {
        match name {
            "json" => {
                excluded(self.raw, "--raw", "--json")?;
                self.json = true;
            }
            "raw" => {
                excluded(self.json, "--json", "--raw")?;
                self.raw = true;
            }
            "task" => {
                excluded(self.persistent, "--persistent", "--task")?;
                self.task = Some(pid(value)?);
            }
            "persistent" => {
                excluded(self.task.is_some(), "--task", "--persistent")?;
                self.persistent = true;
            }
            "output" => self.columns = Some(value),
            "output-all" => self.all_columns = true,
            "filter" => self.filter = Some(filter(value)?),
            "notruncate" => self.no_cutting = true,
            "noheadings" => self.no_headings = true,
            "nowrap" => self.no_wrapping = true,
            "list" => self.list = true,
            "type" => {
                let types = self.types.unwrap_or(Types::NONE);
                self.types = Some(types.with(kind(value)?));
            }
            "tree" if given => self.tree = Some(relation(value)?),
            "tree" => self.tree = Some(Relation::Owner),
            "list-columns" => self.list_columns = true,
            _ => {}
        }
        Ok(())
    }

    fn format(&self) -> Format {
        match (self.json, self.raw) {
            (true, _) => Format::Json,
            (_, true) => Format::Raw,
            _ => Format::Human,
        }
    }

    fn finish(self, namespace: Option<u64>) -> Result<Options> {
        let default = match self.all_columns {
            true => Column::ORIGINAL.to_vec(),
            false => self.default_columns(namespace.is_some()),
        };
        let columns = columns(self.columns, &default)?;
        // Of all columns a list is made, but not where processes are shown.
        let unasked = !self.list && (!self.all_columns || namespace.is_some());
        Ok(Options {
            format: self.format(),
            headings: !self.no_headings,
            cut: !self.no_cutting,
            several_lines: !self.no_wrapping,
            task: self.task,
            namespace,
            types: self.types,
            persistent: self.persistent,
            filter: self.filter,
            tree: self.tree.or(unasked.then_some(Relation::Process)),
            columns,
        })
    }

    /// The columns that are shown unless others are named.
    fn default_columns(&self, of_processes: bool) -> Vec<Column> {
        use Column::{Command, Netnsid, Nprocs, Ns, Nsfs, Pid, Ppid, Type, User};
        let networks = self.types.is_some_and(|types| types.has(Namespace::Net));
        match (of_processes, networks) {
            (true, _) => vec![Pid, Ppid, User, Command],
            (_, true) => vec![Ns, Type, Nprocs, Pid, User, Netnsid, Nsfs, Command],
            _ => vec![Ns, Type, Nprocs, Pid, User, Command],
        }
    }
}

/// The two options of a pair that exclude each other.
fn excluded(met: bool, before: &str, now: &str) -> Result<()> {
    if met {
        bail!("options {before} and {now} cannot be combined");
    }
    Ok(())
}

fn pid(text: &OsStr) -> Result<u32> {
    let read = number::decimal(text, false).and_then(|number| {
        let pid = u32::try_from(number).ok();
        let pid = pid.filter(|pid| (1..=i32::MAX.unsigned_abs()).contains(pid));
        pid.ok_or(Some(Errno::ERANGE))
    });
    read.map_err(|reason| invalid("invalid PID argument", text, reason))
}

fn namespace(text: &OsStr) -> Result<u64> {
    let read = number::decimal(text, false)
        .and_then(|number| u64::try_from(number).map_err(|_| Some(Errno::ERANGE)));
    read.map_err(|reason| invalid("invalid namespace argument", text, reason))
}

fn invalid(what: &str, text: &OsStr, reason: Option<Errno>) -> Error {
    let sentence = message(&[&what, &": '", &text, &"'"]);
    match reason {
        Some(errno) => Error::new(errno).context(sentence),
        None => Error::new(sentence),
    }
}

fn kind(name: &OsStr) -> Result<Namespace> {
    let unknown = || Error::new(message(&[&"unknown namespace type: ", &name]));
    Namespace::from_file(name.as_bytes()).ok_or_else(unknown)
}

fn relation(name: &OsStr) -> Result<Relation> {
    let name = name.as_bytes();
    match name.strip_prefix(b"=").unwrap_or(name) {
        b"parent" => Ok(Relation::Parent),
        b"owner" => Ok(Relation::Owner),
        b"process" => Ok(Relation::Process),
        other => bail!(message(&[
            &"unknown tree type: ",
            &OsStr::from_bytes(other)
        ])),
    }
}

/// Reads a filter. Its patterns are of the caller's locale.
fn filter(expression: &OsStr) -> Result<Result<Filter, Mistake>> {
    if Locale::from_environment().is_some() {
        load_order();
    }
    let read = Filter::parse(expression.as_bytes(), &|name| {
        let column = Column::from_name(name.as_bytes())?;
        let kind = if column.is_number() {
            Kind::Integer
        } else {
            Kind::Text
        };
        Some((column as usize, kind))
    });
    match read {
        Err(Mistake::Unreadable(words)) => {
            let parts: [&dyn AsRef<OsStr>; 4] =
                [&"failed to parse \"", &expression, &"\": ", &words];
            bail!(message(&parts))
        }
        read => Ok(read),
    }
}

/// As many columns as the original has room for.
const MOST_COLUMNS: usize = 2 * Column::ORIGINAL.len();

/// The columns of a list, `+` meaning those that are shown anyway and these. An empty name, an empty list and a list
/// that is too long end the program without a word, as they do the original.
fn columns(list: Option<&OsStr>, default: &[Column]) -> Result<Vec<Column>> {
    let silence = || Error::new(Reported(1));
    let Some(list) = list else {
        return Ok(default.to_vec());
    };
    let (mut columns, mut rest) = match list.as_bytes() {
        [b'+', more @ ..] => (default.to_vec(), more),
        all => (Vec::new(), all),
    };
    if rest.is_empty() {
        return Err(silence());
    }
    while !rest.is_empty() {
        // A comma at the very end belongs to the name before it.
        let comma = rest[..rest.len() - 1].iter().position(|byte| *byte == b',');
        let name = &rest[..comma.unwrap_or(rest.len())];
        if name.is_empty() || columns.len() == MOST_COLUMNS {
            return Err(silence());
        }
        let unknown = || message(&[&"unknown column: ", &OsStr::from_bytes(rest)]);
        columns.push(Column::from_name(name).ok_or_else(unknown)?);
        rest = comma.map_or(&[], |comma| &rest[comma + 1..]);
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &str) -> Result<Vec<Column>, String> {
        let read = columns(Some(list.as_ref()), &[Column::Ns, Column::Type]);
        read.map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_of_columns_is_read_as_the_original_reads_it() {
        use Column::{Ns, Pid, Type};
        assert_eq!(read("pid,NS"), Ok(vec![Pid, Ns]));
        assert_eq!(read("+Pid"), Ok(vec![Ns, Type, Pid]));
        let unknown = |rest: &str| Err(format!("unknown column: {rest}"));
        assert_eq!(read("NS,PID,"), unknown("PID,"));
        assert_eq!(read(","), unknown(","));
        assert_eq!(read("NS,,"), unknown(","));
        assert_eq!(read("foo,PID"), unknown("foo,PID"));
        assert_eq!(read("++NS"), unknown("+NS"));
        let silence = Err("told already, exit status 1".to_owned());
        let many = vec!["NS"; 27].join(",");
        for list in ["", "+", ",NS", ",,", "NS,,PID", &many] {
            assert_eq!(read(list), silence, "{list}");
        }
        assert!(read(&many[3..]).is_ok());
    }
}
