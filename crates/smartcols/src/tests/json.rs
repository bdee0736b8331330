//! The form for programs, in its three shapes.

use std::ffi::OsStr;

use super::{assert_written, plain, table};
use crate::{Cell, Format, JsonStyle, Table};

const COLUMNS: &str = "PID NSFS COMMAND";

/// The original lets the byte that is no text through; all else is its own.
#[test]
fn a_tree_over_many_lines() {
    assert_written(
        &table(COLUMNS, "COMMAND"),
        Format::Json(JsonStyle::Pretty),
        &plain(),
        &[
            "{",
            r#"   "namespaces": ["#,
            "      {",
            r#"         "pid": 10,"#,
            r#"         "nsfs": null,"#,
            r#"         "command": "init --a","#,
            r#"         "children": ["#,
            "            {",
            r#"               "pid": 11,"#,
            r#"               "nsfs": "/run/n/one,/run/n/two words","#,
            r#"               "command": "wïde 世界 x","#,
            r#"               "children": ["#,
            "                  {",
            r#"                     "pid": 12,"#,
            r#"                     "nsfs": null,"#,
            "                     \"command\": \"a\\\\x b\\n\u{fffd}\\u001b[0m\"",
            "                  }",
            "               ]",
            "            },{",
            r#"               "pid": 1234,"#,
            r#"               "nsfs": "/run/n/three","#,
            "               \"command\": \"e\u{301}nd of it\"",
            "            }",
            "         ]",
            "      },{",
            r#"         "pid": null,"#,
            r#"         "nsfs": "/run/n/kept","#,
            r#"         "command": null"#,
            "      }",
            "   ]",
            "}",
        ],
    );
}

#[test]
fn a_tree_without_white_space() {
    assert_written(
        &table(COLUMNS, "COMMAND"),
        Format::Json(JsonStyle::Compact),
        &plain(),
        &[
            r#"{"namespaces":["#,
            "{\"pid\":10,\"nsfs\":null,\"command\":\"init --a\",\"children\":[{\"pid\":11,\"nsfs\":\"/run/n/one,/run/n/two words\",\"command\":\"wïde 世界 x\",\"children\":[{\"pid\":12,\"nsfs\":null,\"command\":\"a\\\\x b\\n\u{fffd}\\u001b[0m\"}]},{\"pid\":1234,\"nsfs\":\"/run/n/three\",\"command\":\"e\u{301}nd of it\"}]},",
            r#"{"pid":null,"nsfs":"/run/n/kept","command":null}"#,
            "]}",
        ],
    );
}

/// The original forgets the colon after `children`, and nobody can read it.
#[test]
fn a_tree_with_a_root_a_line() {
    assert_written(
        &table(COLUMNS, "COMMAND"),
        Format::Json(JsonStyle::Lines),
        &plain(),
        &[
            "{\"pid\":10,\"nsfs\":null,\"command\":\"init --a\",\"children\":[{\"pid\":11,\"nsfs\":\"/run/n/one,/run/n/two words\",\"command\":\"wïde 世界 x\",\"children\":[{\"pid\":12,\"nsfs\":null,\"command\":\"a\\\\x b\\n\u{fffd}\\u001b[0m\"}]},{\"pid\":1234,\"nsfs\":\"/run/n/three\",\"command\":\"e\u{301}nd of it\"}]}",
            r#"{"pid":null,"nsfs":"/run/n/kept","command":null}"#,
        ],
    );
}

#[test]
fn a_list_with_a_row_a_line() {
    assert_written(
        &table(COLUMNS, ""),
        Format::Json(JsonStyle::Lines),
        &plain(),
        &[
            r#"{"pid":10,"nsfs":null,"command":"init --a"}"#,
            r#"{"pid":11,"nsfs":"/run/n/one,/run/n/two words","command":"wïde 世界 x"}"#,
            "{\"pid\":12,\"nsfs\":null,\"command\":\"a\\\\x b\\n\u{fffd}\\u001b[0m\"}",
            "{\"pid\":1234,\"nsfs\":\"/run/n/three\",\"command\":\"e\u{301}nd of it\"}",
            r#"{"pid":null,"nsfs":"/run/n/kept","command":null}"#,
        ],
    );
}

#[test]
fn no_rows_are_an_empty_array() {
    let mut table = table(COLUMNS, "COMMAND");
    table.rows.clear();
    for (shape, lines) in [
        (
            JsonStyle::Pretty,
            &["{", r#"   "namespaces": ["#, "", "   ]", "}"][..],
        ),
        (JsonStyle::Compact, &[r#"{"namespaces":["#, "]}"]),
        (JsonStyle::Lines, &[]),
    ] {
        assert_written(&table, Format::Json(shape), &plain(), lines);
    }
}

#[test]
fn control_characters_have_escapes() {
    let mut table: Table = table("COMMAND", "");
    table.rows.truncate(1);
    table.rows[0].cells = vec![Cell::from(b"\r\x08\x0c\x0bb/\"\\\n\t\x1f\x7f".to_vec())];
    assert_written(
        &table,
        Format::Json(JsonStyle::Lines),
        &plain(),
        &["{\"command\":\"\\r\\b\\f\\u000bb/\\\"\\\\\\n\\t\\u001f\\u007f\"}"],
    );
}

#[test]
fn the_shape_has_a_name() {
    for (name, shape) in [
        (None, JsonStyle::Pretty),
        (Some("lines"), JsonStyle::Lines),
        (Some("compact"), JsonStyle::Compact),
        (Some("pretty"), JsonStyle::Pretty),
        (Some("Lines"), JsonStyle::Pretty),
        (Some(""), JsonStyle::Pretty),
    ] {
        assert_eq!(JsonStyle::from_env_value(name.map(OsStr::new)), shape);
    }
}
