//! What a table consists of.

use std::borrow::Cow;

/// A table or a tree.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The key of the array of rows in JSON.
    pub json_key: &'static str,
    /// The columns, from left to right.
    pub columns: Vec<Column>,
    /// The rows. A list has them in this order, a tree has its roots and the rows below the same parent in this order.
    pub rows: Vec<Row>,
}

/// A column: its name and its layout.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// The heading; in lower case, the key in JSON.
    pub name: Cow<'static, str>,
    /// How many cells wide the column should be if it is not empty and there is room.
    pub width_hint: usize,
    /// Whether its cells are aligned to the right. The column of the tree never is.
    pub align_right: bool,
    /// Whether its cells may be truncated where the terminal is too narrow.
    pub truncatable: bool,
    /// Whether the tree is drawn in this column. A table without such a column is a list.
    pub tree: bool,
}

/// A row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// A cell for each column.
    pub cells: Vec<Cell>,
    /// The index of its parent among the rows. Rows whose parents form a cycle are all written, the first of them as
    /// a root.
    pub parent: Option<usize>,
}

/// The content of a cell. Text is bytes: command lines and paths need not be UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cell {
    /// Nothing; `null` in JSON, as is an empty text.
    #[default]
    Empty,
    /// A number; without quotes in JSON.
    Number(u64),
    /// A text of one line.
    Text(Cow<'static, [u8]>),
    /// Several texts: a line for each in [`Format::Text`](crate::Format::Text), else joined by commas.
    Lines(Vec<Vec<u8>>),
}

impl Cell {
    /// Returns the content as bytes, several lines joined by commas; nothing if the cell is empty.
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
