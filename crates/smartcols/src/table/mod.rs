//! The table writer: columns and rows in, bytes out.
//!
//! It knows nothing of namespaces, only what a table is: columns of a name and a width, rows of cells, and rows that
//! stand below others. What it writes is, byte for byte, what libsmartcols 2.42 writes for lsns. A table is written
//! in three forms, one file each: for people ([`human`]), for scripts ([`raw`]) and as JSON ([`json`]).
//!
//! The way of a cell to a terminal is [`text`], where what cannot be shown is escaped and measured, then [`grid`],
//! where the tree's art is put before it and rows become lines, then [`widths`], where the columns share the room.

mod grid;
mod human;
mod json;
mod raw;
mod text;
mod tree;
mod widths;

#[cfg(test)]
pub(crate) mod tests;

use std::borrow::Cow;
use std::ffi::OsStr;

pub use text::{Ascii, Beginning, Character, Characters};

/// A table that is to be written.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What JSON calls the array of rows.
    pub key: &'static str,
    /// From left to right.
    pub columns: Vec<Column>,
    /// In the order in which they are written, the roots of a tree too.
    pub rows: Vec<Row>,
    /// How many processes could not be read, for JSON to say so.
    pub unreadable: Option<usize>,
}

/// A column: what it is called and how it is laid out.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// The heading; in lower case, the key in JSON.
    pub name: Cow<'static, str>,
    /// How wide the column would like to be if it is not empty, in cells of a terminal.
    pub hint: usize,
    /// Whether its cells are aligned on the right. A column that bears the tree never is.
    pub right: bool,
    /// Whether it may be cut where the terminal is too narrow.
    pub shrinks: bool,
    /// Whether the tree's art stands in it. Without any such column among its columns a table is a list.
    pub tree: bool,
}

/// A row: a cell for each column, in their order.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// As many as there are columns.
    pub cells: Vec<Cell>,
    /// The index of the row that it stands below. Rows below the same one stand in the order of the table.
    pub parent: Option<usize>,
}

/// What a cell holds; it is bytes, since nobody promises that a command line or a path is text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cell {
    /// Nothing, and `null` in JSON, like text without a byte.
    #[default]
    Empty,
    /// A number, which JSON has without quotes.
    Number(u64),
    /// Text of one line.
    Text(Cow<'static, [u8]>),
    /// Several texts, each a line for people, joined by commas for scripts.
    Lines(Vec<Vec<u8>>),
}

/// The form in which a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Columns side by side.
    Human {
        /// Whether the columns' names stand above them.
        headings: bool,
        /// How many cells wide the terminal is; `None` for what is no terminal and cuts nothing.
        terminal: Option<usize>,
        /// Whether a cell of several lines has as many; they are joined by commas otherwise.
        several_lines: bool,
    },
    /// One blank between the cells, and none inside them.
    Raw {
        /// Whether the columns' names stand above them.
        headings: bool,
    },
    /// An object for each row, its keys the names of the columns.
    Json(Shape),
}

/// How JSON is broken into lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// A line for each value, indented.
    #[default]
    Pretty,
    /// An object a line, without an array around them.
    Lines,
    /// A line for each row, without any white space inside.
    Compact,
}

impl Shape {
    /// What the value of LIBSMARTCOLS_JSON asks for.
    pub fn named(value: Option<&OsStr>) -> Shape {
        match value.and_then(OsStr::to_str) {
            Some("lines") => Shape::Lines,
            Some("compact") => Shape::Compact,
            _ => Shape::Pretty,
        }
    }
}

impl Table {
    /// The table in this form. One without rows has no headings either.
    pub fn write(&self, form: Form, characters: &dyn Characters) -> Vec<u8> {
        let places = tree::places(self);
        match form {
            Form::Json(shape) => json::write(self, &places, shape),
            Form::Human { .. } | Form::Raw { .. } if places.is_empty() => Vec::new(),
            Form::Raw { headings } => raw::write(self, &places, headings, characters),
            Form::Human {
                headings,
                terminal,
                several_lines,
            } => {
                let lines = grid::lines(self, &places, several_lines, characters);
                human::write(self, &lines, headings, terminal, characters)
            }
        }
    }
}

impl Cell {
    /// Its bytes, several lines joined by commas; nothing where it is empty.
    pub fn joined(&self) -> Cow<'_, [u8]> {
        match self {
            Cell::Empty => Cow::Borrowed(b""),
            Cell::Number(number) => Cow::Owned(number.to_string().into_bytes()),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Lines(lines) => Cow::Owned(lines.join(&b',')),
        }
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Cell {
        Cell::Number(number)
    }
}

impl From<&'static str> for Cell {
    fn from(text: &'static str) -> Cell {
        Cell::Text(Cow::Borrowed(text.as_bytes()))
    }
}

impl From<Vec<u8>> for Cell {
    fn from(text: Vec<u8>) -> Cell {
        Cell::Text(Cow::Owned(text))
    }
}
