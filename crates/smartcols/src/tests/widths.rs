//! The form for people on a terminal, where columns grow and shrink.

use super::{assert_written, column, plain, table, terminal, utf_8};
use crate::{Cell, Row, Table};

const DEFAULT_COLUMNS: &str = "NS TYPE NPROCS PID USER COMMAND";

#[test]
fn where_there_is_room_columns_grow_up_to_their_hints() {
    assert_written(
        &table(DEFAULT_COLUMNS, "COMMAND"),
        terminal(80, true),
        &utf_8(),
        &[
            "        NS TYPE  NPROCS   PID USER   COMMAND",
            "4026532416 net        1    10 root   init --a",
            "4026532488 net        1    11 root   ├─wïde 世界 x",
            r"4026532558 net        1    12 root   │ └─a\x5cx b\x0a\xff\x1b[0m",
            "4026532627 net        1  1234 nobody └─e\u{301}nd of it",
            "4026532696 net        0       root   ",
        ],
    );
}

#[test]
fn where_there_is_too_little_the_command_is_cut() {
    assert_written(
        &table(DEFAULT_COLUMNS, "COMMAND"),
        terminal(60, true),
        &utf_8(),
        &[
            "        NS TYPE NPROCS   PID USER   COMMAND",
            "4026532416 net       1    10 root   init --a",
            "4026532488 net       1    11 root   ├─wïde 世界 x",
            r"4026532558 net       1    12 root   │ └─a\x5cx b\x0a\xff\x1b",
            "4026532627 net       1  1234 nobody └─e\u{301}nd of it",
            "4026532696 net       0       root   ",
        ],
    );
    assert_written(
        &table(DEFAULT_COLUMNS, "COMMAND"),
        terminal(46, true),
        &utf_8(),
        &[
            "        NS TYPE NPROCS   PID USER   COMMAND",
            "4026532416 net       1    10 root   init --a",
            "4026532488 net       1    11 root   ├─wïde 世",
            r"4026532558 net       1    12 root   │ └─a\x5cx",
            "4026532627 net       1  1234 nobody └─e\u{301}nd of i",
            "4026532696 net       0       root   ",
        ],
    );
}

#[test]
fn nothing_is_cut_below_its_heading() {
    for width in [1, 20, 41, 43] {
        assert_written(
            &table(DEFAULT_COLUMNS, "COMMAND"),
            terminal(width, true),
            &utf_8(),
            &[
                "        NS TYPE NPROCS   PID USER   COMMAND",
                "4026532416 net       1    10 root   init --",
                "4026532488 net       1    11 root   ├─wïde ",
                r"4026532558 net       1    12 root   │ └─a\x",
                "4026532627 net       1  1234 nobody └─e\u{301}nd o",
                "4026532696 net       0       root   ",
            ],
        );
    }
}

#[test]
fn what_may_not_be_cut_overruns() {
    let mut table = table(DEFAULT_COLUMNS, "COMMAND");
    for column in &mut table.columns {
        column.truncatable = false;
    }
    assert_written(
        &table,
        terminal(46, true),
        &utf_8(),
        &[
            "        NS TYPE NPROCS   PID USER   COMMAND",
            "4026532416 net       1    10 root   init --a",
            "4026532488 net       1    11 root   ├─wïde 世界 x",
            r"4026532558 net       1    12 root   │ └─a\x5cx b\x0a\xff\x1b[0m",
            "4026532627 net       1  1234 nobody └─e\u{301}nd of it",
            "4026532696 net       0       root   ",
        ],
    );
}

/// A character two cells wide is left out where there is room for one, and the column padded.
#[test]
fn a_cut_is_made_up_for() {
    assert_written(
        &table("PID COMMAND NPROCS", "COMMAND"),
        terminal(16, false),
        &utf_8(),
        &[
            "   10 init --a 1",
            "   11 ├─wïde   1",
            r"   12 │ └─a\x5 1",
            " 1234 └─e\u{301}nd of 1",
            "               0",
        ],
    );
    assert_written(
        &table("PID COMMAND NPROCS", "COMMAND"),
        terminal(17, false),
        &utf_8(),
        &[
            "   10 init --a  1",
            "   11 ├─wïde 世 1",
            r"   12 │ └─a\x5c 1",
            " 1234 └─e\u{301}nd of  1",
            "                0",
        ],
    );
}

/// The lines after the first are not cut, as narrow as their column may be.
#[test]
fn without_headings_one_cell_is_left() {
    assert_written(
        &table("COMMAND NSFS PID", "COMMAND"),
        terminal(1, false),
        &utf_8(),
        &[
            "i                     10",
            "├ /run/n/one          11",
            "│ │  /run/n/two words ",
            "│                     12",
            "└ /run/n/three      1234",
            "  /run/n/kept      ",
        ],
    );
}

/// The last column that may be cut gives first what makes it wider than is typical, then three cells for one of the
/// other's.
#[test]
fn two_columns_share_what_there_is() {
    assert_written(
        &table("COMMAND NSFS COMMAND", "COMMAND"),
        terminal(40, true),
        &utf_8(),
        &[
            "COMMAND         NSFS             COMMAND",
            "init --a                         init --",
            "├─wïde 世界 x   /run/n/one       ├─wïde ",
            "│ │             /run/n/two words │ │ ",
            r"│ └─a\x5cx b\x0                  │ └─a\x",
            "└─e\u{301}nd of it     /run/n/three     └─e\u{301}nd o",
            "                /run/n/kept      ",
        ],
    );
    for (terminal, widths) in [
        (122, [60, 60]),
        (119, [60, 58]),
        (101, [55, 45]),
        (68, [47, 20]),
        (50, [42, 7]),
        (20, [12, 7]),
    ] {
        let commands = [&[b'a'; 60][..], &[b'b'; 10]];
        let table = commands_twice(&commands);
        assert_eq!(widths_of_two(&table, terminal), widths, "{terminal}");
    }
    for (terminal, widths) in [
        (83, [40, 40]),
        (77, [40, 36]),
        (74, [39, 34]),
        (71, [39, 31]),
        (41, [31, 9]),
    ] {
        let commands = [&[b'a'; 40][..], &[b'b'; 30], &[b'b'; 30], &[b'b'; 30]];
        let table = commands_twice(&commands);
        assert_eq!(widths_of_two(&table, terminal), widths, "{terminal}");
    }
}

fn commands_twice(commands: &[&[u8]]) -> Table {
    let row = |command: &&[u8]| Row {
        cells: vec![Cell::from(command.to_vec()); 2],
        parent: None,
    };
    Table {
        json_key: "namespaces",
        columns: vec![column("COMMAND", true); 2],
        rows: commands.iter().map(row).collect(),
    }
}

/// Returns how wide the columns are: the second one's heading shows where it begins, the first row where it ends.
fn widths_of_two(table: &Table, width: usize) -> [usize; 2] {
    let written = table.render(terminal(width, true), &plain());
    let mut lines = written.split(|byte| *byte == b'\n');
    let heading = lines.next().expect("headings come first");
    let second = heading.len() - "COMMAND".len();
    let widest = lines.next().expect("rows come next").len();
    [second - 1, widest - second]
}

/// Where the tree alone is wider than the terminal, the original is content with less than the terminal's width, or
/// more, in steps of three from what is typical.
#[test]
fn a_tree_wider_than_the_terminal_is_cut_less() {
    let widths = [9, 10, 10, 8, 8, 9, 9, 10, 10, 8, 8, 9, 9, 10, 10, 8];
    for (length, expected) in (14..).zip(widths) {
        let row = |depth: usize| Row {
            cells: vec![Cell::from(vec![b'a'; if depth == 0 { length } else { 2 }])],
            parent: depth.checked_sub(1),
        };
        let table = Table {
            json_key: "namespaces",
            columns: vec![column("COMMAND", true)],
            rows: (0..6).map(row).collect(),
        };
        let written = table.render(terminal(1, false), &plain());
        let widest = written.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
        assert_eq!(widest, Some(expected), "{length}");
    }
}
