//! A filter as a list of instructions, run once for every row.
//!
//! There is one current value, and a list of those that wait for the right side of a comparison. Nothing here or in
//! the parser calls itself: an expression of a hundred thousand parentheses needs memory for them, and no more stack
//! than another.

use std::borrow::Cow;

use super::operator::{Comparison, Match};
use super::value::{Failure, Type, Value};
use super::{Kind, Regex};

/// One step.
#[derive(Debug)]
pub(super) enum Instruction {
    /// A literal becomes the current value.
    Load(Value<'static>),
    /// The cell of a column does.
    Column(usize, Kind),
    /// The current value waits: the right side comes next.
    Keep,
    /// The value that waits is compared with the current one, both as values of a type.
    Compare(Comparison, Type),
    /// A pattern is looked for in the current value.
    Match(Box<dyn Regex>, Match),
    /// The current value, of a type that no pattern can be looked for in, is an error.
    Refuse,
    /// The current value becomes the truth that it counts as.
    Truth,
    /// It becomes the opposite.
    Not,
    /// If the current value counts as `settled`, that is the result, and the right side is passed over.
    Skip { settled: bool, to: usize },
}

/// The current value where there is none.
const NOTHING: Value<'static> = Value::Text(None);

/// What a filter does with a row.
#[derive(Debug)]
pub(super) struct Program(pub(super) Vec<Instruction>);

impl Program {
    /// Whether the row is chosen whose cells `cell` gives. A program of no instruction chooses every row.
    pub(super) fn run<'a>(
        &'a self,
        cell: &mut dyn FnMut(usize) -> Option<Cow<'a, [u8]>>,
    ) -> Result<bool, Failure> {
        let mut waiting = Vec::new();
        let mut value = Value::Boolean(true);
        let mut next = 0;
        while let Some(instruction) = self.0.get(next) {
            next += 1;
            value = match instruction {
                Instruction::Load(literal) => literal.clone(),
                Instruction::Column(column, kind) => typed(cell(*column), *kind)?,
                Instruction::Keep => {
                    waiting.push(value);
                    NOTHING
                }
                Instruction::Compare(comparison, as_type) => {
                    // The parser lets every comparison follow a Keep of its own.
                    let left = waiting.pop().unwrap_or(NOTHING);
                    Value::Boolean(compare(*comparison, *as_type, left, value)?)
                }
                Instruction::Match(pattern, wanted) => {
                    let text = value.into_text().unwrap_or_default();
                    Value::Boolean(pattern.is_match(&text) == (*wanted == Match::Found))
                }
                Instruction::Refuse => return Err(Failure::Type),
                Instruction::Truth => Value::Boolean(value.is_true()),
                Instruction::Not => Value::Boolean(!value.is_true()),
                Instruction::Skip { settled, to } => {
                    let truth = value.is_true();
                    if truth == *settled {
                        next = *to;
                    }
                    Value::Boolean(truth)
                }
            };
        }
        Ok(value.is_true())
    }

    /// The columns that it looks at; one may come twice.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter_map(|instruction| match instruction {
            Instruction::Column(column, _) => Some(*column),
            _ => None,
        })
    }
}

/// A cell as its column has it.
fn typed(cell: Option<Cow<'_, [u8]>>, kind: Kind) -> Result<Value<'_>, Failure> {
    let text = cell.map_or(Value::Text(None), Value::text);
    match kind {
        Kind::Text => Ok(text),
        Kind::Integer => text.integer().map(Value::Integer),
    }
}

/// Whether the comparison holds between two values made into one type.
fn compare(
    comparison: Comparison,
    as_type: Type,
    left: Value<'_>,
    right: Value<'_>,
) -> Result<bool, Failure> {
    Ok(match as_type {
        Type::Integer => holds(comparison, left.integer()?, right.integer()?),
        Type::Float => holds(comparison, left.float()?, right.float()?),
        Type::Boolean => holds(comparison, left.boolean(), right.boolean()),
        // Here a missing one has its place: before every text.
        Type::Text => comparison.holds(left.into_text().partial_cmp(&right.into_text())),
    })
}

/// The same between two values of one type; with a missing one nothing holds, not even that they differ.
fn holds<T: PartialOrd>(comparison: Comparison, left: Option<T>, right: Option<T>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => comparison.holds(left.partial_cmp(&right)),
        _ => false,
    }
}
