//! Tables and trees for terminals, for scripts and as JSON, and a language of filters over their rows.
//!
//! The output is, byte for byte, what libsmartcols of util-linux 2.42 writes for lsns(8): column widths, trees,
//! truncation at the width of the terminal, raw output and three styles of JSON. Cells are bytes, and whatever they
//! contain, nothing but text reaches a terminal: control characters, bytes that are not characters, and marks that
//! change the direction of text are escaped.
//!
//! The crate has no dependencies and no unsafe code, reads no environment and loads no locale. What depends on the
//! locale is a trait: [`Characters`] for the width of characters, [`filter::Regex`] for regular expressions.
//!
//! # A table
//!
//! ```
//! use smartcols::{Ascii, Cell, Column, Format, Row, Table};
//!
//! let table = Table {
//!     columns: vec![
//!         Column { name: "PID".into(), align_right: true, ..Column::default() },
//!         Column { name: "COMMAND".into(), tree: true, ..Column::default() },
//!     ],
//!     rows: vec![
//!         Row { cells: vec![Cell::from(1), Cell::from("init")], parent: None },
//!         Row { cells: vec![Cell::from(40), Cell::from("login\x1b[2J")], parent: Some(0) },
//!         Row { cells: vec![Cell::from(812), Cell::from("sh")], parent: Some(1) },
//!         Row { cells: vec![Cell::from(99), Cell::from("cron")], parent: Some(0) },
//!     ],
//!     ..Table::default()
//! };
//! let text = Format::Text { headings: true, terminal: None, multiline: true };
//! assert_eq!(
//!     String::from_utf8_lossy(&table.render(text, &Ascii)),
//!     r"PID COMMAND
//!   1 init
//!  40 |-login\x1b[2J
//! 812 | `-sh
//!  99 `-cron
//! "
//! );
//! ```
//!
//! # A filter
//!
//! ```
//! use std::borrow::Cow;
//!
//! use smartcols::filter::{ColumnType, Filter};
//!
//! let columns = |name: &str| match name {
//!     "PID" => Some((0, ColumnType::Integer)),
//!     "COMMAND" => Some((1, ColumnType::Text)),
//!     _ => None,
//! };
//! let no_regex = |_: &[u8]| Err("regular expressions are not supported".to_owned());
//! let filter = Filter::parse(b"PID > 50 && COMMAND != 'cron'", &columns, &no_regex)?;
//!
//! let row: [&[u8]; 2] = [b"812", b"sh"];
//! assert_eq!(filter.matches(&mut |column| Some(Cow::Borrowed(row[column]))), Ok(true));
//!
//! let error = Filter::parse(b"PID >", &columns, &no_regex).unwrap_err();
//! assert_eq!(error.to_string(), "expected a value at the end");
//! # Ok::<(), smartcols::filter::FilterError>(())
//! ```

mod characters;
pub mod filter;
mod format;
pub mod json;
mod json_value;
mod layout;
mod raw;
mod render;
mod table;
mod text;
mod text_output;
mod tree;
mod widths;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(test)]
#[path = "../fuzz/targets.rs"]
mod fuzz;
#[cfg(test)]
mod tests;

pub use characters::{Ascii, Character, Characters, Decoded};
pub use format::{Format, JsonStyle};
pub use json_value::Json;
pub use table::{Cell, Column, Row, Table};
