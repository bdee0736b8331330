//! What cannot be read, and how it is told.

use super::parse;
use crate::filter::Mistake;

/// What is said of an expression that cannot be read.
#[track_caller]
fn told(expression: &str) -> String {
    match parse(expression.as_bytes()) {
        Err(Mistake::Unreadable(words)) => words,
        other => panic!("{expression}: {other:?}"),
    }
}

#[test]
fn says_what_stands_where_something_else_is_wanted() {
    for (expression, words) in [
        (" ", "a value is wanted at the end"),
        ("1 &&", "a value is wanted at the end"),
        ("PID ==", "a value is wanted at the end"),
        ("!", "a value is wanted at the end"),
        ("()", "')' at byte 2 stands where a value is wanted"),
        ("== 1", "'==' at byte 1 stands where a value is wanted"),
        ("1 == == 1", "'==' at byte 6 stands where a value is wanted"),
        ("1 1", "'1' at byte 3 stands where an operator is wanted"),
        (
            "PID Eq 1",
            "'Eq' at byte 5 stands where an operator is wanted",
        ),
        ("1 ! 1", "'!' at byte 3 stands where an operator is wanted"),
        ("(1)(1)", "'(' at byte 4 stands where an operator is wanted"),
        ("1KB", "'B' at byte 3 stands where an operator is wanted"),
        ("0x10", "'x10' at byte 2 stands where an operator is wanted"),
        ("1.5K", "'K' at byte 4 stands where an operator is wanted"),
        (
            "1 \"x\"",
            "the string at byte 3 stands where an operator is wanted",
        ),
    ] {
        assert_eq!(told(expression), words, "{expression}");
    }
}

#[test]
fn says_which_parenthesis_has_no_other() {
    assert_eq!(
        told("(1 && (2)"),
        "the parenthesis at byte 1 is never closed"
    );
    assert_eq!(
        told("1 && ((2"),
        "the parenthesis at byte 7 is never closed"
    );
    assert_eq!(told("1)"), "the parenthesis at byte 2 closes none");
    assert_eq!(
        told("\"a\" =~ (\"b\""),
        "the parenthesis at byte 8 is never closed"
    );
    assert_eq!(
        told("\"a\" =~ (\"b\" == 1)"),
        "'==' at byte 13 stands where a parenthesis is wanted"
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
        assert_eq!(told(expression), words, "{expression}");
    }
}

#[test]
fn a_string_ends_on_its_line_by_the_quote_that_began_it() {
    for string in ["\"abc", "'abc\"", "\"a\nb\"", "'"] {
        let expression = format!("TYPE == {string}");
        let words = "the string at byte 9 has no closing quote";
        assert_eq!(told(&expression), words, "{expression}");
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
        let range = Mistake::Range(number.to_owned());
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
            told(expression),
            "'=~' at byte 6 wants a string behind it",
            "{expression}"
        );
    }
}

#[test]
fn tells_a_wrong_pattern_in_the_words_of_its_reader() {
    assert_eq!(told("0 && TYPE =~ \"(\""), "no parenthesis here");
    assert_eq!(told("TYPE !~ '(' && foo"), "no parenthesis here");
}

#[test]
fn names_every_unknown_column_each_time_once_the_whole_can_be_read() {
    let unknown = |expression: &str| match parse(expression.as_bytes()) {
        Err(Mistake::UnknownColumns(names)) => names,
        other => panic!("{expression}: {other:?}"),
    };
    assert_eq!(
        unknown("foo && PID == (Bar || foo) && 1"),
        ["foo", "Bar", "foo"]
    );
    assert_eq!(unknown("True"), ["True"]);
    assert_eq!(unknown("true || a-b:c/d%e.f_0 =~ 'x'"), ["a-b:c/d%e.f_0"]);
    assert_eq!(unknown("notPID"), ["notPID"]);
    assert_eq!(told("foo && PID =="), "a value is wanted at the end");
    assert_eq!(told("foo && TYPE =~ '('"), "no parenthesis here");
}
