//! The filter language: `TYPE == "net" && NPROCS > 1`.
//!
//! An expression is divided into tokens (`lexer`), these are compiled to a list of instructions (`parser`), and the
//! list is evaluated for every row (`eval`). `value` has the values and their conversions, `operator` the
//! operators.
//!
//! It is the language of libsmartcols, scols-filter(5). Floats are `f64`, and the decimal separator is a point in
//! every locale.

mod error;
mod eval;
mod lexer;
mod operator;
mod parser;
mod schema;
#[cfg(test)]
pub(crate) mod tests;
mod value;

use std::borrow::Cow;

pub use error::{EvalError, FilterError};
use eval::InstructionList;
pub use schema::{ColumnType, Columns, CompileRegex, Regex};

/// A compiled expression, which selects rows.
#[derive(Debug)]
pub struct Filter(InstructionList);

impl Filter {
    /// Compiles an expression.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub fn parse(
        expression: &[u8],
        columns: Columns,
        compile_regex: CompileRegex,
    ) -> Result<Filter, FilterError> {
        parser::parse(expression, columns, compile_regex).map(Filter)
    }

    /// Returns the numbers of the columns that the expression contains, in order; one may occur twice.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.0.columns()
    }

    /// Returns whether a row is selected. `cell` returns the row's cell in the column of a number; `None` is a cell
    /// without content, which is not the same as an empty text. Cells are asked for in the order of the expression,
    /// and only those that the result depends on.
    ///
    /// # Errors
    /// A cell that cannot be converted to the type that it is compared as.
    pub fn matches<'a>(
        &'a self,
        cell: &mut dyn FnMut(usize) -> Option<Cow<'a, [u8]>>,
    ) -> Result<bool, EvalError> {
        self.0.evaluate(cell)
    }
}
