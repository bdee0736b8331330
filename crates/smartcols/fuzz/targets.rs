//! Fuzz targets: what the filter language and the table writer promise for whatever bytes there are.

use std::borrow::Cow;

use testkit::check_target;

use crate::filter::tests::regex::compile_regex;
use crate::filter::{ColumnType, Filter};
use crate::tests::utf8::Utf8;
use crate::{Cell, Column, Format, JsonStyle, Row, Table};

/// Returns whether there are repetitions of repetitions, which take the tests' own patterns too long.
fn repeats(text: &[u8]) -> bool {
    let repetitions = text.iter().filter(|byte| **byte == b'*');
    repetitions.count() > 2
}

const COLUMNS: [(&str, ColumnType); 3] = [
    ("NS", ColumnType::Integer),
    ("TYPE", ColumnType::Text),
    ("COMMAND", ColumnType::Text),
];

fn parsed(expression: &[u8]) -> Option<Filter> {
    let column = |name: &str| {
        let place = COLUMNS
            .iter()
            .position(|(column, _)| column.eq_ignore_ascii_case(name))?;
        Some((place, COLUMNS[place].1))
    };
    Filter::parse(expression, &column, &compile_regex).ok()
}

#[test]
fn filters() {
    check_target("filters", |input: &[u8]| {
        let mut parts = input.split(|byte| *byte == 0);
        let expression = parts.next().unwrap_or_default();
        let cells: Vec<Option<&[u8]>> = (0..COLUMNS.len()).map(|_| parts.next()).collect();
        if repeats(expression) {
            return;
        }
        let Some(filter) = parsed(expression) else {
            return;
        };
        assert!(filter.columns().all(|column| column < COLUMNS.len()));
        let apply =
            |filter: &Filter| filter.matches(&mut |column| cells[column].map(Cow::Borrowed));
        let chosen = apply(&filter);
        if expression.trim_ascii().is_empty() {
            // Nothing chooses everything, and cannot be in parentheses.
            assert_eq!(chosen, Ok(true));
            return;
        }
        let wrapped = |before: &[u8], after: &[u8]| parsed(&[before, expression, after].concat());
        let inside = wrapped(b"(", b")").expect("what stands alone stands in parentheses");
        assert_eq!(apply(&inside), chosen);
        let Ok(chosen) = chosen else { return };
        let negated = wrapped(b"!(", b")").expect("what stands alone can be negated");
        assert_eq!(apply(&negated), Ok(!chosen));
        let both = wrapped(b"(", b") && true").expect("what stands alone can be joined");
        assert_eq!(apply(&both), Ok(chosen));
    });
}

/// A table of two columns with the lines of `input` as its cells.
fn table(input: &[u8]) -> Table {
    let cell = |text: &[u8]| match text {
        [] => Cell::Empty,
        [b'+', rest @ ..] => Cell::Lines(
            rest.split(|byte| *byte == b'+')
                .map(<[u8]>::to_vec)
                .collect(),
        ),
        text => Cell::from(text.to_vec()),
    };
    let texts: Vec<&[u8]> = input.split(|byte| *byte == 0).collect();
    let rows = texts.chunks(2).enumerate().map(|(place, texts)| Row {
        cells: (0..2)
            .map(|column| cell(texts.get(column).copied().unwrap_or_default()))
            .collect(),
        parent: texts[0]
            .first()
            .map(|byte| usize::from(byte & 7))
            .filter(|parent| *parent < place),
    });
    let column = |name, tree| Column {
        name: Cow::Borrowed(name),
        tree,
        ..Column::default()
    };
    Table {
        json_key: "rows",
        columns: vec![column("ONE", true), column("TWO", false)],
        rows: rows.collect(),
    }
}

/// Returns how many rows the JSON has, at all depths.
fn count(rows: &serde_json::Value) -> usize {
    let rows = rows.as_array().into_iter().flatten();
    rows.map(|row| 1 + count(&row["children"])).sum()
}

#[test]
fn tables() {
    check_target("tables", |input: &[u8]| {
        let table = table(input);
        let json = table.render(Format::Json(JsonStyle::Pretty), &Utf8);
        let value: serde_json::Value = serde_json::from_slice(&json).expect("it is JSON");
        assert_eq!(count(&value["rows"]), table.rows.len());
        let text = |terminal| Format::Text {
            headings: true,
            terminal,
            multiline: true,
        };
        for form in [
            Format::Raw { headings: true },
            text(None),
            text(Some(20)),
            Format::Json(JsonStyle::Compact),
        ] {
            let written = table.render(form, &Utf8);
            let text = String::from_utf8_lossy(&written);
            let control = text
                .chars()
                .find(|character| character.is_control() && *character != '\n');
            assert_eq!(control, None, "{form:?}");
            if let Format::Raw { .. } = form {
                let lines = written.iter().filter(|byte| **byte == b'\n').count();
                assert_eq!(lines, table.rows.len() + 1);
            }
        }
    });
}
