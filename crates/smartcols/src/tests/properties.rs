//! What holds for any table, whatever bytes the cells hold.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};
use serde_json::Value;

use super::{TEXT, column, plain, terminal, utf_8};
use crate::{Cell, Format, JsonStyle, Row, Table};

/// Text as hostile as a command line can be, with characters of all widths.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        vec(any::<u8>(), 1..4),
        "[ -~]{1,8}".prop_map(String::into_bytes),
        any::<char>().prop_map(|character| character.to_string().into_bytes()),
        Just(b"\\x".to_vec()),
        Just("世".as_bytes().to_vec()),
        Just("\u{301}".as_bytes().to_vec()),
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        Just(Cell::Empty),
        any::<u64>().prop_map(Cell::Number),
        text().prop_map(Cell::from),
        vec(text(), 0..4).prop_map(Cell::Lines),
    ]
}

/// A table of three columns, the last two of which may be cut, with parents that may go round in circles.
fn table() -> impl Strategy<Value = Table> {
    let row = (vec(cell(), 3), option::of(0..9_usize));
    let row = row.prop_map(|(cells, parent)| Row { cells, parent });
    (vec(row, 0..9), any::<bool>()).prop_map(|(rows, tree)| Table {
        json_key: "namespaces",
        columns: vec![
            column("NPROCS", false),
            column("COMMAND", tree),
            column("COMMAND", false),
        ],
        rows,
    })
}

fn lines(written: &[u8]) -> Vec<&[u8]> {
    let written = written.strip_suffix(b"\n").unwrap_or(written);
    written.split(|byte| *byte == b'\n').collect()
}

/// Returns how many objects there are in the array and below them.
fn count(rows: &Value) -> usize {
    let rows = rows.as_array().into_iter().flatten();
    rows.map(|row| 1 + count(&row["children"])).sum()
}

/// The bytes that a raw cell represents.
fn unescape(mut raw: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    while let [first, rest @ ..] = raw {
        raw = rest;
        text.push(match (first, raw) {
            (b'\\', [b'x', high, low, rest @ ..]) => {
                raw = rest;
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).expect("hexadecimal digits");
                u8::from_str_radix(digits, 16).expect("hexadecimal digits")
            }
            _ => *first,
        });
    }
    text
}

proptest! {
    #[test]
    fn json_is_valid_and_has_every_row(table in table()) {
        for shape in [JsonStyle::Pretty, JsonStyle::Compact] {
            let written = table.render(Format::Json(shape), &plain());
            let value: Value = serde_json::from_slice(&written).expect("valid JSON");
            prop_assert_eq!(count(&value["namespaces"]), table.rows.len());
        }
        let written = table.render(Format::Json(JsonStyle::Lines), &plain());
        let rows = serde_json::Deserializer::from_slice(&written).into_iter();
        let rows = rows.collect::<Result<Vec<Value>, _>>().expect("valid JSON");
        prop_assert_eq!(count(&Value::Array(rows)), table.rows.len());
    }

    #[test]
    fn nothing_but_text_reaches_a_terminal(table in table(), width in 1..200_usize) {
        for form in [TEXT, terminal(width, true), terminal(width, false)] {
            let written = table.render(form, &utf_8());
            let written = String::from_utf8(written).expect("valid UTF-8");
            prop_assert!(written.chars().all(|found| found == '\n' || !found.is_control()));
            let written = table.render(form, &plain());
            prop_assert!(written.iter().all(|byte| matches!(byte, b'\n' | b' '..=b'~')));
        }
    }

    #[test]
    fn a_column_that_may_be_cut_fits_any_terminal(texts in vec(text(), 1..9), width in 1..100_usize) {
        let row = |text: Vec<u8>| Row { cells: vec![Cell::from(text)], parent: None };
        let table = Table {
            json_key: "namespaces",
            columns: vec![column("COMMAND", true)],
            rows: texts.into_iter().map(row).collect(),
        };
        let written = table.render(terminal(width, false), &plain());
        prop_assert!(lines(&written).iter().all(|line| line.len() <= width));
    }

    #[test]
    fn raw_cells_can_be_read_back(table in table()) {
        let written = table.render(Format::Raw { headings: false }, &plain());
        let list = !table.columns.iter().any(|column| column.tree);
        for (line, row) in lines(&written).iter().zip(&table.rows) {
            let cells: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
            prop_assert_eq!(cells.len(), table.columns.len());
            for (raw, cell) in cells.iter().zip(&row.cells).filter(|_| list) {
                prop_assert_eq!(unescape(raw), cell.joined().into_owned());
            }
        }
    }
}
