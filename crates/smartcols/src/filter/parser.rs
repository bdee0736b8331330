//! The grammar: from the tokens of an expression to the instructions of its filter.
//!
//! `!` binds most tightly, then the comparisons and matches, then `&&` and `||`, which bind equally tightly; all are
//! left-associative. So `!a == b` is `(!a) == b`, and `a || b && c` is `(a || b) && c`. What has been opened when a
//! value is read is on a stack: parentheses, and operators whose right side has just begun.
//!
//! The type in which two values are compared is known here already: that of the literal if the other side is a column;
//! a float if one is an integer and the other a float; else that of the left side. The result of an operator counts as
//! a literal.

use super::error::FilterError;
use super::eval::{Instruction, InstructionList};
use super::lexer::{Lexer, Token, TokenKind};
use super::operator::{CompareOperator, Logic, Match, Operator};
use super::schema::{ColumnType, Columns, CompileRegex, Regex};
use super::value::{Type, Value};

/// What is known of a value when the expression is compiled.
#[derive(Clone, Copy, Debug)]
struct Operand {
    value_type: Type,
    is_column: bool,
}

/// The result of every operator.
const TRUTH: Operand = Operand {
    value_type: Type::Boolean,
    is_column: false,
};

/// What waits for the value that is being read.
#[derive(Clone, Copy, Debug)]
enum Pending {
    /// A parenthesis, and the offset at which it is.
    Open(usize),
    Not,
    /// A comparison and its left side.
    Compare(CompareOperator, Operand),
    /// `&&` or `||`: the index of the instruction that may skip its right side.
    Logic(usize),
}

/// Which of the pending operators are completed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Complete {
    Comparisons,
    All,
}

/// Compiles an expression.
///
/// # Errors
/// Unknown columns are reported only if nothing else is wrong.
pub(super) fn parse(
    expression: &[u8],
    columns: Columns,
    compile_regex: CompileRegex,
) -> Result<InstructionList, FilterError> {
    let mut parser = Parser {
        tokens: Lexer::new(expression),
        columns,
        compile_regex,
        program: Vec::new(),
        pending: Vec::new(),
        unknown_columns: Vec::new(),
    };
    // Only the empty expression may be without a value; blanks alone are an error.
    if !expression.is_empty() {
        parser.parse_expression()?;
    }
    if !parser.unknown_columns.is_empty() {
        return Err(FilterError::UnknownColumns(parser.unknown_columns));
    }
    Ok(InstructionList(parser.program))
}

struct Parser<'a> {
    tokens: Lexer<'a>,
    columns: Columns<'a>,
    compile_regex: CompileRegex<'a>,
    program: Vec<Instruction>,
    pending: Vec<Pending>,
    unknown_columns: Vec<String>,
}

impl<'a> Parser<'a> {
    fn next_token(&mut self) -> Result<Option<Token<'a>>, FilterError> {
        self.tokens.next().transpose()
    }

    /// Parses values with operators between them.
    fn parse_expression(&mut self) -> Result<(), FilterError> {
        let mut operand = self.parse_value()?;
        while let Some(token) = self.next_token()? {
            operand = match token.kind {
                TokenKind::Operator(Operator::Compare(comparison)) => {
                    self.parse_comparison(operand, comparison)?
                }
                TokenKind::Operator(Operator::Logic(logic)) => self.parse_logic(operand, logic)?,
                TokenKind::Operator(Operator::Match(wanted)) => {
                    self.parse_match(operand, &token, wanted)?
                }
                TokenKind::Operator(Operator::Close) => {
                    self.close_parenthesis(operand, token.start)?
                }
                _ => {
                    let found = Some(token.describe());
                    return Err(FilterError::unexpected(found, "an operator"));
                }
            };
        }
        self.complete_pending(operand, Complete::All);
        match self.pending.last() {
            Some(Pending::Open(start)) => Err(FilterError::unclosed_parenthesis(*start)),
            _ => Ok(()),
        }
    }

    /// Parses a literal or a column, with all that may be before it.
    fn parse_value(&mut self) -> Result<Operand, FilterError> {
        let operand = loop {
            let Some(token) = self.next_token()? else {
                return Err(FilterError::unexpected(None, "a value"));
            };
            match token.kind {
                TokenKind::Operator(Operator::Not) => self.pending.push(Pending::Not),
                TokenKind::Operator(Operator::Open) => {
                    self.pending.push(Pending::Open(token.start));
                }
                TokenKind::Operator(_) => {
                    let found = Some(token.describe());
                    return Err(FilterError::unexpected(found, "a value"));
                }
                TokenKind::Literal(value) => break self.emit_literal(value),
                TokenKind::Name(name) => break self.emit_column(name),
            }
        };
        Ok(self.complete_not(operand))
    }

    fn emit_literal(&mut self, value: Value<'static>) -> Operand {
        let value_type = value.value_type();
        self.program.push(Instruction::Load(value));
        Operand {
            value_type,
            is_column: false,
        }
    }

    fn emit_column(&mut self, name: &str) -> Operand {
        let mut value_type = Type::Text;
        match (self.columns)(name) {
            Some((column, column_type)) => {
                let load = Instruction::LoadColumn(column, column_type);
                self.program.push(load);
                if column_type == ColumnType::Integer {
                    value_type = Type::Integer;
                }
            }
            None => self.unknown_columns.push(name.to_owned()),
        }
        Operand {
            value_type,
            is_column: true,
        }
    }

    /// Completes each `!` before a value or a parenthesis that has just ended.
    fn complete_not(&mut self, mut operand: Operand) -> Operand {
        while let Some(Pending::Not) = self.pending.last() {
            self.pending.pop();
            self.program.push(Instruction::Not);
            operand = TRUTH;
        }
        operand
    }

    fn parse_comparison(
        &mut self,
        left: Operand,
        comparison: CompareOperator,
    ) -> Result<Operand, FilterError> {
        let left = self.complete_pending(left, Complete::Comparisons);
        self.program.push(Instruction::Push);
        self.pending.push(Pending::Compare(comparison, left));
        self.parse_value()
    }

    fn parse_logic(&mut self, left: Operand, logic: Logic) -> Result<Operand, FilterError> {
        self.complete_pending(left, Complete::All);
        self.pending.push(Pending::Logic(self.program.len()));
        self.program.push(Instruction::ShortCircuit {
            when: logic.short_circuits_when(),
            to: usize::MAX,
        });
        self.parse_value()
    }

    fn parse_match(
        &mut self,
        left: Operand,
        operator: &Token,
        wanted: Match,
    ) -> Result<Operand, FilterError> {
        let left = self.complete_pending(left, Complete::Comparisons);
        let regex = self.parse_regex(operator)?;
        let is_text = left.is_column || left.value_type == Type::Text;
        self.program.push(if is_text {
            Instruction::Match(regex, wanted)
        } else {
            Instruction::Fail
        });
        Ok(TRUTH)
    }

    /// Parses the string after `=~`, which may be in parentheses; nothing else can be a regular expression.
    fn parse_regex(&mut self, operator: &Token) -> Result<Box<dyn Regex>, FilterError> {
        let mut opened = Vec::new();
        let text = loop {
            let Some(token) = self.next_token()? else {
                return Err(FilterError::missing_regex(&operator.describe()));
            };
            match token.kind {
                TokenKind::Operator(Operator::Open) => opened.push(token.start),
                TokenKind::Literal(Value::Text(Some(text))) => break text,
                _ => return Err(FilterError::missing_regex(&operator.describe())),
            }
        };
        let regex = (self.compile_regex)(&text).map_err(FilterError::Syntax)?;
        while let Some(start) = opened.pop() {
            let Some(token) = self.next_token()? else {
                return Err(FilterError::unclosed_parenthesis(start));
            };
            if token.kind != TokenKind::Operator(Operator::Close) {
                let found = Some(token.describe());
                return Err(FilterError::unexpected(found, "a closing parenthesis"));
            }
        }
        Ok(regex)
    }

    fn close_parenthesis(&mut self, inside: Operand, start: usize) -> Result<Operand, FilterError> {
        let inside = self.complete_pending(inside, Complete::All);
        match self.pending.pop() {
            Some(Pending::Open(_)) => Ok(self.complete_not(inside)),
            _ => Err(FilterError::unopened_parenthesis(start)),
        }
    }

    /// Completes the operators that wait for `right`, back to the last parenthesis.
    fn complete_pending(&mut self, mut right: Operand, complete: Complete) -> Operand {
        while let Some(pending) = self.pending.last() {
            match *pending {
                Pending::Compare(comparison, left) => {
                    let as_type = comparison_type(left, right);
                    self.program.push(Instruction::Compare(comparison, as_type));
                }
                Pending::Logic(skip) if complete == Complete::All => {
                    self.program.push(Instruction::Truth);
                    let end = self.program.len();
                    if let Some(Instruction::ShortCircuit { to, .. }) = self.program.get_mut(skip) {
                        *to = end;
                    }
                }
                _ => break,
            }
            self.pending.pop();
            right = TRUTH;
        }
        right
    }
}

/// Returns the type in which two operands are compared.
fn comparison_type(left: Operand, right: Operand) -> Type {
    match (left.is_column, right.is_column) {
        (true, false) => right.value_type,
        (false, true) => left.value_type,
        _ if left.value_type == Type::Integer && right.value_type == Type::Float => Type::Float,
        _ => left.value_type,
    }
}
