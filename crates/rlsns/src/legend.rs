//! What columns there are, `--list-columns`: a description of the program itself.

use crate::column::Column;
use crate::page::{Format, Page};
use smartcols::table::{self, Table};

/// The table of all columns, a description of the program itself.
pub(crate) fn columns(format: Format) -> Vec<u8> {
    let column = |name: &'static str, right: bool| table::Column {
        name: name.into(),
        right,
        ..table::Column::default()
    };
    let all = Column::ORIGINAL.into_iter().chain(Column::ADDED);
    let row = |of: Column| {
        let kind = if of.is_number() {
            "<integer>"
        } else {
            "<string>"
        };
        table::Row {
            cells: vec![of.name().into(), kind.into(), of.help().into()],
            parent: None,
        }
    };
    let table = Table {
        key: "lsns-columns",
        unreadable: None,
        columns: vec![
            column("HOLDER", true),
            column("TYPE", false),
            column("DESCRIPTION", false),
        ],
        rows: all.map(row).collect(),
    };
    let page = Page {
        format,
        headings: false,
        cut: false,
        several_lines: true,
    };
    page.write(&table)
}
