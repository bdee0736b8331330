//! README.md begins with a command that works, and every row of tests/differences.md names a test that exists.

use std::fs;

use testkit::{Tool, workspace};

use crate::fixture::{ready, with_our_path};

fn readme() -> String {
    fs::read_to_string(workspace().join("README.md")).expect("there is a README")
}

/// The blocks of text marked as `language`, in their order.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let begin = format!("\n```{language}\n");
    let after = text.split(&begin).skip(1);
    after.filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_first_command_prints_what_the_readme_shows() {
    if !ready() {
        return;
    }
    let text = readme();
    let (_, after) = text
        .split_once("<!-- first command -->")
        .expect("there is a first command");
    let (_, words) = blocks(after, "sh")[0]
        .split_once(" -- ")
        .expect("cargo run … -- OPTIONS");
    let command = format!("runshare {words}");
    let outcome = with_our_path(Tool::new("/bin/sh"))
        .args(["-c", &command])
        .run()
        .ok();
    assert_eq!(outcome.out(), blocks(after, "text")[0]);
}

#[test]
fn every_difference_has_its_test() {
    let path = workspace().join("tests/differences.md");
    let rows = fs::read_to_string(path).expect("there is a table of differences");
    let named = rows
        .lines()
        .filter_map(|row| row.split('`').rev().nth(1)?.split_once(".rs: "));
    let mut count = 0;
    for (file, test) in named {
        let source = fs::read_to_string(workspace().join(format!("{file}.rs"))).unwrap_or_default();
        assert!(
            source.contains(&format!("#[test]\nfn {test}()")),
            "{file}.rs has no test {test}"
        );
        count += 1;
    }
    let all = rows
        .lines()
        .filter(|row| row.starts_with("| ") && !row.starts_with("| what |"));
    assert_eq!(
        count,
        all.count(),
        "each row names a test in its last column"
    );
}
