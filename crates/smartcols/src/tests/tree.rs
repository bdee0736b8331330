//! The order of the rows.

use super::{TEXT, assert_written, column, plain};
use crate::{Format, Row, Table};

/// A table of these parents, each row's command being its index.
fn table(parents: &[Option<usize>], tree: bool) -> Table {
    let row = |(index, parent): (usize, &Option<usize>)| Row {
        cells: vec![index.to_string().into_bytes().into()],
        parent: *parent,
    };
    Table {
        json_key: "namespaces",
        columns: vec![column("COMMAND", tree)],
        rows: parents.iter().enumerate().map(row).collect(),
    }
}

#[test]
fn rows_follow_the_one_that_they_stand_below() {
    assert_written(
        &table(&[Some(3), None, Some(3), None, Some(1), Some(0)], true),
        TEXT,
        &plain(),
        &["COMMAND", "1", "`-4", "3", "|-0", "| `-5", "`-2"],
    );
}

#[test]
fn without_a_column_that_bears_the_tree_they_stand_as_they_came() {
    assert_written(
        &table(&[Some(3), None, Some(3), None], false),
        Format::Raw { headings: false },
        &plain(),
        &["0", "1", "2", "3"],
    );
}

#[test]
fn no_row_of_a_circle_is_lost() {
    assert_written(
        &table(&[Some(2), Some(0), Some(1), Some(3), None, Some(9)], true),
        TEXT,
        &plain(),
        &["COMMAND", "4", "0", "`-1", "  `-2", "3", "5"],
    );
}
