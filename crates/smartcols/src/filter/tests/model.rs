//! The parser and its program beside a model that calls itself: a random tree is written down with no more parentheses
//! than it needs, and must mean the same when it is read.

use std::borrow::Cow;

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{COLUMNS, parse};
use crate::filter::operator::{CompareOperator, OPERATORS, Operator};
use crate::filter::value::{Type, Value};
use crate::filter::{ColumnType, EvalError};

/// An expression as a tree.
#[derive(Clone, Debug)]
enum Tree {
    Literal(&'static str, Value<'static>),
    Column(usize),
    Not(Box<Tree>),
    /// The symbol of an operator between two sides.
    Joined(&'static str, Box<Tree>, Box<Tree>),
    /// Whether `b` is found.
    Found(Box<Tree>),
}

const LOGIC: u8 = 0;
const COMPARISON: u8 = 1;
const VALUE: u8 = 2;

impl Tree {
    /// Returns how fast it binds when written down.
    fn level(&self) -> u8 {
        match self {
            Tree::Joined("&&" | "||", ..) => LOGIC,
            Tree::Joined(..) | Tree::Found(_) => COMPARISON,
            Tree::Literal(..) | Tree::Column(_) | Tree::Not(_) => VALUE,
        }
    }

    /// Writes it down where nothing that binds less than `level` may be.
    fn written(&self, level: u8) -> String {
        let own = self.level();
        let text = match self {
            Tree::Literal(text, _) => (*text).to_owned(),
            Tree::Column(column) => COLUMNS[*column].0.to_lowercase(),
            Tree::Not(inside) => format!("!{}", inside.written(VALUE)),
            Tree::Found(left) => format!("{} =~ 'b'", left.written(own)),
            Tree::Joined(symbol, left, right) => {
                format!("{} {symbol} {}", left.written(own), right.written(own + 1))
            }
        };
        if own < level {
            format!("({text})")
        } else {
            text
        }
    }

    /// Returns what its value will be, and whether it is a column's.
    fn operand(&self) -> (Type, bool) {
        match self {
            Tree::Literal(_, value) => (value.value_type(), false),
            Tree::Column(column) if COLUMNS[*column].1 == ColumnType::Integer => {
                (Type::Integer, true)
            }
            Tree::Column(_) => (Type::Text, true),
            _ => (Type::Boolean, false),
        }
    }

    fn value(&self, row: &[Option<String>]) -> Result<Value<'static>, EvalError> {
        Ok(Value::Boolean(match self {
            Tree::Literal(_, value) => return Ok(value.clone()),
            Tree::Column(column) => return cell(*column, row),
            Tree::Not(inside) => !inside.value(row)?.is_true(),
            Tree::Found(left) => {
                let value = left.value(row)?;
                match left.operand() {
                    (Type::Text, _) | (_, true) => {}
                    _ => return Err(EvalError::InvalidValue),
                }
                value.into_text().is_some_and(|text| text.contains(&b'b'))
            }
            Tree::Joined("&&", left, right) => {
                left.value(row)?.is_true() && right.value(row)?.is_true()
            }
            Tree::Joined("||", left, right) => {
                left.value(row)?.is_true() || right.value(row)?.is_true()
            }
            Tree::Joined(symbol, left, right) => {
                let values = (left.value(row)?, right.value(row)?);
                compared(comparison(symbol), as_type(left, right), values)?
            }
        }))
    }
}

fn cell(column: usize, row: &[Option<String>]) -> Result<Value<'static>, EvalError> {
    let text = row[column]
        .clone()
        .map(|cell| cell.trim().as_bytes().to_vec());
    let text = Value::Text(text.map(Cow::Owned));
    match COLUMNS[column].1 {
        ColumnType::Integer => text.to_integer().map(Value::Integer),
        ColumnType::Text => Ok(text),
    }
}

fn as_type(left: &Tree, right: &Tree) -> Type {
    let ((left, left_column), (right, right_column)) = (left.operand(), right.operand());
    if left_column && !right_column || (left, right) == (Type::Integer, Type::Float) {
        right
    } else {
        left
    }
}

fn comparison(symbol: &str) -> CompareOperator {
    let found = OPERATORS.iter().find(|(other, ..)| *other == symbol);
    match found {
        Some((_, _, Operator::Compare(comparison))) => *comparison,
        _ => panic!("{symbol} compares nothing"),
    }
}

fn compared(
    comparison: CompareOperator,
    as_type: Type,
    sides: (Value, Value),
) -> Result<bool, EvalError> {
    let (left, right) = sides;
    let order = match as_type {
        Type::Text => return Ok(comparison.holds(Some(left.into_text().cmp(&right.into_text())))),
        Type::Integer => left
            .to_integer()?
            .zip(right.to_integer()?)
            .map(|(a, b)| a.partial_cmp(&b)),
        Type::Float => left
            .to_float()?
            .zip(right.to_float()?)
            .map(|(a, b)| a.partial_cmp(&b)),
        Type::Boolean => left
            .to_boolean()
            .zip(right.to_boolean())
            .map(|(a, b)| a.partial_cmp(&b)),
    };
    Ok(order.is_some_and(|order| comparison.holds(order)))
}

fn literal() -> impl Strategy<Value = Tree> {
    let text = |text: &'static str| Value::text(Cow::Borrowed(text.as_bytes()));
    select(vec![
        Tree::Literal("0", Value::Integer(Some(0))),
        Tree::Literal("1", Value::Integer(Some(1))),
        Tree::Literal("2", Value::Integer(Some(2))),
        Tree::Literal("0.0", Value::Float(0.0)),
        Tree::Literal("1.5", Value::Float(1.5)),
        Tree::Literal("true", Value::Boolean(true)),
        Tree::Literal("false", Value::Boolean(false)),
        Tree::Literal("''", text("")),
        Tree::Literal("'b'", text("b")),
        Tree::Literal("'1'", text("1")),
        Tree::Literal("'true'", text("true")),
    ])
}

fn tree() -> impl Strategy<Value = Tree> {
    const SYMBOLS: [&str; 10] = ["&&", "&&", "||", "||", "==", "!=", "<", "<=", ">", ">="];
    let leaf = prop_oneof![literal(), (0..COLUMNS.len()).prop_map(Tree::Column)];
    leaf.prop_recursive(6, 32, 2, |inner| {
        let side = || inner.clone().prop_map(Box::new);
        prop_oneof![
            6 => (select(&SYMBOLS), side(), side())
                .prop_map(|(symbol, left, right)| Tree::Joined(symbol, left, right)),
            2 => side().prop_map(Tree::Not),
            1 => side().prop_map(Tree::Found),
        ]
    })
}

/// The cells of a row, such that most comparisons can be made.
fn row() -> impl Strategy<Value = Vec<Option<String>>> {
    let number = option::weighted(0.8, select(vec!["0", "1", "2", " 1 "]));
    let text = option::weighted(0.8, select(vec!["", "0", "1", "1.5", " b ", "true", "-1"]));
    let cells: Vec<_> = COLUMNS
        .iter()
        .map(|(_, kind)| match kind {
            ColumnType::Integer => number.clone().boxed(),
            ColumnType::Text => text.clone().boxed(),
        })
        .collect();
    cells.prop_map(|row| {
        row.into_iter()
            .map(|cell| cell.map(str::to_owned))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_tree_written_down_means_the_same_when_it_is_read(tree in tree(), row in row()) {
        let written = tree.written(LOGIC);
        let filter = parse(written.as_bytes()).expect(&written);
        let read = filter.matches(&mut |column| row[column].as_deref().map(|cell| cell.as_bytes().into()));
        prop_assert_eq!(read, tree.value(&row).map(|value| value.is_true()), "{}", written);
    }
}
