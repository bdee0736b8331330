//! A file system that has stopped answering, in the caller's directory and below the name of a network, beside a pipe
//! there: what only names something is not asked.

use std::fs;
use std::time::Duration;

use testkit::{Running, UnresponsiveFs, require, rerun};

use crate::bash::LIST_AND_PRINT;
use crate::fixture::Fixture;
use crate::{bash, fish, zsh};

/// What is typed: nothing of a path, or no path that leads there.
const LINES: [&str; 5] = [
    "rnsenter --target ",
    "rnsenter --target=netns:",
    "rlsns --compare 1,netns:s",
    "rlsns ",
    "rlsns --holders netns:s",
];
const NETWORK: &str = "silent";
/// How long a test may take on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(180);

/// A fixture with a file system that can be silenced; none, and the test skipped, if something is missing. The
/// caller is run once more in a process of its own, whose end is the end of the file system.
#[track_caller]
fn set(shell: &str) -> Option<(Fixture, UnresponsiveFs)> {
    if rerun::reason().is_none() {
        let runshare = require::workspace_program("runshare")?;
        if require::root() && UnresponsiveFs::is_possible() {
            rerun::in_mount_namespace(runshare, TIMEOUT);
        }
        return None;
    }
    let fixture = Fixture::set_for_root(shell)?;
    let point = fixture.path().join("silent");
    fs::create_dir(&point).expect("a directory");
    Some((fixture, UnresponsiveFs::mount(&point)))
}

/// Asks a shell that has started before the file system falls silent.
fn list_all(shell: &mut Running, silent: &mut UnresponsiveFs) {
    silent.stop_answering();
    for line in LINES {
        shell.type_in(&format!("{line}{LIST_AND_PRINT}"));
        let shown = shell.read_until("\u{2}");
        assert!(shown.contains(NETWORK), "{line}: {shown:?}");
    }
}

#[test]
fn bash_does_not_wait_for_a_silent_file_system() {
    let Some((fixture, mut silent)) = set("bash") else {
        return;
    };
    if let Some(mut bash) = bash::start(&fixture) {
        list_all(&mut bash, &mut silent);
    }
}

#[test]
fn zsh_does_not_wait_for_a_silent_file_system() {
    let Some((fixture, mut silent)) = set("zsh") else {
        return;
    };
    list_all(&mut zsh::start(&fixture), &mut silent);
}

#[test]
fn fish_does_not_wait_for_a_silent_file_system() {
    let Some((fixture, mut silent)) = set("fish") else {
        return;
    };
    let mut fish = fish::start(&fixture, &LINES);
    silent.stop_answering();
    fish.type_in("\r");
    for line in LINES {
        let shown = fish.read_until("\u{2}");
        assert!(shown.contains(NETWORK), "{line}: {shown}");
    }
}
