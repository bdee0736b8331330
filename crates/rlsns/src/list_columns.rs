//! `--list-columns`: the columns that the program has.

use nscore::language::translate;
use smartcols::{Row, Table};

use crate::column::ColumnId;
use crate::output::{OutputFormat, OutputOptions};

/// Renders the table of all columns: their names, their types, what they show.
pub(crate) fn render_column_list(format: OutputFormat) -> Vec<u8> {
    let heading = |name: &'static str, align_right: bool| smartcols::Column {
        name: name.into(),
        align_right,
        ..smartcols::Column::default()
    };
    let columns = ColumnId::ORIGINAL.into_iter().chain(ColumnId::ADDED);
    let table = Table {
        json_key: "lsns-columns",
        columns: vec![
            heading("HOLDER", true),
            heading("TYPE", false),
            heading("DESCRIPTION", false),
        ],
        rows: columns
            .map(|column| describe_column(column, &format))
            .collect(),
    };
    let output = OutputOptions {
        format,
        headings: false,
        truncate: false,
        multiline: true,
    };
    output.render(&table)
}

fn describe_column(column: ColumnId, format: &OutputFormat) -> Row {
    let column_type = if column.is_number() {
        "<integer>"
    } else {
        "<string>"
    };
    // Programs read JSON, and people the rest.
    let help = match format {
        OutputFormat::Json => column.help(),
        _ => translate(column.help()),
    };
    Row {
        cells: vec![column.name().into(), column_type.into(), help.into()],
        parent: None,
    }
}
