//! Whatever is given, there is an answer.

use std::borrow::Cow;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::parse;

/// Pieces of expressions, right and wrong.
const PIECES: &[&str] = &[
    "(",
    ")",
    "!",
    "&&",
    "||",
    "==",
    "!=",
    "<",
    ">=",
    "=~",
    "!~",
    " and ",
    " or ",
    " not ",
    " eq ",
    "0",
    "1",
    "46",
    "1.5",
    "16E",
    "1K",
    "99999999999999999999",
    "\"\"",
    "'net'",
    "\"^.$\"",
    "'('",
    "\"",
    "true",
    "PID",
    "TYPE",
    "COMMAND",
    "foo",
    " ",
    "=",
    "\n",
    "\u{e4}",
];

/// Parses, and if that can be done, applies.
fn answer(expression: &[u8], cells: &[Option<Vec<u8>>]) {
    if let Ok(filter) = parse(expression) {
        let _ = filter.matches(&mut |column| cells[column].as_deref().map(Cow::Borrowed));
        assert!(filter.columns().all(|column| column < cells.len()));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(expression in vec(any::<u8>(), 0..64)) {
        answer(&expression, &vec![None; 7]);
    }

    #[test]
    fn any_pieces_are_answered_for_any_cells(
        pieces in vec(select(PIECES), 0..16),
        cells in vec(option::of(vec(any::<u8>(), 0..8)), 7),
    ) {
        answer(pieces.concat().as_bytes(), &cells);
    }
}
