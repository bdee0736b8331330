//! The format for people: aligned columns.

use std::borrow::Cow;

use crate::characters::Characters;
use crate::layout::Line;
use crate::table::{Column, Table};
use crate::text::EscapedText;
use crate::widths::column_widths;

/// Writes the headings and the lines, each column as wide as it needs and the terminal allows.
pub(crate) fn write_table(
    table: &Table,
    lines: &[Line<'_>],
    headings: bool,
    terminal: Option<usize>,
    characters: &dyn Characters,
) -> Vec<u8> {
    let headings = headings.then(|| heading_line(&table.columns, characters));
    let widths = column_widths(&table.columns, headings.as_ref(), lines, terminal);
    let mut out = Vec::new();
    for line in headings.iter().chain(lines) {
        write_line(&mut out, &table.columns, line, &widths, characters);
    }
    out
}

fn heading_line<'a>(columns: &'a [Column], characters: &dyn Characters) -> Line<'a> {
    let name =
        |column: &'a Column| EscapedText::new(Cow::Borrowed(column.name.as_bytes()), characters);
    Line {
        cells: columns.iter().map(name).collect(),
        prefix_width: 0,
        is_first: true,
    }
}

/// Writes one line. Every column but the last is padded and followed by a space, even if nothing follows.
fn write_line(
    out: &mut Vec<u8>,
    columns: &[Column],
    line: &Line<'_>,
    widths: &[usize],
    characters: &dyn Characters,
) {
    for (index, (column, text)) in columns.iter().zip(&line.cells).enumerate() {
        let (bytes, width) = if line.is_first {
            text.truncate(widths[index], characters)
        } else {
            (&text.bytes[..], text.width)
        };
        let padding = widths[index].saturating_sub(width);
        let (before, after) = if column.align_right && !column.tree {
            (padding, 0)
        } else {
            (0, padding)
        };
        let is_last = index + 1 == columns.len();
        if !(is_last && bytes.is_empty()) {
            write_spaces(out, before);
        }
        out.extend_from_slice(bytes);
        if !is_last {
            write_spaces(out, after + 1);
        }
    }
    out.push(b'\n');
}

fn write_spaces(out: &mut Vec<u8>, count: usize) {
    out.resize(out.len() + count, b' ');
}
