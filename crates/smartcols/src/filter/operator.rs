//! The operators, each with its symbol and its word, and what the comparisons mean.

use std::cmp::Ordering;

/// An operator, or a parenthesis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Compare(CompareOperator),
    Logic(Logic),
    Not,
    Match(Match),
    Open,
    Close,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CompareOperator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// How two conditions are combined. Both bind equally tightly, from left to right: `a || b && c` is `(a || b) && c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logic {
    And,
    Or,
}

/// What is wanted of a regular expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Found,
    NotFound,
}

/// Every operator: its symbol, its word if it has one, and what it means. A symbol is before those that are a
/// prefix of it.
pub(super) const OPERATORS: [(&str, &str, Operator); 13] = [
    ("&&", "and", Operator::Logic(Logic::And)),
    ("||", "or", Operator::Logic(Logic::Or)),
    ("==", "eq", Operator::Compare(CompareOperator::Equal)),
    ("!=", "ne", Operator::Compare(CompareOperator::NotEqual)),
    ("<=", "le", Operator::Compare(CompareOperator::LessOrEqual)),
    (
        ">=",
        "ge",
        Operator::Compare(CompareOperator::GreaterOrEqual),
    ),
    ("<", "lt", Operator::Compare(CompareOperator::Less)),
    (">", "gt", Operator::Compare(CompareOperator::Greater)),
    ("=~", "", Operator::Match(Match::Found)),
    ("!~", "", Operator::Match(Match::NotFound)),
    ("!", "not", Operator::Not),
    ("(", "", Operator::Open),
    (")", "", Operator::Close),
];

impl CompareOperator {
    /// Returns whether the comparison holds for two values in this order. `None` is the order of a float that is not a
    /// number, which differs from everything and is neither less nor greater.
    pub(super) fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            CompareOperator::Equal => order == Some(Ordering::Equal),
            CompareOperator::NotEqual => order != Some(Ordering::Equal),
            CompareOperator::Less => order.is_some_and(Ordering::is_lt),
            CompareOperator::LessOrEqual => order.is_some_and(Ordering::is_le),
            CompareOperator::Greater => order.is_some_and(Ordering::is_gt),
            CompareOperator::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
        }
    }
}

impl Logic {
    /// Returns the truth of the left side with which the right side is not evaluated.
    pub(super) fn short_circuits_when(self) -> bool {
        self == Logic::Or
    }
}
