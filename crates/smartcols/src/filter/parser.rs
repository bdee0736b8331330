//! The grammar: from the words of an expression to the instructions of its filter.
//!
//! First binds `!`, then the comparisons and patterns, last `&&` and `||`, both alike; all go from left to right. So
//! `!a == b` is `(!a) == b`, and `a || b && c` is `(a || b) && c`. What has been opened when a value is read waits in
//! a list: parentheses, and operators whose right side has just begun.
//!
//! The type in which two values are compared is known here already: the literal's, where the other side is a column;
//! a float, where the two are numbers of both kinds; else that of the left side. What an operator returns counts as a
//! literal.

use super::lexer::{Lexer, Token, Word};
use super::mistake::Mistake;
use super::operator::{Comparison, Logic, Match, Operator};
use super::program::{Instruction, Program};
use super::value::{Type, Value};
use super::{Columns, Kind, Patterns, Regex};

/// What is known of a value before there is one.
#[derive(Clone, Copy, Debug)]
struct Operand {
    is: Type,
    column: bool,
}

/// What every operator returns.
const TRUTH: Operand = Operand {
    is: Type::Boolean,
    column: false,
};

/// What waits for the value that is being read.
#[derive(Clone, Copy, Debug)]
enum Waiting {
    /// A parenthesis, and where it stands.
    Open(usize),
    Not,
    /// A comparison and its left side.
    Compare(Comparison, Operand),
    /// An operator whose right side may be passed over by this instruction.
    Logic(usize),
}

/// Which of the operators that wait are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joined {
    Comparisons,
    All,
}

/// The instructions for an expression.
///
/// # Errors
/// All others before [`Mistake::UnknownColumns`].
pub(super) fn parse(
    expression: &[u8],
    columns: Columns,
    patterns: Patterns,
) -> Result<Program, Mistake> {
    let mut parser = Parser {
        words: Lexer::new(expression),
        columns,
        patterns,
        program: Vec::new(),
        waiting: Vec::new(),
        unknown: Vec::new(),
    };
    // Only the empty expression may be without a value, blanks alone may not.
    if !expression.is_empty() {
        parser.read()?;
    }
    if !parser.unknown.is_empty() {
        return Err(Mistake::UnknownColumns(parser.unknown));
    }
    Ok(Program(parser.program))
}

struct Parser<'a> {
    words: Lexer<'a>,
    columns: Columns<'a>,
    patterns: Patterns<'a>,
    program: Vec<Instruction>,
    waiting: Vec<Waiting>,
    unknown: Vec<String>,
}

impl Parser<'_> {
    /// Values with operators between them.
    fn read(&mut self) -> Result<(), Mistake> {
        let mut operand = self.value()?;
        while let Some(word) = self.words.next().transpose()? {
            operand = match word.token {
                Token::Operator(Operator::Compare(comparison)) => {
                    self.compare(operand, comparison)?
                }
                Token::Operator(Operator::Logic(logic)) => self.decide(operand, logic)?,
                Token::Operator(Operator::Match(wanted)) => {
                    self.look_for(operand, &word, wanted)?
                }
                Token::Operator(Operator::Close) => self.close(operand, word.start)?,
                _ => return Err(Mistake::unexpected(Some(&word), "an operator")),
            };
        }
        self.join(operand, Joined::All);
        match self.waiting.last() {
            Some(Waiting::Open(start)) => Err(Mistake::never_closed(*start)),
            _ => Ok(()),
        }
    }

    /// A literal or a column, with all that may stand before it.
    fn value(&mut self) -> Result<Operand, Mistake> {
        let operand = loop {
            let Some(word) = self.words.next().transpose()? else {
                return Err(Mistake::unexpected(None, "a value"));
            };
            match word.token {
                Token::Operator(Operator::Not) => self.waiting.push(Waiting::Not),
                Token::Operator(Operator::Open) => self.waiting.push(Waiting::Open(word.start)),
                Token::Literal(value) => break self.literal(value),
                Token::Name(name) => break self.column(name),
                Token::Operator(_) => return Err(Mistake::unexpected(Some(&word), "a value")),
            }
        };
        Ok(self.negate(operand))
    }

    fn literal(&mut self, value: Value<'static>) -> Operand {
        let is = value.is();
        self.program.push(Instruction::Load(value));
        Operand { is, column: false }
    }

    /// A column; one that does not exist is told once the whole could be read.
    fn column(&mut self, name: &str) -> Operand {
        let found = (self.columns)(name);
        match found {
            Some((column, kind)) => self.program.push(Instruction::Column(column, kind)),
            None => self.unknown.push(name.to_owned()),
        }
        let integer = matches!(found, Some((_, Kind::Integer)));
        Operand {
            is: if integer { Type::Integer } else { Type::Text },
            column: true,
        }
    }

    /// Takes off the `!` before a value or a parenthesis that has just ended.
    fn negate(&mut self, mut operand: Operand) -> Operand {
        while let Some(Waiting::Not) = self.waiting.last() {
            self.waiting.pop();
            self.program.push(Instruction::Not);
            operand = TRUTH;
        }
        operand
    }

    fn compare(&mut self, left: Operand, comparison: Comparison) -> Result<Operand, Mistake> {
        let left = self.join(left, Joined::Comparisons);
        self.program.push(Instruction::Keep);
        self.waiting.push(Waiting::Compare(comparison, left));
        self.value()
    }

    fn decide(&mut self, left: Operand, logic: Logic) -> Result<Operand, Mistake> {
        self.join(left, Joined::All);
        self.waiting.push(Waiting::Logic(self.program.len()));
        self.program.push(Instruction::Skip {
            settled: logic.settled_by(),
            to: usize::MAX,
        });
        self.value()
    }

    fn look_for(
        &mut self,
        left: Operand,
        operator: &Word,
        wanted: Match,
    ) -> Result<Operand, Mistake> {
        let left = self.join(left, Joined::Comparisons);
        let pattern = self.pattern(operator)?;
        self.program.push(if left.column || left.is == Type::Text {
            Instruction::Match(pattern, wanted)
        } else {
            Instruction::Refuse
        });
        Ok(TRUTH)
    }

    /// The string behind `=~`, which may stand in parentheses; nothing else can be a pattern.
    fn pattern(&mut self, operator: &Word) -> Result<Box<dyn Regex>, Mistake> {
        let mut opened = Vec::new();
        let text = loop {
            match self.words.next().transpose()? {
                Some(Word { token, start, .. }) => match token {
                    Token::Operator(Operator::Open) => opened.push(start),
                    Token::Literal(Value::Text(Some(text))) => break text,
                    _ => return Err(Mistake::no_pattern(operator)),
                },
                None => return Err(Mistake::no_pattern(operator)),
            }
        };
        let pattern = (self.patterns)(&text).map_err(Mistake::Unreadable)?;
        while let Some(start) = opened.pop() {
            let word = self.words.next().transpose()?;
            match word.as_ref().map(|word| &word.token) {
                Some(Token::Operator(Operator::Close)) => {}
                Some(_) => return Err(Mistake::unexpected(word.as_ref(), "a parenthesis")),
                None => return Err(Mistake::never_closed(start)),
            }
        }
        Ok(pattern)
    }

    fn close(&mut self, inside: Operand, start: usize) -> Result<Operand, Mistake> {
        let inside = self.join(inside, Joined::All);
        match self.waiting.pop() {
            Some(Waiting::Open(_)) => Ok(self.negate(inside)),
            _ => Err(Mistake::closes_none(start)),
        }
    }

    /// Ends the operators that wait for `right`, back to the last parenthesis.
    fn join(&mut self, mut right: Operand, joined: Joined) -> Operand {
        while let Some(waiting) = self.waiting.last() {
            match *waiting {
                Waiting::Compare(comparison, left) => {
                    let as_type = common(left, right);
                    self.program.push(Instruction::Compare(comparison, as_type));
                }
                Waiting::Logic(skip) if joined == Joined::All => {
                    self.program.push(Instruction::Truth);
                    let end = self.program.len();
                    if let Some(Instruction::Skip { to, .. }) = self.program.get_mut(skip) {
                        *to = end;
                    }
                }
                _ => break,
            }
            self.waiting.pop();
            right = TRUTH;
        }
        right
    }
}

/// The type in which two operands are compared.
fn common(left: Operand, right: Operand) -> Type {
    match (left.column, right.column) {
        (true, false) => right.is,
        (false, true) => left.is,
        _ if left.is == Type::Integer && right.is == Type::Float => Type::Float,
        _ => left.is,
    }
}
