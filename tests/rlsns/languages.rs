//! Messages in the languages of the originals' catalogues.

use testkit::{DifferentialTest, Tool, command_lines, is_left_in_english, require};

use crate::fixture::Fixture;
use crate::scenario::{RLSNS, Scenario};

/// Lines that end in a message. The original lists the processes before some of them, and where one ends meanwhile it
/// fails without a message: so they are those of new namespaces.
const LINES: &str = "
--foo
--no-such=5
--task
-p x
-p 0
-p 99999999999999999999
-t nosuch
-o nosuch
-J -r
-o NS,nosuch,PID
-T=nosuch
--tree=nosuch
--t
--n
1x
99999999999999999999
-Q 'nosuch == 1'
-Q 'UID == TYPE'
-x
";

fn need() -> Option<(DifferentialTest, std::path::PathBuf)> {
    Some((
        DifferentialTest::new("lsns", RLSNS)?,
        require::catalogues()?,
    ))
}

#[test]
fn messages_in_five_languages() {
    let Some(_fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let Some((diff, catalogues)) = need() else {
        return;
    };
    let lines = command_lines(LINES);
    let (compared, _) =
        diff.compare_languages(&catalogues, &lines, |tool| tool, is_left_in_english);
    assert!(compared >= 80, "only {compared} were compared");
}

/// Its translation of `failed to apply filter` has an argument that the sentence lacks: the original reads what is not
/// there, and what comes of it is anything, a crash for one.
#[test]
fn a_croatian_sentence_with_an_argument_too_many_stays_english() {
    let Some((diff, catalogues)) = need() else {
        return;
    };
    let setup = |tool: Tool| {
        tool.language(&catalogues, "hr_HR")
            .args(["-Q", "UID == TYPE"])
    };
    let (ours, original) = diff.run_both(setup);
    assert_eq!(ours.code(), 1, "{ours}");
    assert!(
        ours.err().starts_with("lsns: failed to apply filter: "),
        "{ours}"
    );
    assert!(
        !ours.err().ends_with("Invalid argument\n"),
        "the reason is Croatian: {ours}"
    );
    assert!(
        !original.err().contains("failed to apply filter: "),
        "{original}"
    );
}
