//! What columns there are, `--list-columns`: a description of the program itself.

use crate::column::Column;
use crate::page::{Format, Page};
use smartcols::Table;

/// The table of all columns, a description of the program itself.
pub(crate) fn columns(format: Format) -> Vec<u8> {
    let column = |name: &'static str, align_right: bool| smartcols::Column {
        name: name.into(),
        align_right,
        ..smartcols::Column::default()
    };
    let all = Column::ORIGINAL.into_iter().chain(Column::ADDED);
    let row = |of: Column| {
        let kind = if of.is_number() {
            "<integer>"
        } else {
            "<string>"
        };
        smartcols::Row {
            cells: vec![of.name().into(), kind.into(), of.help().into()],
            parent: None,
        }
    };
    let table = Table {
        json_key: "lsns-columns",
        json_members: Vec::new(),
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
