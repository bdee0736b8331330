//! The format for scripts: one space between the cells and none inside them.

use crate::characters::{Characters, decode_first};
use crate::table::Table;
use crate::text::escape_byte;
use crate::tree::{Position, TreePrinter};

/// Writes a line for each row. Spaces, backslashes and what is not printable are escaped as `\xNN`.
pub(crate) fn write_table(
    table: &Table,
    positions: &[Position],
    headings: bool,
    characters: &dyn Characters,
) -> Vec<u8> {
    let mut out = Vec::new();
    if headings {
        for (index, column) in table.columns.iter().enumerate() {
            write_separator(&mut out, index);
            write_escaped(&mut out, column.name.as_bytes(), characters);
        }
        out.push(b'\n');
    }
    let mut printer = TreePrinter::new(positions, characters);
    for position in positions {
        let prefix = printer.prefix(position);
        let cells = table.columns.iter().zip(&table.rows[position.row].cells);
        for (index, (column, cell)) in cells.enumerate() {
            write_separator(&mut out, index);
            if column.tree {
                write_escaped(&mut out, prefix.as_bytes(), characters);
            }
            write_escaped(&mut out, &cell.joined(), characters);
        }
        out.push(b'\n');
    }
    out
}

fn write_separator(out: &mut Vec<u8>, column: usize) {
    if column > 0 {
        out.push(b' ');
    }
}

fn write_escaped(out: &mut Vec<u8>, text: &[u8], characters: &dyn Characters) {
    for byte in text {
        match byte {
            b' ' | b'\\' => out.extend(escape_byte(*byte)),
            // Each byte is judged alone, so in UTF-8 only ASCII is written as it is.
            byte if decode_first(&[*byte], characters).character.is_some() => out.push(*byte),
            byte => out.extend(escape_byte(*byte)),
        }
    }
}
