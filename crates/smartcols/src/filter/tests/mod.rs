//! The filter language against literal expectations, each tried on lsns 2.42.4, against a model, and against noise.

mod errors;
mod language;
mod model;
mod noise;
pub(crate) mod regex;
mod values;

use std::borrow::Cow;

use super::{ColumnType, EvalError, Filter, FilterError};

/// The columns of the rows here.
const COLUMNS: [(&str, ColumnType); 7] = [
    ("NS", ColumnType::Integer),
    ("TYPE", ColumnType::Text),
    ("PID", ColumnType::Integer),
    ("UID", ColumnType::Integer),
    ("COMMAND", ColumnType::Text),
    ("NETNSID", ColumnType::Text),
    ("NSFS", ColumnType::Text),
];

type Row = [Option<&'static str>; 7];

/// A namespace with a process in it.
const LIVE: Row = [
    Some("4026531833"),
    Some("net"),
    Some("46"),
    Some("0"),
    Some("sleep 5"),
    Some("unassigned"),
    None,
];

/// A namespace that a file holds: there is no process whose number and command line could be known.
const HELD: Row = [
    Some("4026533314"),
    Some("uts"),
    None,
    Some("0"),
    None,
    None,
    Some("/run/a\n/run/b"),
];

/// The live row with another command line.
fn commanded(command: &'static str) -> Row {
    let mut row = LIVE;
    row[4] = Some(command);
    row
}

fn parse(expression: &[u8]) -> Result<Filter, FilterError> {
    let column = |name: &str| {
        let column = COLUMNS
            .iter()
            .position(|(column, _)| column.eq_ignore_ascii_case(name))?;
        Some((column, COLUMNS[column].1))
    };
    Filter::parse(expression, &column, &regex::compile_regex)
}

/// Returns what the filter makes of a row.
#[track_caller]
fn applied(expression: &str, row: &Row) -> Result<bool, EvalError> {
    let filter = match parse(expression.as_bytes()) {
        Ok(filter) => filter,
        Err(error) => panic!("{expression}: {error:?}"),
    };
    filter.matches(&mut |column| row[column].map(|cell| Cow::Borrowed(cell.as_bytes())))
}

/// Asserts that each of these expressions chooses the row.
#[track_caller]
fn chosen(row: &Row, expressions: &[&str]) {
    for expression in expressions {
        assert_eq!(applied(expression, row), Ok(true), "{expression}");
    }
}

/// Asserts that none of them does.
#[track_caller]
fn left_out(row: &Row, expressions: &[&str]) {
    for expression in expressions {
        assert_eq!(applied(expression, row), Ok(false), "{expression}");
    }
}

/// Asserts that none of them can be applied to the row, and why.
#[track_caller]
fn failing(row: &Row, error: EvalError, expressions: &[&str]) {
    for expression in expressions {
        assert_eq!(applied(expression, row), Err(error), "{expression}");
    }
}
