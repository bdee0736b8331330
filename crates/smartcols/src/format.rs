//! The formats in which a table is written.

use std::ffi::OsStr;

/// The format in which a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Aligned columns, for people.
    Text {
        /// Whether the names of the columns are above them.
        headings: bool,
        /// The width of the terminal in cells; `None` if the output is not a terminal: nothing is truncated then.
        terminal: Option<usize>,
        /// Whether [`Cell::Lines`](crate::Cell::Lines) occupies several lines; if not, they are joined by commas.
        multiline: bool,
    },
    /// One space between the cells and none inside them, for scripts.
    Raw {
        /// Whether the names of the columns are above them.
        headings: bool,
    },
    /// An object for each row; its keys are the names of the columns.
    Json(JsonStyle),
}

/// How JSON is divided into lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JsonStyle {
    /// A line for each value, indented.
    #[default]
    Pretty,
    /// An object on each line, without an array around them (JSON Lines).
    Lines,
    /// A line for each row, without white space inside.
    Compact,
}

impl JsonStyle {
    /// Returns the style that a value of the environment variable `LIBSMARTCOLS_JSON` selects: `lines`, `compact`, and
    /// with any other value, or without one, the default.
    pub fn from_env_value(value: Option<&OsStr>) -> JsonStyle {
        match value.and_then(OsStr::to_str) {
            Some("lines") => JsonStyle::Lines,
            Some("compact") => JsonStyle::Compact,
            _ => JsonStyle::Pretty,
        }
    }
}
