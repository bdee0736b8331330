//! The form for people: columns side by side.

use std::borrow::Cow;

use super::grid::Line;
use super::text::{Characters, cut, show};
use super::{Column, Table, widths};

/// The lines, and the headings above them, each column as wide as it needs and the terminal allows.
pub(super) fn write(
    table: &Table,
    lines: &[Line<'_>],
    headings: bool,
    terminal: Option<usize>,
    characters: &dyn Characters,
) -> Vec<u8> {
    let headings = headings.then(|| heading(&table.columns, characters));
    let widths = widths::fit(&table.columns, headings.as_ref(), lines, terminal);
    let mut out = Vec::new();
    for line in headings.iter().chain(lines) {
        write_line(&mut out, &table.columns, line, &widths, characters);
    }
    out
}

fn heading<'a>(columns: &'a [Column], characters: &dyn Characters) -> Line<'a> {
    let name = |column: &'a Column| show(Cow::Borrowed(column.name.as_bytes()), characters);
    Line {
        cells: columns.iter().map(name).collect(),
        art: 0,
        first: true,
    }
}

/// One line. Every column but the last is padded and followed by a blank, whatever comes after it.
fn write_line(
    out: &mut Vec<u8>,
    columns: &[Column],
    line: &Line<'_>,
    widths: &[usize],
    characters: &dyn Characters,
) {
    for (index, (column, shown)) in columns.iter().zip(&line.cells).enumerate() {
        let (text, taken) = if line.first {
            cut(shown, widths[index], characters)
        } else {
            (&shown.text[..], shown.width)
        };
        let padding = widths[index].saturating_sub(taken);
        let (before, after) = if column.right && !column.tree {
            (padding, 0)
        } else {
            (0, padding)
        };
        let is_last = index + 1 == columns.len();
        if !(is_last && text.is_empty()) {
            pad(out, before);
        }
        out.extend_from_slice(text);
        if !is_last {
            pad(out, after + 1);
        }
    }
    out.push(b'\n');
}

fn pad(out: &mut Vec<u8>, blanks: usize) {
    out.resize(out.len() + blanks, b' ');
}
