//! What values are compared as, and what cannot be.

use super::{EvalError, HELD, LIVE, applied, chosen, commanded, failing, left_out};

#[test]
fn a_literal_decides_what_a_column_is_compared_as() {
    // As texts, on either side.
    chosen(&LIVE, &["PID < \"9\"", "\"9\" > PID", "PID == \" 46\""]);
    left_out(
        &LIVE,
        &["PID < 9", "9 > PID", "PID == \"046\"", "PID == \"x\""],
    );
    // As numbers.
    let row = commanded("+10");
    chosen(&row, &["COMMAND == 10", "9 < COMMAND", "COMMAND == 10.0"]);
    left_out(&row, &["COMMAND == \"10\""]);
    chosen(&commanded("\x0b07 "), &["COMMAND == 7", "COMMAND == '07'"]);
}

#[test]
fn else_the_left_side_decides() {
    // Two literals.
    chosen(
        &LIVE,
        &["1 == \"1\"", "\"1\" == 1", "\"10\" < 9", "\"x\" > 5"],
    );
    left_out(&LIVE, &["\"01\" == 1", "\"x\" == 1"]);
    failing(
        &LIVE,
        EvalError::InvalidValue,
        &["1 == \"x\"", "1.5 == \"\""],
    );
    // Two columns.
    left_out(&LIVE, &["TYPE == PID", "PID < UID"]);
    failing(&LIVE, EvalError::InvalidValue, &["PID == TYPE"]);
    // A result counts as a literal.
    let row = commanded("yes");
    chosen(&row, &["COMMAND == (1 == 1)", "(1 == 1) == COMMAND"]);
    chosen(&row, &["5 > (1 == 1)", "(1 == 1) == 5", "PID == !0"]);
}

#[test]
fn a_float_makes_an_integer_a_float() {
    chosen(
        &LIVE,
        &[
            "1 < 1.5",
            "1.5 > 1",
            "PID < 46.5",
            "46.0 == PID",
            "2 == 2.0",
        ],
    );
    left_out(&LIVE, &["1 == 1.5", "PID == 46.5", "0.1 == 0.2"]);
}

#[test]
fn four_words_are_true_and_nothing_else_is_wrong() {
    for word in ["true", "yes", "y", "1", "TRUE", "tRuE", "Yes", "Y", " 1 "] {
        chosen(&commanded(word), &["COMMAND == true", "false < COMMAND"]);
    }
    for word in ["false", "on", "t", "01", "+1", "1.0", "truee", "", "x", "5"] {
        chosen(&commanded(word), &["COMMAND == false", "true != COMMAND"]);
    }
    chosen(
        &LIVE,
        &["PID == true", "UID == false", "true == 5", "true == 0.5"],
    );
    left_out(&LIVE, &["5 == true", "true == \"x\""]);
    chosen(&LIVE, &["1 == true", "1.0 == true", "\"true\" == true"]);
}

#[test]
fn what_the_digits_say_counts_before_what_follows_them() {
    let compared = |text| applied("COMMAND == 5", &commanded(text));
    for number in ["5", " 5", "5 ", "+5", "005"] {
        assert_eq!(compared(number), Ok(true), "{number}");
    }
    for number in ["0", "-0", "-00", "18446744073709551615"] {
        assert_eq!(compared(number), Ok(false), "{number}");
    }
    for text in [
        "", " ", "abc", "5x", "0x5", "5.0", "-", "+", "+-5", "- 5", "-0x", "-x",
    ] {
        assert_eq!(compared(text), Err(EvalError::InvalidValue), "{text}");
    }
    for number in [
        "-5",
        "-5x",
        "18446744073709551616",
        "99999999999999999999x",
        "-1e9",
    ] {
        assert_eq!(compared(number), Err(EvalError::OutOfRange), "{number}");
    }
}

#[test]
fn a_cell_that_is_no_number_of_its_column_fails_whatever_is_asked() {
    let mut row = LIVE;
    row[3] = Some("-2");
    failing(
        &row,
        EvalError::OutOfRange,
        &["UID", "!UID", "UID == \"-2\"", "UID =~ \"2\""],
    );
    chosen(&row, &["1 || UID"]);
}

#[test]
fn floats_are_read_as_the_c_library_writes_them() {
    let compared = |text| applied("COMMAND < 1.5", &commanded(text));
    for number in [
        "0", "-5", ".5", "1.", "1e-400", "-inf", "+1", "1E0", "-1e400",
    ] {
        assert_eq!(compared(number), Ok(true), "{number}");
    }
    for number in ["1.5", "1e3", "inf", "INFINITY", "nan", "1e400"] {
        assert_eq!(compared(number), Ok(false), "{number}");
    }
    for text in ["", "x", "1e", ".", "1,5", "1.5.5", "infx", "\u{661}"] {
        assert_eq!(compared(text), Err(EvalError::InvalidValue), "{text}");
    }
    chosen(&commanded("nan"), &["COMMAND != 1.5"]);
    left_out(&commanded("nan"), &["COMMAND == 1.5", "COMMAND >= 1.5"]);
}

#[test]
fn a_float_becomes_a_text_of_six_digits() {
    chosen(
        &LIVE,
        &[
            "\"1\" == 1.0",
            "\"0\" == 0.0",
            "\"1.5\" == 1.50",
            "\"0.0001\" == 0.0001",
            "\"1e-05\" == 0.00001",
            "\"1.25e-07\" == 0.000000125",
            "\"100000\" == 100000.0",
            "\"1e+06\" == 1000000.0",
            "\"1e+06\" == 999999.9",
            "\"1.23457\" == 1.234567",
            "\"1.23457e+08\" == 123456789.5",
            "\"1e+10\" == 10000000000.0",
        ],
    );
    chosen(&LIVE, &[&format!("\"1e+100\" == 1{}.0", "0".repeat(100))]);
}

#[test]
fn a_missing_text_stands_before_the_empty_one() {
    chosen(
        &HELD,
        &[
            "COMMAND < \"\"",
            "\"\" > COMMAND",
            "COMMAND != \"\"",
            "COMMAND == NETNSID",
        ],
    );
    left_out(
        &HELD,
        &["COMMAND == \"\"", "COMMAND >= \"\"", "COMMAND < NETNSID"],
    );
    chosen(&commanded(""), &["COMMAND == \"\"", "COMMAND > NSFS"]);
    chosen(&commanded(" "), &["COMMAND == \"\""]);
}

#[test]
fn with_a_missing_text_nothing_else_holds() {
    left_out(
        &HELD,
        &[
            "COMMAND == 0",
            "COMMAND != 0",
            "0 != COMMAND",
            "COMMAND <= 5",
            "COMMAND != 1.5",
            "COMMAND == false",
            "COMMAND != true",
            "(1 == 2) == COMMAND",
        ],
    );
}

#[test]
fn a_missing_number_compares_with_no_integer_and_is_0_in_other_types() {
    left_out(
        &HELD,
        &["PID == 0", "PID != 0", "0 >= PID", "PID == PID", "PID < NS"],
    );
    chosen(
        &HELD,
        &[
            "PID == 0.0",
            "PID < 1.5",
            "PID == false",
            "PID == \"0\"",
            "!PID",
        ],
    );
    chosen(&HELD, &["PID =~ \"^0$\"", "TYPE > PID"]);
    failing(&HELD, EvalError::InvalidValue, &["PID == TYPE"]);
}

#[test]
fn patterns_are_looked_for_in_texts_and_columns() {
    chosen(
        &LIVE,
        &[
            "COMMAND =~ \"ep .$\"",
            "TYPE =~ \"^n.t$\"",
            "TYPE !~ \"NET\"",
            "PID =~ \"^4\"",
            "TYPE =~ \" net \"",
            "TYPE =~ ((\"e\"))",
            "\"abc\" =~ \"b\"",
            "TYPE =~ \"\"",
        ],
    );
    chosen(
        &HELD,
        &["NSFS =~ \"a.*b$\"", "NETNSID =~ \"^$\"", "NETNSID !~ \".\""],
    );
    chosen(&commanded(" 5 "), &["COMMAND =~ \"^5$\""]);
    failing(
        &LIVE,
        EvalError::InvalidValue,
        &[
            "5 =~ \"5\"",
            "1.5 =~ \"x\"",
            "true =~ \"t\"",
            "(1 == 1) =~ \"t\"",
            "!TYPE =~ \"net\"",
        ],
    );
    chosen(&LIVE, &["1 || 5 =~ \"5\""]);
}
