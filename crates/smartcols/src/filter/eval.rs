//! A compiled expression: a list of instructions, evaluated for every row.
//!
//! There is one current value, and a stack of left sides that wait for the right side of their comparison. Neither
//! this nor the parser is recursive: an expression of a hundred thousand parentheses needs memory for them, but no
//! more stack than another.

use std::borrow::Cow;

use super::error::EvalError;
use super::operator::{CompareOperator, Match};
use super::schema::{ColumnType, Regex};
use super::value::{Type, Value};

/// One step of the evaluation.
#[derive(Debug)]
pub(super) enum Instruction {
    /// Makes a literal the current value.
    Load(Value<'static>),
    /// Makes the cell of a column the current value.
    LoadColumn(usize, ColumnType),
    /// Pushes the current value: the right side comes next.
    Push,
    /// Pops the left side and compares it with the current value, both converted to a type.
    Compare(CompareOperator, Type),
    /// Applies a regular expression to the current value.
    Match(Box<dyn Regex>, Match),
    /// Fails: the current value is of a type that a regular expression cannot be applied to.
    Fail,
    /// Converts the current value to what it means as a condition.
    Truth,
    /// Negates what the current value means as a condition.
    Not,
    /// If the current value means `when`, that is the result, and the evaluation continues at `to`.
    ShortCircuit { when: bool, to: usize },
}

/// The current value where there is none.
const NOTHING: Value<'static> = Value::Text(None);

/// The instructions of an expression. One without instructions selects every row.
#[derive(Debug)]
pub(super) struct InstructionList(pub(super) Vec<Instruction>);

impl InstructionList {
    /// Returns whether the row is selected whose cells `cell` returns.
    pub(super) fn evaluate<'a>(
        &'a self,
        cell: &mut dyn FnMut(usize) -> Option<Cow<'a, [u8]>>,
    ) -> Result<bool, EvalError> {
        let mut left_sides = Vec::new();
        let mut value = Value::Boolean(true);
        let mut next = 0;
        while let Some(instruction) = self.0.get(next) {
            next += 1;
            value = match instruction {
                Instruction::Load(literal) => literal.clone(),
                Instruction::LoadColumn(column, column_type) => {
                    convert_cell(cell(*column), *column_type)?
                }
                Instruction::Push => {
                    left_sides.push(value);
                    NOTHING
                }
                Instruction::Compare(comparison, as_type) => {
                    // The parser emits a Push for every comparison.
                    let left = left_sides.pop().unwrap_or(NOTHING);
                    Value::Boolean(compare_as(*as_type, *comparison, left, value)?)
                }
                Instruction::Match(regex, wanted) => {
                    let text = value.into_text().unwrap_or_default();
                    Value::Boolean(regex.is_match(&text) == (*wanted == Match::Found))
                }
                Instruction::Fail => return Err(EvalError::InvalidValue),
                Instruction::Truth => Value::Boolean(value.is_true()),
                Instruction::Not => Value::Boolean(!value.is_true()),
                Instruction::ShortCircuit { when, to } => {
                    let truth = value.is_true();
                    if truth == *when {
                        next = *to;
                    }
                    Value::Boolean(truth)
                }
            };
        }
        Ok(value.is_true())
    }

    /// Returns the columns that are loaded; one may occur twice.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter_map(|instruction| match instruction {
            Instruction::LoadColumn(column, _) => Some(*column),
            _ => None,
        })
    }
}

/// Converts a cell to the type of its column.
fn convert_cell(
    cell: Option<Cow<'_, [u8]>>,
    column_type: ColumnType,
) -> Result<Value<'_>, EvalError> {
    let text = cell.map_or(Value::Text(None), Value::text);
    match column_type {
        ColumnType::Text => Ok(text),
        ColumnType::Integer => text.to_integer().map(Value::Integer),
    }
}

/// Converts two values to one type and compares them.
fn compare_as(
    as_type: Type,
    comparison: CompareOperator,
    left: Value<'_>,
    right: Value<'_>,
) -> Result<bool, EvalError> {
    Ok(match as_type {
        Type::Integer => compare_present(comparison, left.to_integer()?, right.to_integer()?),
        Type::Float => compare_present(comparison, left.to_float()?, right.to_float()?),
        Type::Boolean => compare_present(comparison, left.to_boolean(), right.to_boolean()),
        // A missing text has its place in the order: before every other.
        Type::Text => comparison.holds(left.into_text().partial_cmp(&right.into_text())),
    })
}

/// Compares two values of one type; with a missing one no comparison holds, not even `!=`.
fn compare_present<T: PartialOrd>(
    comparison: CompareOperator,
    left: Option<T>,
    right: Option<T>,
) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => comparison.holds(left.partial_cmp(&right)),
        _ => false,
    }
}
