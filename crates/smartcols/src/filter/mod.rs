//! The filter language of `-Q`: `TYPE == "net" && NPROCS > 1`.
//!
//! An expression is cut into words ([`lexer`]), these are turned into a list of instructions ([`parser`]), and the
//! list is run for every row ([`program`]). What the values are and how one type becomes another, [`value`] tells,
//! what the operators mean, [`operator`]. The language knows columns of text and of numbers, and no namespaces.
//!
//! It is that of libsmartcols, scols-filter(5). Floats are those of 64 bits and their point is a point, whatever the
//! locale.

mod lexer;
mod mistake;
mod operator;
mod parser;
mod program;
#[cfg(test)]
pub(crate) mod tests;
mod value;

use std::borrow::Cow;
use std::fmt;

pub use mistake::Mistake;
use program::Program;
pub use value::Failure;

/// What a column holds: how its cells are read, and what they are compared as where the other side does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 0 to 18446744073709551615, in decimal.
    Integer,
    /// Any bytes.
    Text,
}

/// A pattern that is ready to be looked for.
pub trait Regex: fmt::Debug {
    /// Whether it is found anywhere in the text.
    fn is_match(&self, text: &[u8]) -> bool;
}

/// Reads a pattern; an error is what is wrong with it, in words of one line.
pub type Patterns<'a> = &'a dyn Fn(&[u8]) -> Result<Box<dyn Regex>, String>;

/// Finds a column by its name, as it was typed: the caller's number for it, and what it holds.
pub type Columns<'a> = &'a dyn Fn(&str) -> Option<(usize, Kind)>;

/// An expression that is ready to choose rows.
#[derive(Debug)]
pub struct Filter(Program);

impl Filter {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(
        expression: &[u8],
        columns: Columns,
        patterns: Patterns,
    ) -> Result<Filter, Mistake> {
        parser::parse(expression, columns, patterns).map(Filter)
    }

    /// The numbers of the columns that it looks at; one may come twice.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.0.columns()
    }

    /// Whether it chooses the row whose cells `cell` gives by the number of their column, `None` being a cell without
    /// content, which is something else than an empty text. Cells are asked for in order, and only as far as they
    /// decide.
    ///
    /// # Errors
    /// A cell that cannot be made into the type that it is compared as.
    pub fn matches<'a>(
        &'a self,
        cell: &mut dyn FnMut(usize) -> Option<Cow<'a, [u8]>>,
    ) -> Result<bool, Failure> {
        self.0.run(cell)
    }
}
