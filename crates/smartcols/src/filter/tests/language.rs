//! How an expression is read: words, operators and what binds first.

use std::cell::RefCell;

use super::{HELD, LIVE, chosen, left_out, parse};

#[test]
fn the_empty_expression_chooses_every_row() {
    chosen(&LIVE, &[""]);
    chosen(&HELD, &[""]);
}

#[test]
fn a_value_alone_is_true_unless_it_is_nothing() {
    chosen(&LIVE, &["5", "0.5", "\"x\"", "\"0\"", "'false'", "true"]);
    left_out(&LIVE, &["0", "00", "0.0", "\"\"", "' '", "false", "FALSE"]);
    chosen(&LIVE, &["PID", "COMMAND", "netnsid"]);
    left_out(&LIVE, &["UID", "NSFS"]);
    left_out(&HELD, &["PID", "COMMAND", "netnsid"]);
}

#[test]
fn every_operator_has_a_symbol_and_most_a_word() {
    chosen(
        &LIVE,
        &[
            "1 == 1",
            "1 eq 1",
            "1 EQ 1",
            "1 != 2",
            "1 ne 2",
            "1 NE 2",
            "1 < 2",
            "1 lt 2",
            "1 LT 2",
            "1 <= 1",
            "1 le 1",
            "1 LE 1",
            "2 > 1",
            "2 gt 1",
            "2 GT 1",
            "1 >= 1",
            "1 ge 1",
            "1 GE 1",
            "1 && 1",
            "1 and 1",
            "1 AND 1",
            "0 || 1",
            "0 or 1",
            "0 OR 1",
            "!0",
            "not 0",
            "NOT 0",
            "\"ab\" =~ \"b\"",
            "\"ab\" !~ \"c\"",
        ],
    );
    left_out(
        &LIVE,
        &[
            "1 == 2",
            "1 != 1",
            "1 < 1",
            "2 <= 1",
            "1 > 1",
            "1 >= 2",
            "1 && 0",
            "0 && 1",
            "0 || 0",
            "!1",
            "\"ab\" =~ \"c\"",
            "\"ab\" !~ \"b\"",
        ],
    );
}

#[test]
fn blanks_are_needed_only_between_letters() {
    chosen(
        &LIVE,
        &[
            "PID==46",
            "PID\n==\t46",
            "46eq PID",
            "PID eq\"46\"",
            "not(0)",
            "not\"\"",
            "1and 1",
            "\"1\"=~'1'",
            "!!1",
            "! ! 1",
            "((1))",
        ],
    );
}

#[test]
fn names_are_found_in_any_case() {
    chosen(&LIVE, &["pid == 46", "Pid == 46", "PID == 46", "46 == pId"]);
}

#[test]
fn logic_binds_last_and_from_left_to_right() {
    left_out(&LIVE, &["1 || 1 && 0", "1 || !0 && 0", "1 OR 1 AND 0"]);
    chosen(&LIVE, &["1 || (1 && 0)", "0 && 0 || 1", "1 == 2 || 2 == 2"]);
    left_out(&LIVE, &["0 && (0 || 1)"]);
}

#[test]
fn not_binds_first_and_comparisons_go_from_left_to_right() {
    chosen(&LIVE, &["!0 == 1", "!1 == 0", "0 == !5", "2 == 2 == 2"]);
    left_out(&LIVE, &["!0 == 0", "!1 == 1", "!(1 == 1)", "0 == 0 == 0"]);
    // (3 > 2) > 1, and (1 < 2) < 3, where a truth has no more than two values.
    left_out(&LIVE, &["3 > 2 > 1", "1 < 2 < 3"]);
    chosen(&LIVE, &["PID == 46 == true", "TYPE =~ \"x\" == false"]);
}

#[test]
fn numbers_may_have_a_suffix_of_1024() {
    chosen(
        &LIVE,
        &[
            "1K == 1024",
            "1KiB == 1024",
            "1M == 1048576",
            "1MiB == 1M",
            "1G == 1073741824",
            "1T == 1024G",
            "1P == 1024T",
            "1E == 1024P",
            "15E < 18446744073709551615",
            "0Z == 0",
            "0YiB == 0",
            "00K == 0",
            "\"1024\" == 1K",
            "010 == 10",
            "01.5 == 1.5",
        ],
    );
}

#[test]
fn an_integer_that_is_too_large_is_the_largest() {
    chosen(
        &LIVE,
        &[
            "18446744073709551616 == 18446744073709551615",
            "99999999999999999999999999 == 18446744073709551615",
            "NS < 18446744073709551616",
        ],
    );
}

#[test]
fn strings_lose_the_blanks_around_them_and_nothing_else() {
    chosen(
        &LIVE,
        &[
            "\" \t\u{b}\u{c}\rnet \" == \"net\"",
            "TYPE == ' net'",
            "'a\"b' == 'a\"b'",
            "\"a'b\" =~ \"'\"",
            "'\\n' == '\\n'",
            "'a  b' != 'a b'",
            "'ä' == \"ä\"",
        ],
    );
}

#[test]
fn looks_only_at_the_cells_that_decide_and_knows_its_columns() {
    let filter = parse(b"type == 'uts' && PID == 1 || NS =~ '1' && (0 || 1 || COMMAND)");
    let filter = filter.expect("it is right");
    assert_eq!(filter.columns().collect::<Vec<_>>(), [1, 2, 0, 4]);
    let asked = RefCell::new(Vec::new());
    let result = filter.matches(&mut |column| {
        asked.borrow_mut().push(column);
        LIVE[column].map(|cell| cell.as_bytes().into())
    });
    assert_eq!(result, Ok(true));
    assert_eq!(asked.into_inner(), [1, 0]);
}

#[test]
fn has_no_limit_of_length_or_depth() {
    const MANY: usize = 50_000;
    let nested = |open: &str, close: &str| open.repeat(MANY) + "1" + &close.repeat(MANY);
    chosen(
        &LIVE,
        &[
            &nested("(", ")"),
            &nested("!", ""),
            &nested("1==(", ")"),
            &nested("0||(", ")"),
            &nested("!(", ")"),
            &nested("1 && ", ""),
            &nested("", "==1"),
            &nested("", "&&1"),
        ],
    );
    left_out(&LIVE, &[&("0".to_owned() + &"||0".repeat(MANY))]);
}
