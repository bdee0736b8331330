//! Hints: a second line with the cause of a failure, each cause made here as it comes about on a machine. What is not
//! asked for hints says what the original says, to the byte: [`DifferentialTest::hint`] sees to that every time.

mod changed_root;
mod ids;
mod limits;
mod mounts;
mod output;
mod unshare;
mod usage;

use std::path::Path;

use crate::fixture::{RUNSHARE, differential_test, ordinary};
use testkit::Tool;

/// The hint that ours gives when an ordinary user calls it so; none where the originals are missing.
#[track_caller]
fn hint(args: &[&str]) -> Option<String> {
    Some(expected(
        differential_test()?.hint(|tool| ordinary(tool).args(args)),
    ))
}

/// The same in a situation that a shell script sets up, as root of a user namespace and with these other ones; in it
/// `$1` is the tool and `$2` a directory.
#[track_caller]
fn hint_inside(namespaces: &str, script: &str, directory: &Path) -> Option<String> {
    let hint =
        differential_test()?.hint_in(|program| inside(namespaces, script, program, directory));
    Some(expected(hint))
}

fn inside(namespaces: &str, script: &str, program: &Path, directory: &Path) -> Tool {
    let tool = ordinary(Tool::new(RUNSHARE)).arg(namespaces);
    let tool = tool.args(["sh", "-e", "-c", script, "sh"]);
    tool.arg(program).arg(directory)
}

#[track_caller]
fn expected(hint: Option<String>) -> String {
    hint.expect("there is a hint")
}

/// The command that a hint names.
#[track_caller]
fn command_in(hint: &str) -> &str {
    let command = hint.split('`').nth(1);
    command.unwrap_or_else(|| panic!("no command in {hint:?}"))
}
