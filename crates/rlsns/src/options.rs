//! What the options mean. Mistakes are told in the original's order: what an option's value says by itself where it
//! stands, then the operand, then the list of columns.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Result, bail};
use nix::errno::Errno;
use nscore::cli::getopt::ParsedOption;
use nscore::cli::{Invocation, message};
use nscore::ns_type::NsType;
use nscore::sys::errno::reason;
use nscore::sys::locale::{Locale, load_order};

use crate::cli::OptionId;
use crate::column::Column;
use crate::column_list;
use crate::graph::Language;
use crate::locale;
use crate::page::{Format, Page};
use crate::values;
use crate::view::{self, View};
use nscore::scan::NsTypes;
use smartcols::filter::{ColumnType, Filter, FilterError};

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

/// The columns in a filter that do not exist; one that stands in it twice is here twice.
#[derive(Debug)]
pub(crate) struct UnknownColumns(pub(crate) Vec<String>);

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) page: Page,
    /// Only what this process is in.
    pub(crate) task: Option<u32>,
    /// Not the namespaces, but the processes in this one; 0 stands for all.
    pub(crate) namespace: Option<u64>,
    /// The types that were named; all if none was.
    pub(crate) types: Option<NsTypes>,
    pub(crate) persistent: bool,
    /// Whether those are listed, too, that the original does not find.
    pub(crate) hidden: bool,
    /// The filter, or the columns in it that do not exist, which is told later than what cannot be read.
    pub(crate) filter: Option<Result<Filter, UnknownColumns>>,
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
    /// Who keeps this namespace alive.
    Holders(u64, Page),
    /// Which namespaces of these types these processes share.
    Comparison(Vec<u32>, NsTypes, Page),
    /// A picture of the namespaces that are chosen.
    Graph(Language, Options),
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
    filter: Option<Result<Filter, UnknownColumns>>,
    types: Option<NsTypes>,
    tree: Option<Relation>,
    list: bool,
    no_headings: bool,
    no_cutting: bool,
    no_wrapping: bool,
    list_columns: bool,
    hidden: Option<bool>,
    is_original: bool,
    view: Option<View>,
}

impl Request {
    /// Reads the command line.
    ///
    /// # Errors
    /// The first mistake on it, in the original's sentence.
    pub(crate) fn read(invocation: &Invocation<OptionId>) -> Result<Request> {
        let mut met = Met {
            is_original: invocation.is_original,
            ..Met::default()
        };
        let options = invocation.options();
        for (at, option) in options.iter().enumerate() {
            view::check(&options[..at], option)?;
            met.meet(option)?;
        }
        let operands = invocation.operands()?;
        if met.list_columns {
            return Ok(Request::Columns(met.format()));
        }
        let namespace = match operands.first() {
            Some(_) if met.task.is_some() => {
                bail!("--task is mutually exclusive with <namespace>")
            }
            Some(operand) => Some(values::namespace(operand)?),
            None => None,
        };
        met.request(namespace)
    }
}

impl<'a> Met<'a> {
    fn meet(&mut self, option: &'a ParsedOption<OptionId>) -> Result<()> {
        let (value, given) = (option.value(), option.optional_value());
        match option.id() {
            OptionId::Json => {
                excluded(self.raw, "--raw", "--json")?;
                self.json = true;
            }
            OptionId::Raw => {
                excluded(self.json, "--json", "--raw")?;
                self.raw = true;
            }
            OptionId::Task => {
                excluded(self.persistent, "--persistent", "--task")?;
                self.task = Some(values::pid(value)?);
            }
            OptionId::Persistent => {
                excluded(self.task.is_some(), "--task", "--persistent")?;
                self.persistent = true;
            }
            OptionId::Output => self.columns = Some(value),
            OptionId::OutputAll => self.all_columns = true,
            OptionId::Filter => self.filter = Some(filter(value)?),
            OptionId::NoTruncate => self.no_cutting = true,
            OptionId::NoHeadings => self.no_headings = true,
            OptionId::NoWrap => self.no_wrapping = true,
            OptionId::List => self.list = true,
            OptionId::Type => {
                let types = self.types.unwrap_or(NsTypes::NONE);
                self.types = Some(types.with(values::kind(value)?));
            }
            OptionId::Tree => self.tree = Some(values::relation(given)?),
            OptionId::ListColumns => self.list_columns = true,
            OptionId::Hidden => self.hidden = Some(true),
            OptionId::NoHidden => self.hidden = Some(false),
            OptionId::Holders => self.view = Some(View::Holders(values::namespace(value)?)),
            OptionId::Compare => self.view = Some(View::Comparison(values::pids(value)?)),
            OptionId::Graph => self.view = Some(View::Graph(values::language(given)?)),
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

    fn page(&self) -> Page {
        Page {
            format: self.format(),
            headings: !self.no_headings,
            cut: !self.no_cutting,
            several_lines: !self.no_wrapping,
        }
    }

    fn request(mut self, namespace: Option<u64>) -> Result<Request> {
        let Some(view) = self.view.take() else {
            return self.finish(namespace).map(Request::Table);
        };
        if namespace.is_some() {
            let option = view.option();
            bail!("--{option} is mutually exclusive with <namespace>");
        }
        let (types, page) = (self.types.unwrap_or(NsTypes::ALL), self.page());
        Ok(match view {
            View::Holders(namespace) => Request::Holders(namespace, page),
            View::Comparison(processes) => Request::Comparison(processes, types, page),
            View::Graph(language) => {
                // The original draws nothing, so that nobody expects less.
                self.hidden.get_or_insert(true);
                Request::Graph(language, self.finish(None)?)
            }
        })
    }

    fn finish(self, namespace: Option<u64>) -> Result<Options> {
        let default = match self.all_columns {
            true => Column::ORIGINAL.to_vec(),
            false => self.default_columns(namespace.is_some()),
        };
        let columns = column_list::read(self.columns, &default)?;
        // Of all columns a list is made, but not where processes are shown.
        let unasked = !self.list && (!self.all_columns || namespace.is_some());
        Ok(Options {
            page: self.page(),
            task: self.task,
            namespace,
            types: self.types,
            persistent: self.persistent,
            // Who reads the original's list does not expect more.
            hidden: self.hidden.unwrap_or(!self.is_original),
            filter: self.filter,
            tree: self.tree.or(unasked.then_some(Relation::Process)),
            columns,
        })
    }

    /// The columns that are shown unless others are named.
    fn default_columns(&self, of_processes: bool) -> Vec<Column> {
        use Column::{Command, Netnsid, Nprocs, Ns, Nsfs, Pid, Ppid, Type, User};
        let networks = self.types.is_some_and(|types| types.contains(NsType::Net));
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

/// Reads a filter. Its patterns are of the caller's locale.
fn filter(expression: &OsStr) -> Result<Result<Filter, UnknownColumns>> {
    if Locale::from_environment().is_some() {
        load_order();
    }
    let column = |name: &str| {
        let column = Column::from_name(name.as_bytes())?;
        let kind = if column.is_number() {
            ColumnType::Integer
        } else {
            ColumnType::Text
        };
        Some((column as usize, kind))
    };
    let words = match Filter::parse(expression.as_bytes(), &column, &locale::compile_regex) {
        Ok(filter) => return Ok(Ok(filter)),
        Err(FilterError::UnknownColumns(names)) => return Ok(Err(UnknownColumns(names))),
        Err(FilterError::Syntax(words)) => words,
        // In the original's words.
        Err(FilterError::OutOfRange(number)) => {
            format!("\"{number}\" token error: {}", reason(Errno::ERANGE))
        }
    };
    let parts: [&dyn AsRef<OsStr>; 4] = [&"failed to parse \"", &expression, &"\": ", &words];
    bail!(message(&parts))
}
