//! What an expression refers to, supplied by the caller: columns and regular expressions.

use std::fmt;

/// The type of a column: how its cells are read, and what they are compared as if the other side does not decide it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Decimal numbers from 0 to 18446744073709551615.
    Integer,
    /// Any bytes.
    Text,
}

/// Finds a column by the name that the expression contains: the caller's number of the column, and its type.
pub type Columns<'a> = &'a dyn Fn(&str) -> Option<(usize, ColumnType)>;

/// A compiled regular expression, the right side of `=~` and `!~`.
pub trait Regex: fmt::Debug {
    /// Returns whether the expression matches anywhere in the text.
    fn is_match(&self, text: &[u8]) -> bool;
}

/// Compiles a regular expression; an error says in one line what is wrong with it.
pub type CompileRegex<'a> = &'a dyn Fn(&[u8]) -> Result<Box<dyn Regex>, String>;
