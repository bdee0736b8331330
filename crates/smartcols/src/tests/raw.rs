//! The form for scripts.

use super::{assert_written, plain, table, utf_8};
use crate::Format;

#[test]
fn a_tree_in_utf_8() {
    let form = Format::Raw { headings: true };
    assert_written(
        &table("PID USER NSFS COMMAND", "COMMAND"),
        form,
        &utf_8(),
        &[
            "PID USER NSFS COMMAND",
            r"10 root  init\x20--a",
            r"11 root /run/n/one,/run/n/two\x20words \xe2\x94\x9c\xe2\x94\x80w\xc3\xafde\x20\xe4\xb8\x96\xe7\x95\x8c\x20x",
            r"12 root  \xe2\x94\x82\x20\xe2\x94\x94\xe2\x94\x80a\x5cx\x20b\x0a\xff\x1b[0m",
            r"1234 nobody /run/n/three \xe2\x94\x94\xe2\x94\x80e\xcc\x81nd\x20of\x20it",
            " root /run/n/kept ",
        ],
    );
}

#[test]
fn a_tree_in_ascii_without_headings() {
    let form = Format::Raw { headings: false };
    assert_written(
        &table("PID USER NSFS COMMAND", "COMMAND"),
        form,
        &plain(),
        &[
            r"10 root  init\x20--a",
            r"11 root /run/n/one,/run/n/two\x20words |-w\xc3\xafde\x20\xe4\xb8\x96\xe7\x95\x8c\x20x",
            r"12 root  |\x20`-a\x5cx\x20b\x0a\xff\x1b[0m",
            r"1234 nobody /run/n/three `-e\xcc\x81nd\x20of\x20it",
            " root /run/n/kept ",
        ],
    );
}
