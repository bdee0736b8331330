//! Messages in the languages of the originals' catalogues.

use testkit::{is_left_in_english, require};

use crate::command_lines::lines;
use crate::fixture::{Caller, SampleTargets, differential_test, original_is_denied_groups};

#[test]
fn every_command_line_of_the_file_in_five_languages() {
    let (Some(diff), Some(catalogues)) = (differential_test(), require::catalogues()) else {
        return;
    };
    let caller = Caller::Whoever;
    let Some(samples) = SampleTargets::new(caller) else {
        return;
    };
    let substitute =
        |line: &Vec<String>| line.iter().map(|word| samples.substitute(word)).collect();
    let lines: Vec<Vec<String>> = lines().iter().map(substitute).collect();
    let (compared, expected) = diff.compare_languages(
        &catalogues,
        &lines,
        |tool| caller.runs(tool),
        |ours, original| original_is_denied_groups(original) || is_left_in_english(ours, original),
    );
    assert!(compared - expected >= 1250, "only {compared} were compared");
}
