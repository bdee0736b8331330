//! What the options mean. Errors are reported in the order of lsns: first those of each option where it is, then
//! those of the operand, then those of the list of columns.

use nscore::cli::sentence;
use std::ffi::OsStr;

use anyhow::{Result, bail};
use nscore::cli::Invocation;
use nscore::cli::getopt::ParsedOption;
use nscore::ns_type::NsType;
use nscore::scan::NsTypes;

use crate::cli::OptionId;
use crate::column::ColumnId;
use crate::column_list::parse_column_list;
use crate::compare::{ComparedTarget, parse_compared};
use crate::layout::{GraphFormat, TreeKind};
use crate::mode::{Mode, check_combination};
use crate::output::{OutputFormat, OutputOptions};
use crate::parse;
use crate::parse::ParsedFilter;
use crate::target::ScanTarget;

/// What the command line requests of a list or a graph.
#[derive(Debug)]
pub(crate) struct ListOptions {
    pub(crate) output: OutputOptions,
    /// Only the namespaces that this names.
    pub(crate) task: Option<ScanTarget>,
    /// Not the namespaces, but the processes in this one; 0 is any namespace.
    pub(crate) namespace: Option<u64>,
    /// The types that were named; all if none was.
    pub(crate) types: Option<NsTypes>,
    pub(crate) persistent: bool,
    /// Whether the namespaces that lsns does not find are listed too.
    pub(crate) hidden: bool,
    pub(crate) filter: Option<ParsedFilter>,
    /// The tree; `None` for a list.
    pub(crate) tree: Option<TreeKind>,
    pub(crate) columns: Vec<ColumnId>,
}

/// What the program is to do.
#[derive(Debug)]
pub(crate) enum Operation {
    ListColumns(OutputFormat),
    /// List namespaces or processes.
    List(ListOptions),
    /// List what keeps this namespace alive.
    Holders(u64, Option<NsTypes>, OutputOptions),
    /// Compare the namespaces, of these types, of these processes.
    Compare(Vec<ComparedTarget>, NsTypes, OutputOptions),
    /// Draw the selected namespaces.
    Graph(GraphFormat, ListOptions),
}

/// The options as they were given.
#[derive(Debug, Default)]
struct RawArgs<'a> {
    json: bool,
    raw: bool,
    task: Option<ScanTarget>,
    persistent: bool,
    columns: Option<&'a OsStr>,
    all_columns: bool,
    filter: Option<ParsedFilter>,
    types: Option<NsTypes>,
    tree: Option<TreeKind>,
    list: bool,
    no_headings: bool,
    no_truncate: bool,
    no_wrap: bool,
    list_columns: bool,
    hidden: Option<bool>,
    is_original: bool,
    mode: Option<Mode>,
}

impl Operation {
    /// Parses the command line.
    ///
    /// # Errors
    /// The first error on it, in the words of lsns.
    pub(crate) fn parse(invocation: &Invocation<OptionId>) -> Result<Operation> {
        let mut args = RawArgs {
            is_original: invocation.is_original,
            ..RawArgs::default()
        };
        let options = invocation.options();
        for (index, option) in options.iter().enumerate() {
            check_combination(&options[..index], option)?;
            args.apply(option)?;
        }
        let operands = invocation.operands()?;
        if args.list_columns {
            return Ok(Operation::ListColumns(args.output_format()));
        }
        let namespace = match operands.first() {
            Some(_) if args.task.is_some() => {
                bail!("--task is mutually exclusive with <namespace>")
            }
            Some(operand) => args.apply_operand(operand)?,
            None => None,
        };
        args.into_request(namespace)
    }
}

impl<'a> RawArgs<'a> {
    fn apply(&mut self, option: &'a ParsedOption<OptionId>) -> Result<()> {
        let (value, optional_value) = (option.value(), option.optional_value());
        match option.id() {
            OptionId::Json => {
                exclude(self.raw, "--raw", "--json")?;
                self.json = true;
            }
            OptionId::Raw => {
                exclude(self.json, "--json", "--raw")?;
                self.raw = true;
            }
            OptionId::Task => {
                exclude(self.persistent, "--persistent", "--task")?;
                self.task = Some(match self.is_original {
                    true => ScanTarget::Process(parse::parse_pid(value)?),
                    false => ScanTarget::parse_process(value)?,
                });
            }
            OptionId::Persistent => {
                exclude(self.task.is_some(), "--task", "--persistent")?;
                self.persistent = true;
            }
            OptionId::Output => self.columns = Some(value),
            OptionId::OutputAll => self.all_columns = true,
            OptionId::Filter => self.filter = Some(parse::parse_filter(value)?),
            OptionId::NoTruncate => self.no_truncate = true,
            OptionId::NoHeadings => self.no_headings = true,
            OptionId::NoWrap => self.no_wrap = true,
            OptionId::List => self.list = true,
            OptionId::Type => {
                let types = self.types.unwrap_or(NsTypes::NONE);
                self.types = Some(types.with(parse::parse_ns_type(value)?));
            }
            OptionId::Tree => self.tree = Some(parse::parse_tree_kind(optional_value)?),
            OptionId::ListColumns => self.list_columns = true,
            OptionId::Hidden => self.hidden = Some(true),
            OptionId::NoHidden => self.hidden = Some(false),
            OptionId::Holders => {
                self.mode = Some(Mode::Holders(ScanTarget::parse_namespace(value)?));
            }
            OptionId::Compare => self.mode = Some(Mode::Compare(parse_compared(value)?)),
            OptionId::Graph => {
                self.mode = Some(Mode::Graph(parse::parse_graph_format(optional_value)?));
            }
        }
        Ok(())
    }

    /// Takes the operand: the inode number of the namespace whose processes are listed, if it names one; if not, what
    /// it names is listed as by `--task`.
    fn apply_operand(&mut self, operand: &OsStr) -> Result<Option<u64>> {
        if self.is_original {
            return parse::parse_inode(operand).map(Some);
        }
        match ScanTarget::parse_namespace(operand)? {
            ScanTarget::Namespace(number, ns_type) => {
                self.restrict_types(ns_type);
                Ok(Some(number))
            }
            target => {
                self.task = Some(target);
                Ok(None)
            }
        }
    }

    /// Leaves this type alone, if it was chosen.
    fn restrict_types(&mut self, ns_type: Option<NsType>) {
        let Some(ns_type) = ns_type else { return };
        let chosen = self.types.unwrap_or(NsTypes::ALL);
        self.types = Some(match chosen.contains(ns_type) {
            true => NsTypes::NONE.with(ns_type),
            false => NsTypes::NONE,
        });
    }

    fn output_format(&self) -> OutputFormat {
        match (self.json, self.raw) {
            (true, _) => OutputFormat::Json,
            (_, true) => OutputFormat::Raw,
            _ => OutputFormat::Text,
        }
    }

    fn output_options(&self) -> OutputOptions {
        OutputOptions {
            format: self.output_format(),
            headings: !self.no_headings,
            truncate: !self.no_truncate,
            multiline: !self.no_wrap,
        }
    }

    fn into_request(mut self, namespace: Option<u64>) -> Result<Operation> {
        let Some(mode) = self.mode.take() else {
            return self.into_options(namespace).map(Operation::List);
        };
        if namespace.is_some() {
            let option = mode.option_name();
            let option = format!("--{option}");
            bail!(sentence(
                "%s is mutually exclusive with <namespace>",
                &[&option]
            ));
        }
        let types = self.types.unwrap_or(NsTypes::ALL);
        let output = self.output_options();
        Ok(match mode {
            Mode::Holders(target) => {
                let (namespace, ns_type) = target.single_namespace(self.types)?;
                self.restrict_types(ns_type);
                Operation::Holders(namespace, self.types, output)
            }
            Mode::Compare(targets) => Operation::Compare(targets, types, output),
            Mode::Graph(format) => {
                // lsns draws no graph, so no script expects one without them.
                self.hidden.get_or_insert(true);
                Operation::Graph(format, self.into_options(None)?)
            }
        })
    }

    fn into_options(self, namespace: Option<u64>) -> Result<ListOptions> {
        let default_columns = match self.all_columns {
            true => ColumnId::ORIGINAL.to_vec(),
            false => self.default_columns(namespace.is_some()),
        };
        let columns = parse_column_list(self.columns, &default_columns)?;
        // --output-all makes a list, except of processes.
        let is_tree = !self.list && (!self.all_columns || namespace.is_some());
        let default_tree = is_tree.then_some(TreeKind::Process);
        Ok(ListOptions {
            output: self.output_options(),
            task: self.task,
            namespace,
            types: self.types,
            persistent: self.persistent,
            // A script that runs lsns does not expect more than lsns lists.
            hidden: self.hidden.unwrap_or(!self.is_original),
            filter: self.filter,
            tree: self.tree.or(default_tree),
            columns,
        })
    }

    /// Returns the columns that are shown if no others are named.
    fn default_columns(&self, of_processes: bool) -> Vec<ColumnId> {
        use ColumnId::{Command, Netnsid, Nprocs, Ns, Nsfs, Pid, Ppid, Type, User};
        let has_net = self.types.is_some_and(|types| types.contains(NsType::Net));
        match (of_processes, has_net) {
            (true, _) => vec![Pid, Ppid, User, Command],
            (_, true) => vec![Ns, Type, Nprocs, Pid, User, Netnsid, Nsfs, Command],
            _ => vec![Ns, Type, Nprocs, Pid, User, Command],
        }
    }
}

/// Refuses the second of two options that exclude each other, if the first was given.
fn exclude(is_given: bool, first: &str, second: &str) -> Result<()> {
    if is_given {
        bail!(sentence(
            "options %s%s and %s%s cannot be combined",
            &[&first, &"", &second, &""]
        ));
    }
    Ok(())
}
