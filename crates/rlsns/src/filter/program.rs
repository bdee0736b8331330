//! A filter as a list of instructions, run once for every row.
//!
//! There is one current value, and a stack of those that wait for the right side of a comparison. Nothing here or in
//! the parser calls itself, so that an expression of a hundred thousand parentheses needs memory and no stack.

use std::borrow::Cow;
use std::cmp::Ordering;

use nix::errno::Errno;
use nscore::sys::regex::Regex;

use super::Kind;
use super::operator::{Comparison, Match};
use super::value::{Type, Value};

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
    Match(Regex, Match),
    /// The current value, of a type that no pattern can be looked for in, is an error.
    Refuse,
    /// The current value becomes the truth that it counts as.
    Truth,
    /// It becomes the opposite.
    Not,
    /// If the current value counts as `settled`, that is the result, and the right side is passed over.
    Skip { settled: bool, to: usize },
}

/// What a filter does with a row.
#[derive(Debug)]
pub(super) struct Program(pub(super) Vec<Instruction>);

impl Program {
    /// Whether the row is chosen whose cells `cell` gives. A program of no instruction chooses every row.
    pub(super) fn run<'a>(
        &'a self,
        cell: &mut dyn FnMut(usize) -> Option<Cow<'a, [u8]>>,
    ) -> Result<bool, Errno> {
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
                    Value::Absent
                }
                Instruction::Compare(comparison, as_type) => {
                    // The parser lets every comparison follow a Keep of its own.
                    let left = waiting.pop().unwrap_or(Value::Absent);
                    Value::Boolean(compare(*comparison, *as_type, left, value)?)
                }
                Instruction::Match(pattern, wanted) => {
                    let text = value.into_text().unwrap_or_default();
                    Value::Boolean(pattern.is_match(&text) == (*wanted == Match::Found))
                }
                Instruction::Refuse => return Err(Errno::EINVAL),
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
fn typed(cell: Option<Cow<'_, [u8]>>, kind: Kind) -> Result<Value<'_>, Errno> {
    let text = cell.map_or(Value::Absent, Value::text);
    match kind {
        Kind::Text => Ok(text),
        Kind::Integer => Ok(text.integer()?.map_or(Value::Absent, Value::Integer)),
    }
}

/// Whether the comparison holds between two values made into one type. An absent value stands before every text, and
/// compares as false with everything else.
fn compare(
    comparison: Comparison,
    as_type: Type,
    left: Value<'_>,
    right: Value<'_>,
) -> Result<bool, Errno> {
    let order = match as_type {
        Type::Text => Some(Some(left.into_text().cmp(&right.into_text()))),
        Type::Integer => both(left.integer()?, right.integer()?, |left, right| {
            Some(left.cmp(&right))
        }),
        Type::Boolean => both(left.boolean(), right.boolean(), |left, right| {
            Some(left.cmp(&right))
        }),
        Type::Float => both(left.float()?, right.float()?, |left, right| {
            left.partial_cmp(&right)
        }),
    };
    Ok(order.is_some_and(|order| comparison.holds(order)))
}

/// How two values stand to each other, where both are there.
fn both<T>(
    left: Option<T>,
    right: Option<T>,
    order: impl Fn(T, T) -> Option<Ordering>,
) -> Option<Option<Ordering>> {
    Some(order(left?, right?))
}
