//! What the tables look like: the original's own output for a handful of namespaces, as literals, and what holds for
//! any table.

mod json;
mod listing;
mod properties;
mod raw;
mod text_output;
mod tree;
pub(crate) mod utf8;
mod widths;

use crate::{Ascii, Cell, Characters, Column, Format, Row, Table};
use utf8::Utf8;

/// A namespace of those that the original was run on.
#[derive(Clone)]
struct Namespace {
    parent: Option<usize>,
    ns: u64,
    nprocs: u64,
    pid: Option<u64>,
    user: &'static str,
    nsfs: &'static [&'static str],
    command: &'static [u8],
}

const NAMESPACES: &[Namespace] = &[
    Namespace {
        parent: None,
        ns: 4_026_532_416,
        nprocs: 1,
        pid: Some(10),
        user: "root",
        nsfs: &[],
        command: b"init --a",
    },
    Namespace {
        parent: Some(0),
        ns: 4_026_532_488,
        nprocs: 1,
        pid: Some(11),
        user: "root",
        nsfs: &["/run/n/one", "/run/n/two words"],
        command: "wïde 世界 x".as_bytes(),
    },
    Namespace {
        parent: Some(1),
        ns: 4_026_532_558,
        nprocs: 1,
        pid: Some(12),
        user: "root",
        nsfs: &[],
        command: b"a\\x b\n\xff\x1b[0m",
    },
    Namespace {
        parent: Some(0),
        ns: 4_026_532_627,
        nprocs: 1,
        pid: Some(1234),
        user: "nobody",
        nsfs: &["/run/n/three"],
        command: "e\u{301}nd of it".as_bytes(),
    },
    Namespace {
        parent: None,
        ns: 4_026_532_696,
        nprocs: 0,
        pid: None,
        user: "root",
        nsfs: &["/run/n/kept"],
        command: b"",
    },
];

/// Those namespaces in these columns, which are separated by blanks, with the tree in the column of this name.
fn table(columns: &str, tree: &str) -> Table {
    let names = || columns.split(' ');
    let row = |namespace: &Namespace| Row {
        cells: names().map(|name| cell(name, namespace)).collect(),
        parent: namespace.parent,
    };
    Table {
        json_key: "namespaces",
        columns: names().map(|name| column(name, name == tree)).collect(),
        rows: NAMESPACES.iter().map(row).collect(),
    }
}

fn column(name: &str, tree: bool) -> Column {
    Column {
        name: name.to_owned().into(),
        width_hint: if ["TYPE", "NPROCS", "PID"].contains(&name) {
            5
        } else {
            0
        },
        align_right: ["NS", "NPROCS", "PID"].contains(&name),
        truncatable: name == "COMMAND",
        tree,
    }
}

fn cell(column: &str, namespace: &Namespace) -> Cell {
    match column {
        "NS" => Cell::from(namespace.ns),
        "TYPE" => Cell::from("net"),
        "NPROCS" => Cell::from(namespace.nprocs),
        "PID" => namespace.pid.map_or(Cell::Empty, Cell::from),
        "USER" => Cell::from(namespace.user),
        "NSFS" => {
            let paths = namespace.nsfs.iter();
            Cell::Lines(paths.map(|path| path.as_bytes().to_vec()).collect())
        }
        "COMMAND" => Cell::from(namespace.command.to_vec()),
        other => panic!("no column {other}"),
    }
}

/// The characters of the C locale, whatever the tests are run in.
fn plain() -> Ascii {
    Ascii
}

/// The characters of a UTF-8 locale.
fn utf_8() -> Utf8 {
    Utf8
}

const TEXT: Format = Format::Text {
    headings: true,
    terminal: None,
    multiline: true,
};

/// The same without headings.
const BARE: Format = Format::Text {
    headings: false,
    terminal: None,
    multiline: true,
};

/// On a terminal of this width.
fn terminal(width: usize, headings: bool) -> Format {
    Format::Text {
        headings,
        terminal: Some(width),
        multiline: true,
    }
}

/// Compares what is written with these lines.
#[track_caller]
fn assert_written(table: &Table, form: Format, characters: &dyn Characters, lines: &[&str]) {
    let written = table.render(form, characters);
    let written = String::from_utf8(written).expect("what is written is text");
    let expected: String = lines.iter().map(|line| format!("{line}\n")).collect();
    assert_eq!(written, expected, "\n{written}");
}
