//! The form for programs: JSON, valid whatever bytes the cells hold.

use super::text::is_bidi_control;
use super::tree::Place;
use super::{Cell, Column, Row, Shape, Table};

/// What a byte that is no text becomes.
const REPLACEMENT: &str = "\u{fffd}";

/// The rows as objects, those below a row in its `children`.
pub(super) fn write(table: &Table, places: &[Place], shape: Shape) -> Vec<u8> {
    let mut writer = Writer {
        shape,
        out: Vec::new(),
    };
    let keys: Vec<Vec<u8>> = table.columns.iter().map(key).collect();
    writer.begin(table.key, table.unreadable);
    for (index, place) in places.iter().enumerate() {
        let next = places.get(index + 1);
        let first = index == 0 || places[index - 1].bears;
        writer.before(place.depth, first);
        writer.object(&keys, &table.rows[place.row], place.depth);
        writer.after(place.depth, next.map(|next| next.depth));
    }
    writer.end(places.is_empty());
    writer.out
}

/// The key of a column, between quotes.
fn key(column: &Column) -> Vec<u8> {
    let mut out = Vec::new();
    string(&mut out, column.name.to_ascii_lowercase().as_bytes());
    out
}

struct Writer {
    shape: Shape,
    out: Vec<u8>,
}

impl Writer {
    fn begin(&mut self, key: &str, unreadable: Option<usize>) {
        if self.shape != Shape::Lines {
            self.push("{");
            self.line(1);
            if let Some(unreadable) = unreadable {
                self.push("\"unreadable\"");
                self.colon();
                self.push(&unreadable.to_string());
                self.push(",");
                self.line(1);
            }
            string(&mut self.out, key.as_bytes());
            self.colon();
            self.push("[");
        }
    }

    fn end(&mut self, empty: bool) {
        match self.shape {
            Shape::Pretty if empty => self.push("\n\n   ]\n}\n"),
            Shape::Pretty => self.push("\n   ]\n}\n"),
            Shape::Compact => self.push("\n]}\n"),
            Shape::Lines if empty => {}
            Shape::Lines => self.push("\n"),
        }
    }

    /// What stands before an object, the first in its array or a further one.
    fn before(&mut self, depth: usize, first: bool) {
        match (self.shape, depth, first) {
            (Shape::Pretty, _, true) => self.line(level(depth)),
            (Shape::Compact, 0, true) | (Shape::Lines, 0, false) => self.push("\n"),
            (Shape::Compact, 0, false) => self.push(",\n"),
            (_, _, true) => {}
            (_, _, false) => self.push(","),
        }
    }

    /// A row's object, its closing brace excepted, for rows below it may follow.
    fn object(&mut self, keys: &[Vec<u8>], row: &Row, depth: usize) {
        self.push("{");
        for (index, (key, cell)) in keys.iter().zip(&row.cells).enumerate() {
            if index > 0 {
                self.push(",");
            }
            self.line(level(depth) + 1);
            self.out.extend_from_slice(key);
            self.colon();
            self.value(cell);
        }
    }

    /// What stands after an object, before the next one or the end.
    fn after(&mut self, depth: usize, next: Option<usize>) {
        if next > Some(depth) {
            self.push(",");
            self.line(level(depth) + 1);
            self.push("\"children\"");
            self.colon();
            self.push("[");
            return;
        }
        self.line(level(depth));
        self.push("}");
        for parent in (next.unwrap_or(0)..depth).rev() {
            self.line(level(parent) + 1);
            self.push("]");
            self.line(level(parent));
            self.push("}");
        }
    }

    fn value(&mut self, cell: &Cell) {
        let text = cell.joined();
        match cell {
            _ if text.is_empty() => self.push("null"),
            Cell::Number(_) => self.out.extend_from_slice(&text),
            _ => string(&mut self.out, &text),
        }
    }

    /// A new line at this level, in the shape that has any.
    fn line(&mut self, level: usize) {
        if self.shape == Shape::Pretty {
            self.push("\n");
            self.out.resize(self.out.len() + 3 * level, b' ');
        }
    }

    fn colon(&mut self) {
        self.push(match self.shape {
            Shape::Pretty => ": ",
            Shape::Lines | Shape::Compact => ":",
        });
    }

    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }
}

/// The level of the object of a row at this depth.
fn level(depth: usize) -> usize {
    2 * (depth + 1)
}

/// A string between quotes, as RFC 8259 has it.
fn string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' => out.extend_from_slice(b"\\\""),
                '\\' => out.extend_from_slice(b"\\\\"),
                '\u{8}' => out.extend_from_slice(b"\\b"),
                '\t' => out.extend_from_slice(b"\\t"),
                '\n' => out.extend_from_slice(b"\\n"),
                '\u{c}' => out.extend_from_slice(b"\\f"),
                '\r' => out.extend_from_slice(b"\\r"),
                // JSON asks it of those below the blank alone; a terminal obeys those from DEL to U+009F as well.
                // And what turns the direction of text disguises a name.
                _ if character.is_control() || is_bidi_control(u32::from(character)) => {
                    escape(out, character);
                }
                _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        if !chunk.invalid().is_empty() {
            out.extend_from_slice(REPLACEMENT.as_bytes());
        }
    }
    out.push(b'"');
}

fn escape(out: &mut Vec<u8>, character: char) {
    out.extend_from_slice(format!("\\u{:04x}", u32::from(character)).as_bytes());
}
