//! Messages in the languages of the originals' catalogues.

use testkit::{command_lines, is_left_in_english, require};

use crate::fixture::{Machine, differential_test};

#[test]
fn every_command_line_of_the_file_in_five_languages() {
    let (Some(diff), Some(catalogues)) = (differential_test(), require::catalogues()) else {
        return;
    };
    let machine = Machine::new();
    let lines = command_lines(include_str!("command_lines.txt"));
    let (compared, english) = diff.compare_languages(
        &catalogues,
        &lines,
        |tool| machine.root(tool),
        is_left_in_english,
    );
    assert!(
        compared >= 1250 && english < compared / 20,
        "{english} of {compared}"
    );
}
