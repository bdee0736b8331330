//! What cannot be read, and how it is reported.

use super::parse;
use crate::filter::FilterError;

/// Returns what is said of an expression that cannot be read.
#[track_caller]
fn error_of(expression: &str) -> String {
    match parse(expression.as_bytes()) {
        Err(FilterError::Syntax(words)) => words,
        other => panic!("{expression}: {other:?}"),
    }
}

#[test]
fn reports_the_unexpected_token() {
    for (expression, words) in [
        (" ", "expected a value at the end"),
        ("1 &&", "expected a value at the end"),
        ("PID ==", "expected a value at the end"),
        ("!", "expected a value at the end"),
        ("()", "expected a value, found ')' at byte 2"),
        ("== 1", "expected a value, found '==' at byte 1"),
        ("1 == == 1", "expected a value, found '==' at byte 6"),
        ("1 1", "expected an operator, found '1' at byte 3"),
        ("PID Eq 1", "expected an operator, found 'Eq' at byte 5"),
        ("1 ! 1", "expected an operator, found '!' at byte 3"),
        ("(1)(1)", "expected an operator, found '(' at byte 4"),
        ("1KB", "expected an operator, found 'B' at byte 3"),
        ("0x10", "expected an operator, found 'x10' at byte 2"),
        ("1.5K", "expected an operator, found 'K' at byte 4"),
        (
            "1 \"x\"",
            "expected an operator, found the string at byte 3",
        ),
    ] {
        assert_eq!(error_of(expression), words, "{expression}");
    }
}

#[test]
fn reports_the_unmatched_parenthesis() {
    assert_eq!(
        error_of("(1 && (2)"),
        "the parenthesis at byte 1 is not closed"
    );
    assert_eq!(
        error_of("1 && ((2"),
        "the parenthesis at byte 7 is not closed"
    );
    assert_eq!(error_of("1)"), "the parenthesis at byte 2 closes nothing");
    assert_eq!(
        error_of("\"a\" =~ (\"b\""),
        "the parenthesis at byte 8 is not closed"
    );
    assert_eq!(
        error_of("\"a\" =~ (\"b\" == 1)"),
        "expected a closing parenthesis, found '==' at byte 13"
    );
}

#[test]
fn refuses_the_characters_that_the_original_skips() {
    for (expression, words) in [
        ("PID = 1", "unknown character '=' at byte 5"),
        ("1 === 1", "unknown character '=' at byte 5"),
        ("1 & 1", "unknown character '&' at byte 3"),
        ("PID > -1", "unknown character '-' at byte 7"),
        ("_a", "unknown character '_' at byte 1"),
        ("1 == 1.", "unknown character '.' at byte 7"),
        ("1\r", "unknown character 0x0d at byte 2"),
        ("1 == ä", "unknown character 0xc3 at byte 6"),
    ] {
        assert_eq!(error_of(expression), words, "{expression}");
    }
}

#[test]
fn a_string_ends_on_its_line_by_the_quote_that_began_it() {
    for string in ["\"abc", "'abc\"", "\"a\nb\"", "'"] {
        let expression = format!("TYPE == {string}");
        let words = "the string at byte 9 has no closing quote";
        assert_eq!(error_of(&expression), words, "{expression}");
    }
}

#[test]
fn a_suffix_may_not_lead_beyond_64_bits() {
    for number in [
        "16E",
        "1Z",
        "1YiB",
        "18014398509481984K",
        "99999999999999999999K",
    ] {
        let range = FilterError::OutOfRange(number.to_owned());
        assert_eq!(
            parse(format!("PID < {number}").as_bytes()).err(),
            Some(range)
        );
    }
}

#[test]
fn only_a_string_can_be_a_pattern() {
    for expression in [
        "TYPE =~",
        "TYPE =~ 5",
        "TYPE =~ 0",
        "TYPE =~ true",
        "TYPE =~ PID",
        "TYPE =~ foo",
        "TYPE =~ !\"x\"",
        "TYPE =~ (1)",
    ] {
        assert_eq!(
            error_of(expression),
            "'=~' at byte 6 must be followed by a string",
            "{expression}"
        );
    }
}

#[test]
fn reports_a_wrong_pattern_in_the_words_of_its_reader() {
    assert_eq!(
        error_of("0 && TYPE =~ \"(\""),
        "parentheses are not supported"
    );
    assert_eq!(
        error_of("TYPE !~ '(' && foo"),
        "parentheses are not supported"
    );
}

#[test]
fn names_every_unknown_column_each_time_once_the_whole_can_be_read() {
    let unknown = |expression: &str| match parse(expression.as_bytes()) {
        Err(FilterError::UnknownColumns(names)) => names,
        other => panic!("{expression}: {other:?}"),
    };
    assert_eq!(
        unknown("foo && PID == (Bar || foo) && 1"),
        ["foo", "Bar", "foo"]
    );
    assert_eq!(unknown("True"), ["True"]);
    assert_eq!(unknown("true || a-b:c/d%e.f_0 =~ 'x'"), ["a-b:c/d%e.f_0"]);
    assert_eq!(unknown("notPID"), ["notPID"]);
    assert_eq!(error_of("foo && PID =="), "expected a value at the end");
    assert_eq!(
        error_of("foo && TYPE =~ '('"),
        "parentheses are not supported"
    );
}
