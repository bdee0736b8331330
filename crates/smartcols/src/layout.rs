//! From rows to lines: the tree's prefix before the text, and as many lines as the tallest cell of the row has.

use std::borrow::Cow;

use crate::characters::Characters;
use crate::table::{Cell, Table};
use crate::text::EscapedText;
use crate::tree::{Position, TreePrinter};

/// A line of the output, before its columns have widths.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    /// The text of each column.
    pub(crate) cells: Vec<EscapedText<'a>>,
    /// How many cells of the terminal the tree's prefix occupies.
    pub(crate) prefix_width: usize,
    /// Whether it is the first line of its row; the others are never truncated.
    pub(crate) is_first: bool,
}

/// Lays out the rows on lines.
pub(crate) fn lay_out_lines<'a>(
    table: &'a Table,
    positions: &[Position],
    multiline: bool,
    characters: &dyn Characters,
) -> Vec<Line<'a>> {
    let mut printer = TreePrinter::new(positions, characters);
    let mut lines = Vec::with_capacity(positions.len());
    for position in positions {
        let cells = &table.rows[position.row].cells;
        let height = if multiline { row_height(cells) } else { 1 };
        for number in 0..height {
            let is_first = number == 0;
            let prefix = if is_first {
                printer.prefix(position)
            } else {
                printer.continuation(position)
            };
            let cells = table.columns.iter().zip(cells).map(|(column, cell)| {
                let text = EscapedText::new(cell_line(cell, multiline, number), characters);
                add_prefix(if column.tree { &prefix } else { "" }, text)
            });
            lines.push(Line {
                cells: cells.collect(),
                prefix_width: prefix_width(&prefix),
                is_first,
            });
        }
    }
    lines
}

/// Returns how many lines a row occupies.
fn row_height(cells: &[Cell]) -> usize {
    let heights = cells.iter().map(|cell| match cell {
        Cell::Lines(texts) => split_lines(texts).count(),
        _ => 1,
    });
    heights.fold(1, usize::max)
}

/// Returns the lines of a cell: a text that contains a line break is divided there, as libsmartcols does it.
fn split_lines(texts: &[Vec<u8>]) -> impl Iterator<Item = &[u8]> {
    texts
        .iter()
        .flat_map(|text| text.split(|byte| *byte == b'\n'))
}

/// Returns what a cell contains on the line of its row with this number.
fn cell_line(cell: &Cell, multiline: bool, number: usize) -> Cow<'_, [u8]> {
    match cell {
        Cell::Lines(texts) if multiline => {
            Cow::Borrowed(split_lines(texts).nth(number).unwrap_or_default())
        }
        cell if number == 0 => cell.joined(),
        _ => Cow::Borrowed(b""),
    }
}

/// Puts a prefix before a text. What occupies no cell of the terminal is left out.
fn add_prefix<'a>(prefix: &str, text: EscapedText<'a>) -> EscapedText<'a> {
    let width = prefix_width(prefix) + text.width;
    let bytes = match (prefix, width) {
        (_, 0) => Cow::Borrowed(&b""[..]),
        ("", _) => text.bytes,
        _ => Cow::Owned([prefix.as_bytes(), &text.bytes].concat()),
    };
    EscapedText { bytes, width }
}

fn prefix_width(prefix: &str) -> usize {
    prefix.chars().count()
}
