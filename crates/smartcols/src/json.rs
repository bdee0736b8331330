//! The format for programs: JSON that is valid whatever bytes the cells contain.

use crate::characters::is_bidi_control;
use crate::format::JsonStyle;
use crate::table::{Cell, Column, Row, Table};
use crate::tree::Position;

/// What a byte that is not UTF-8 becomes.
const REPLACEMENT: &str = "\u{fffd}";

/// Writes an object for each row; its children are in the array `children`.
pub(crate) fn write_table(table: &Table, positions: &[Position], style: JsonStyle) -> Vec<u8> {
    let mut writer = Writer {
        style,
        out: Vec::new(),
    };
    let keys: Vec<Vec<u8>> = table.columns.iter().map(column_key).collect();
    writer.begin_document(table);
    for (index, position) in positions.iter().enumerate() {
        let next = positions.get(index + 1);
        let is_first = index == 0 || positions[index - 1].has_children;
        writer.separate_object(position.depth, is_first);
        writer.write_members(&keys, &table.rows[position.row], position.depth);
        writer.end_object(position.depth, next.map(|next| next.depth));
    }
    writer.end_document(positions.is_empty());
    writer.out
}

/// Returns the key of a column, quoted.
fn column_key(column: &Column) -> Vec<u8> {
    let mut out = Vec::new();
    write_string(&mut out, column.name.to_ascii_lowercase().as_bytes());
    out
}

struct Writer {
    style: JsonStyle,
    out: Vec<u8>,
}

impl Writer {
    fn begin_document(&mut self, table: &Table) {
        if self.style == JsonStyle::Lines {
            return;
        }
        self.push("{");
        self.break_line(1);
        write_string(&mut self.out, table.json_key.as_bytes());
        self.write_colon();
        self.push("[");
    }

    fn end_document(&mut self, is_empty: bool) {
        match self.style {
            JsonStyle::Pretty if is_empty => self.push("\n\n   ]\n}\n"),
            JsonStyle::Pretty => self.push("\n   ]\n}\n"),
            JsonStyle::Compact => self.push("\n]}\n"),
            JsonStyle::Lines if is_empty => {}
            JsonStyle::Lines => self.push("\n"),
        }
    }

    /// Writes what separates an object from the one before it, or from the bracket if it is the first in its array.
    fn separate_object(&mut self, depth: usize, is_first: bool) {
        match (self.style, depth, is_first) {
            (JsonStyle::Pretty, _, true) => self.break_line(object_level(depth)),
            (JsonStyle::Compact, 0, true) | (JsonStyle::Lines, 0, false) => self.push("\n"),
            (JsonStyle::Compact, 0, false) => self.push(",\n"),
            (_, _, true) => {}
            (_, _, false) => self.push(","),
        }
    }

    /// Opens the object of a row and writes its cells. It is not closed yet: its children may follow.
    fn write_members(&mut self, keys: &[Vec<u8>], row: &Row, depth: usize) {
        self.push("{");
        for (index, (key, cell)) in keys.iter().zip(&row.cells).enumerate() {
            if index > 0 {
                self.push(",");
            }
            self.break_line(object_level(depth) + 1);
            self.out.extend_from_slice(key);
            self.write_colon();
            self.write_value(cell);
        }
    }

    /// Opens the array of the object's children if one follows; else closes the object, and each ancestor that it is
    /// the last descendant of.
    fn end_object(&mut self, depth: usize, next: Option<usize>) {
        if next > Some(depth) {
            self.push(",");
            self.break_line(object_level(depth) + 1);
            self.push("\"children\"");
            self.write_colon();
            self.push("[");
            return;
        }
        self.break_line(object_level(depth));
        self.push("}");
        for parent in (next.unwrap_or(0)..depth).rev() {
            self.break_line(object_level(parent) + 1);
            self.push("]");
            self.break_line(object_level(parent));
            self.push("}");
        }
    }

    fn write_value(&mut self, cell: &Cell) {
        let text = cell.joined();
        match cell {
            _ if text.is_empty() => self.push("null"),
            Cell::Number(_) => self.out.extend_from_slice(&text),
            _ => write_string(&mut self.out, &text),
        }
    }

    /// Begins a new line, indented to this level, in the style that has indented lines.
    fn break_line(&mut self, level: usize) {
        if self.style == JsonStyle::Pretty {
            self.push("\n");
            self.out.resize(self.out.len() + 3 * level, b' ');
        }
    }

    fn write_colon(&mut self) {
        self.push(match self.style {
            JsonStyle::Pretty => ": ",
            JsonStyle::Lines | JsonStyle::Compact => ":",
        });
    }

    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }
}

/// Returns the level of indentation of the object of a row at this depth.
fn object_level(depth: usize) -> usize {
    2 * (depth + 1)
}

/// Appends `text` to `out` as a JSON string with its quotes (RFC 8259).
///
/// The string is safe to show on a terminal: besides what JSON requires, control characters from DEL to U+009F and
/// characters that change the direction of text are escaped. Bytes that are not UTF-8 become U+FFFD.
///
/// ```
/// let mut json = Vec::new();
/// smartcols::json::write_string(&mut json, b"a \"b\" \x1b[0m\xff");
/// assert_eq!(json, "\"a \\\"b\\\" \\u001b[0m\u{fffd}\"".as_bytes());
/// ```
pub fn write_string(out: &mut Vec<u8>, text: &[u8]) {
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
                // JSON requires it only for those below U+0020, but a terminal obeys those from DEL to U+009F too.
                _ if character.is_control() || is_bidi_control(u32::from(character)) => {
                    out.extend_from_slice(format!("\\u{:04x}", u32::from(character)).as_bytes());
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
