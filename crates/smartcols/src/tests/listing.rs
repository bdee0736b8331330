//! The listing of columns, which is a table like any other: `lsns -H`.

use super::{BARE, assert_written, plain};
use crate::{Cell, Column, Format, JsonStyle, Row, Table};

/// Some of the original's columns: the widest of each kind among them.
const LISTED: [[&str; 3]; 4] = [
    ["NS", "<integer>", "namespace identifier (inode number)"],
    ["TYPE", "<string>", "kind of namespace"],
    ["COMMAND", "<string>", "command line of the PID"],
    ["UID", "<integer>", "UID of the PID"],
];

fn listing() -> Table {
    let column = |name: &'static str, right| Column {
        name: name.into(),
        align_right: right,
        ..Column::default()
    };
    let row = |listed: [&'static str; 3]| Row {
        cells: listed.map(Cell::from).to_vec(),
        parent: None,
    };
    Table {
        json_key: "lsns-columns",
        columns: vec![
            column("holder", true),
            column("type", false),
            column("description", false),
        ],
        rows: LISTED.map(row).to_vec(),
    }
}

#[test]
fn the_list_for_people_is_a_table() {
    assert_written(
        &listing(),
        BARE,
        &plain(),
        &[
            "     NS <integer> namespace identifier (inode number)",
            "   TYPE <string>  kind of namespace",
            "COMMAND <string>  command line of the PID",
            "    UID <integer> UID of the PID",
        ],
    );
}

#[test]
fn the_list_for_scripts_is_raw() {
    assert_written(
        &listing(),
        Format::Raw { headings: false },
        &plain(),
        &[
            r"NS <integer> namespace\x20identifier\x20(inode\x20number)",
            r"TYPE <string> kind\x20of\x20namespace",
            r"COMMAND <string> command\x20line\x20of\x20the\x20PID",
            r"UID <integer> UID\x20of\x20the\x20PID",
        ],
    );
}

#[test]
fn the_list_for_programs_is_json() {
    assert_written(
        &listing(),
        Format::Json(JsonStyle::Compact),
        &plain(),
        &[
            r#"{"lsns-columns":["#,
            r#"{"holder":"NS","type":"<integer>","description":"namespace identifier (inode number)"},"#,
            r#"{"holder":"TYPE","type":"<string>","description":"kind of namespace"},"#,
            r#"{"holder":"COMMAND","type":"<string>","description":"command line of the PID"},"#,
            r#"{"holder":"UID","type":"<integer>","description":"UID of the PID"}"#,
            "]}",
        ],
    );
}
