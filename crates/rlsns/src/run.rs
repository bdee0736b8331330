//! What `rlsns` does, step by step: the command line, one look at the machine, the rows, the table.

use std::borrow::Cow;

use anyhow::{Context, Result, bail};
use nix::errno::Errno;
use nscore::cli::{Diagnostics, Invocation, message};
use nscore::sys::process::ExitReason;

use crate::absence;
use crate::cells::Cells;
use crate::cli::OptionId;
use crate::column::Column;
use crate::compare;
use crate::graph::{self, Language};
use crate::holders;
use crate::legend;
use crate::look::{find, look, read, wanted};
use crate::options::{Options, Relation, Request, UnknownColumns};
use crate::rows::{self, Row};
use nscore::scan::{NsRequests, NsTypes, ScanOptions};
use smartcols::filter::{EvalError, Filter};
use smartcols::{Cell, Table};

/// Runs the whole program.
pub(crate) fn run(invocation: &Invocation<OptionId>) -> Result<ExitReason> {
    let diagnostics = &invocation.diagnostics;
    let text = match Request::read(invocation)? {
        Request::Columns(format) => legend::columns(format),
        Request::Table(options) => list(options, diagnostics)?,
        Request::Holders(namespace, page) => page.write(&held(namespace, page.cut, diagnostics)?),
        Request::Comparison(pids, types, page) => {
            let (table, unread) = compare::processes(&pids, types, page.format)?;
            diagnostics.print_hint(|| unread.hint());
            page.write(&table)
        }
        Request::Graph(language, options) => picture(language, options, diagnostics)?,
    };
    Ok(ExitReason::Status(diagnostics.print(&text)))
}

/// The list that the options ask for.
fn list(mut options: Options, diagnostics: &Diagnostics) -> Result<Vec<u8>> {
    let filter = options.filter.take();
    let snapshot = look(&options, wanted(&options, filter.as_ref()), diagnostics)?;
    let number = options.namespace.filter(|number| *number != 0);
    let namespace = number.map(|number| find(&snapshot, &options, number));
    let namespace = namespace.transpose()?;
    let filter = ready(filter, diagnostics)?;
    let cells = Cells::new(&snapshot);
    let mut chosen = |row: &Row| chooses(filter.as_ref(), &cells, row);
    let rows = match namespace {
        Some(namespace) => rows::of_processes(&snapshot, &options, namespace, &mut chosen)?,
        None => rows::of_namespaces(&snapshot, &options, &mut chosen)?,
    };
    let table = Table {
        json_key: "namespaces",
        json_members: Vec::new(),
        columns: options
            .columns
            .iter()
            .map(|column| heading(*column, &options))
            .collect(),
        rows: rows
            .iter()
            .map(|row| table_row(row, &options.columns, &cells))
            .collect(),
    };
    match options.task {
        Some(pid) if !snapshot.knows_namespaces_of(pid) => {
            diagnostics.print_hint(|| absence::of_process(pid));
        }
        // Other processes have no part in what one process is in.
        Some(_) => {}
        None => diagnostics.print_hint(|| snapshot.unread.hint()),
    }
    Ok(options.page.write(&table))
}

/// Who holds this namespace. An empty table says nothing, least of all that nobody does.
fn held(namespace: u64, cut: bool, diagnostics: &Diagnostics) -> Result<Table> {
    let snapshot = read(&holders::wanted(namespace), diagnostics)?;
    let mut table = holders::of(&snapshot, namespace)?;
    for column in &mut table.columns {
        column.truncatable &= cut;
    }
    if table.rows.is_empty() {
        let sentence = format!("nothing that can be seen holds namespace {namespace}");
        diagnostics.warn(&message(&[&sentence]));
    }
    diagnostics.print_hint(|| snapshot.unread.hint());
    Ok(table)
}

/// The picture that the options ask for.
fn picture(language: Language, mut options: Options, diagnostics: &Diagnostics) -> Result<Vec<u8>> {
    let filter = options.filter.take();
    let wanted = ScanOptions {
        // Whose frame a namespace stands in is a matter of every type.
        types: NsTypes::ALL,
        required: NsRequests::RELATIVES,
        ..wanted(&options, filter.as_ref())
    };
    let snapshot = read(&wanted, diagnostics)?;
    let filter = ready(filter, diagnostics)?;
    let cells = Cells::new(&snapshot);
    let mut chosen = |row: &Row| chooses(filter.as_ref(), &cells, row);
    let rows = rows::of_namespaces(&snapshot, &options, &mut chosen)?;
    diagnostics.print_hint(|| snapshot.unread.hint());
    Ok(graph::draw(&snapshot, &rows, language, options.page.cut))
}

/// The filter, if there is one, or which of its columns do not exist.
fn ready(
    filter: Option<Result<Filter, UnknownColumns>>,
    diagnostics: &Diagnostics,
) -> Result<Option<Filter>> {
    match filter.transpose() {
        Ok(filter) => Ok(filter),
        Err(UnknownColumns(names)) => {
            for name in names {
                diagnostics.warn(&message(&[&"unknown column: ", &name]));
            }
            bail!("failed to initialize filter")
        }
    }
}

fn chooses(filter: Option<&Filter>, cells: &Cells<'_>, row: &Row) -> Result<bool> {
    let Some(filter) = filter else {
        return Ok(true);
    };
    let mut cell = |number: usize| {
        let cell = cells.cell(Column::from_number(number)?, row);
        (cell != Cell::Empty).then(|| Cow::Owned(cell.joined().into_owned()))
    };
    let chosen = filter.matches(&mut cell).map_err(|failure| match failure {
        EvalError::InvalidValue => Errno::EINVAL,
        EvalError::OutOfRange => Errno::ERANGE,
    });
    chosen.context("failed to apply filter")
}

/// A column as the table writer takes it.
fn heading(column: Column, options: &Options) -> smartcols::Column {
    let bearer = match options.tree {
        None => None,
        Some(Relation::Process) => Some(Column::Command),
        Some(Relation::Owner | Relation::Parent) => Some(Column::Ns),
    };
    smartcols::Column {
        name: column.name().into(),
        width_hint: column.hint(),
        align_right: column.is_right(),
        truncatable: column.shrinks() && options.page.cut,
        tree: bearer == Some(column),
    }
}

fn table_row(row: &Row, columns: &[Column], cells: &Cells<'_>) -> smartcols::Row {
    let cell = |column: &Column| cells.cell(*column, row);
    smartcols::Row {
        cells: columns.iter().map(cell).collect(),
        parent: row.parent,
    }
}
