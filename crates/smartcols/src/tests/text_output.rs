//! The form for people on a pipe, where nothing is cut.

use super::{BARE, TEXT, assert_written, plain, table, utf_8};
use crate::Format;

#[test]
fn a_tree_in_utf_8() {
    assert_written(
        &table("NS TYPE NPROCS PID USER NSFS COMMAND", "COMMAND"),
        TEXT,
        &utf_8(),
        &[
            "        NS TYPE NPROCS   PID USER   NSFS             COMMAND",
            "4026532416 net       1    10 root                    init --a",
            "4026532488 net       1    11 root   /run/n/one       ├─wïde 世界 x",
            "                                    /run/n/two words │ │ ",
            r"4026532558 net       1    12 root                    │ └─a\x5cx b\x0a\xff\x1b[0m",
            "4026532627 net       1  1234 nobody /run/n/three     └─e\u{301}nd of it",
            "4026532696 net       0       root   /run/n/kept      ",
        ],
    );
}

#[test]
fn a_tree_in_ascii() {
    assert_written(
        &table("NS TYPE NPROCS PID USER NSFS COMMAND", "COMMAND"),
        TEXT,
        &plain(),
        &[
            "        NS TYPE NPROCS   PID USER   NSFS             COMMAND",
            "4026532416 net       1    10 root                    init --a",
            r"4026532488 net       1    11 root   /run/n/one       |-w\xc3\xafde \xe4\xb8\x96\xe7\x95\x8c x",
            "                                    /run/n/two words | | ",
            r"4026532558 net       1    12 root                    | `-a\x5cx b\x0a\xff\x1b[0m",
            r"4026532627 net       1  1234 nobody /run/n/three     `-e\xcc\x81nd of it",
            "4026532696 net       0       root   /run/n/kept      ",
        ],
    );
}

#[test]
fn several_lines_joined_and_no_headings() {
    let form = Format::Text {
        headings: false,
        terminal: None,
        multiline: false,
    };
    assert_written(
        &table("NS TYPE NPROCS PID USER NSFS COMMAND", "COMMAND"),
        form,
        &utf_8(),
        &[
            "4026532416 net   1    10 root                               init --a",
            "4026532488 net   1    11 root   /run/n/one,/run/n/two words ├─wïde 世界 x",
            r"4026532558 net   1    12 root                               │ └─a\x5cx b\x0a\xff\x1b[0m",
            "4026532627 net   1  1234 nobody /run/n/three                └─e\u{301}nd of it",
            "4026532696 net   0       root   /run/n/kept                 ",
        ],
    );
}

#[test]
fn a_list() {
    assert_written(
        &table("PID COMMAND NSFS", ""),
        TEXT,
        &utf_8(),
        &[
            "  PID COMMAND                 NSFS",
            "   10 init --a                ",
            "   11 wïde 世界 x             /run/n/one",
            "                              /run/n/two words",
            r"   12 a\x5cx b\x0a\xff\x1b[0m ",
            " 1234 e\u{301}nd of it               /run/n/three",
            "                              /run/n/kept",
        ],
    );
}

/// Every column but the last is followed by a blank, and a number that is last is padded only where there is one.
#[test]
fn what_ends_a_line() {
    assert_written(
        &table("NSFS COMMAND PID", "COMMAND"),
        TEXT,
        &utf_8(),
        &[
            "NSFS             COMMAND                       PID",
            "                 init --a                       10",
            "/run/n/one       ├─wïde 世界 x                  11",
            "/run/n/two words │ │                         ",
            r"                 │ └─a\x5cx b\x0a\xff\x1b[0m    12",
            "/run/n/three     └─e\u{301}nd of it                  1234",
            "/run/n/kept                                  ",
        ],
    );
    assert_written(
        &table("NSFS PID", "COMMAND"),
        BARE,
        &utf_8(),
        &[
            "                    10",
            "/run/n/one          11",
            "/run/n/two words ",
            "                    12",
            "/run/n/three      1234",
            "/run/n/kept      ",
        ],
    );
    assert_written(
        &table("NSFS", "COMMAND"),
        BARE,
        &utf_8(),
        &[
            "",
            "/run/n/one",
            "/run/n/two words",
            "",
            "/run/n/three",
            "/run/n/kept",
        ],
    );
}

#[test]
fn nothing_is_written_of_no_rows() {
    let mut table = table("NS COMMAND", "COMMAND");
    table.rows.clear();
    assert_written(&table, TEXT, &plain(), &[]);
    assert_written(&table, Format::Raw { headings: true }, &plain(), &[]);
}

/// The original shows these, and a name is not what it looks like. All else about it is the original's.
#[test]
fn marks_that_turn_text_around_are_escaped() {
    let mut table = table("COMMAND", "");
    table.rows.truncate(1);
    table.rows[0].cells = vec!["\u{202e}daeh\u{feff}\u{200e}".into()];
    assert_written(
        &table,
        TEXT,
        &utf_8(),
        &["COMMAND", r"\xe2\x80\xaedaeh\xef\xbb\xbf\xe2\x80\x8e"],
    );
}
