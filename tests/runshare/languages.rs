//! Messages in the languages of the originals' catalogues.

use testkit::{command_lines, require};

use crate::fixture::{Machine, differential_test};

#[test]
fn every_command_line_of_the_file_in_five_languages() {
    if !require::root() {
        return;
    }
    let (Some(diff), Some(catalogues)) = (differential_test(), require::catalogues()) else {
        return;
    };
    let machine = Machine::new();
    let lines = command_lines(include_str!("command_lines.txt"));
    let (compared, _) =
        diff.compare_languages(&catalogues, &lines, |tool| machine.root(tool), |_, _| false);
    assert!(compared >= 1250, "only {compared} were compared");
}
