//! The form for scripts: one blank between the cells, and none inside them.

use super::Table;
use super::text::{Characters, beginning, escape};
use super::tree::{Artist, Place};

/// A line for each row. Blanks, backslashes and what cannot be shown are `\xNN`.
pub(super) fn write(
    table: &Table,
    places: &[Place],
    headings: bool,
    characters: &dyn Characters,
) -> Vec<u8> {
    let mut out = Vec::new();
    if headings {
        for (index, column) in table.columns.iter().enumerate() {
            separate(&mut out, index);
            push(&mut out, column.name.as_bytes(), characters);
        }
        out.push(b'\n');
    }
    let mut artist = Artist::of(places, characters);
    for place in places {
        let art = artist.draw(place);
        let cells = table.columns.iter().zip(&table.rows[place.row].cells);
        for (index, (column, cell)) in cells.enumerate() {
            separate(&mut out, index);
            if column.tree {
                push(&mut out, art.as_bytes(), characters);
            }
            push(&mut out, &cell.joined(), characters);
        }
        out.push(b'\n');
    }
    out
}

fn separate(out: &mut Vec<u8>, index: usize) {
    if index > 0 {
        out.push(b' ');
    }
}

fn push(out: &mut Vec<u8>, text: &[u8], characters: &dyn Characters) {
    for byte in text {
        match byte {
            b' ' | b'\\' => out.extend(escape(*byte)),
            // Each byte by itself, so that in UTF-8 none but ASCII is shown.
            byte if beginning(&[*byte], characters).character.is_some() => out.push(*byte),
            byte => out.extend(escape(*byte)),
        }
    }
}
