//! What `rlsns` does, step by step: the command line, one scan of the machine, the rows, the table.

use std::borrow::Cow;

use anyhow::{Context, Result, bail};
use nix::errno::Errno;
use nscore::cli::{Diagnostics, Invocation, sentence};
use nscore::scan::{NsRequests, NsTypes, ScanOptions};
use nscore::sys::process::ExitReason;
use smartcols::Table;
use smartcols::filter::{EvalError, Filter};

use crate::cell::CellFormatter;
use crate::cli::OptionId;
use crate::collect::{collect, collect_for_list, find_namespace, scan_options};
use crate::column::ColumnId;
use crate::compare::Comparison;
use crate::graph;
use crate::hint;
use crate::layout::{GraphFormat, TreeKind};
use crate::list_columns::render_column_list;
use crate::options::{ListOptions, Operation};
use crate::output::{OutputFormat, OutputOptions};
use crate::parse::ParsedFilter;
use crate::rows::{NsRow, namespace_rows, process_rows};
use crate::target::ScanTarget;
use crate::{holder_json, holders};

/// Runs the program.
pub(crate) fn run(invocation: &Invocation<OptionId>) -> Result<ExitReason> {
    let diagnostics = &invocation.diagnostics;
    let text = match Operation::parse(invocation)? {
        Operation::ListColumns(format) => render_column_list(format),
        Operation::List(options) => render_list(options, diagnostics)?,
        Operation::Holders(namespace, types, output) => {
            render_holders(namespace, types, output, diagnostics)?
        }
        Operation::Compare(targets, types, output) => {
            let comparison = Comparison::new(targets, types)?;
            diagnostics.print_hint(|| comparison.unread.hint());
            match output.format {
                OutputFormat::Json => output.render_json(&comparison.to_json()),
                OutputFormat::Text | OutputFormat::Raw => output.render(&comparison.to_table()),
            }
        }
        Operation::Graph(format, options) => render_graph(format, options, diagnostics)?,
    };
    Ok(ExitReason::Status(diagnostics.print(&text)))
}

/// Renders the list that the options request.
fn render_list(mut options: ListOptions, diagnostics: &Diagnostics) -> Result<Vec<u8>> {
    let filter = options.filter.take();
    let scan_options = scan_options(&options, filter.as_ref());
    let snapshot = collect_for_list(&options, scan_options, diagnostics)?;
    let namespace = match options.namespace {
        Some(number) if number != 0 => Some(find_namespace(&snapshot, &options, number)?),
        _ => None,
    };
    if let Some(ScanTarget::Namespace(number, ns_type)) = options.task {
        let (_, found) = find_namespace(&snapshot, &options, number)?;
        if ns_type.is_some_and(|ns_type| ns_type != found.ns_type) {
            return Err(hint::namespace_not_found(number, options.hidden));
        }
    }
    let filter = check_filter(filter, diagnostics)?;
    let formatter = CellFormatter::new(&snapshot);
    let mut selects = |row: &NsRow| is_selected(row, filter.as_ref(), &formatter);
    let rows = match namespace {
        Some(namespace) => process_rows(&snapshot, &options, namespace, &mut selects)?,
        None => namespace_rows(&snapshot, &options, &mut selects)?,
    };
    let columns = options.columns.iter();
    let table = Table {
        json_key: "namespaces",
        columns: columns
            .map(|column| table_column(*column, &options))
            .collect(),
        rows: rows
            .iter()
            .map(|row| table_row(row, &options.columns, &formatter))
            .collect(),
    };
    match options.task {
        Some(ScanTarget::Process(pid)) if !snapshot.knows_namespaces_of(pid) => {
            diagnostics.print_hint(|| hint::unreadable_process(pid));
        }
        // What other processes hide does not matter for the namespaces of this one.
        Some(_) => {}
        None => diagnostics.print_hint(|| {
            let empty =
                namespace.and_then(|(number, record)| hint::empty_namespace(number, record));
            empty.or_else(|| snapshot.unread.hint())
        }),
    }
    Ok(options.output.render(&table))
}

/// Renders what keeps this namespace alive. An empty table proves nothing: a holder may be invisible.
fn render_holders(
    namespace: u64,
    types: Option<NsTypes>,
    output: OutputOptions,
    diagnostics: &Diagnostics,
) -> Result<Vec<u8>> {
    let snapshot = collect(&holders::scan_options(namespace), diagnostics)?;
    let found = holders::find_held(&snapshot, namespace, types)?;
    if snapshot.holders.is_empty() {
        let nothing = sentence("nothing visible holds namespace %s", &[&namespace]);
        diagnostics.warn(&nothing);
    }
    diagnostics.print_hint(|| snapshot.unread.hint());
    if output.format == OutputFormat::Json {
        return Ok(output.render_json(&holder_json::holders_json(&snapshot, found)));
    }
    let mut table = holders::holders_table(&snapshot);
    for column in &mut table.columns {
        column.truncatable &= output.truncate;
    }
    Ok(output.render(&table))
}

/// Renders the graph that the options request.
fn render_graph(
    format: GraphFormat,
    mut options: ListOptions,
    diagnostics: &Diagnostics,
) -> Result<Vec<u8>> {
    let filter = options.filter.take();
    let scan_options = ScanOptions {
        // The user namespaces around the selected ones are drawn whatever types were named.
        types: NsTypes::ALL,
        required: NsRequests::RELATIVES,
        ..scan_options(&options, filter.as_ref())
    };
    let snapshot = collect(&scan_options, diagnostics)?;
    let filter = check_filter(filter, diagnostics)?;
    let formatter = CellFormatter::new(&snapshot);
    let mut selects = |row: &NsRow| is_selected(row, filter.as_ref(), &formatter);
    let rows = namespace_rows(&snapshot, &options, &mut selects)?;
    diagnostics.print_hint(|| snapshot.unread.hint());
    let truncate = options.output.truncate;
    Ok(graph::render(&snapshot, &rows, format, truncate))
}

/// Returns the filter if there is one, or reports its columns that do not exist.
fn check_filter(filter: Option<ParsedFilter>, diagnostics: &Diagnostics) -> Result<Option<Filter>> {
    match filter {
        None => Ok(None),
        Some(ParsedFilter::Valid(filter)) => Ok(Some(filter)),
        Some(ParsedFilter::UnknownColumns(names)) => {
            for name in names {
                diagnostics.warn(&sentence("unknown column: %s", &[&name]));
            }
            bail!("failed to initialize filter")
        }
    }
}

/// Returns whether the filter, if there is one, selects a row.
fn is_selected(
    row: &NsRow,
    filter: Option<&Filter>,
    formatter: &CellFormatter<'_>,
) -> Result<bool> {
    let Some(filter) = filter else {
        return Ok(true);
    };
    let mut cell = |number: usize| {
        let cell = formatter.cell(ColumnId::from_number(number)?, row);
        let is_empty = cell == smartcols::Cell::Empty;
        (!is_empty).then(|| Cow::Owned(cell.joined().into_owned()))
    };
    let selected = filter.matches(&mut cell).map_err(|error| match error {
        EvalError::InvalidValue => Errno::EINVAL,
        EvalError::OutOfRange => Errno::ERANGE,
    });
    selected.context("failed to apply filter")
}

/// Returns the layout of a column.
fn table_column(column: ColumnId, options: &ListOptions) -> smartcols::Column {
    let tree_column = match options.tree {
        None => None,
        Some(TreeKind::Process) => Some(ColumnId::Command),
        Some(TreeKind::Owner | TreeKind::Parent) => Some(ColumnId::Ns),
    };
    smartcols::Column {
        name: column.name().into(),
        width_hint: column.width_hint(),
        align_right: column.is_right_aligned(),
        truncatable: column.is_truncatable() && options.output.truncate,
        tree: tree_column == Some(column),
    }
}

fn table_row(row: &NsRow, columns: &[ColumnId], formatter: &CellFormatter<'_>) -> smartcols::Row {
    let cell = |column: &ColumnId| formatter.cell(*column, row);
    smartcols::Row {
        cells: columns.iter().map(cell).collect(),
        parent: row.parent,
    }
}
