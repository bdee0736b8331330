//! Namespaces that no process is in, in each of the places where they can hide: ours finds every one, and says in HELD
//! what it is that holds it; the original finds a few, and called by its name ours lists no other unless told to.

use testkit::{Outcome, Tool};

use crate::fixture::{Fixture, seen};
use crate::hiding_places::{self, Hidden, Place};
use crate::scenario::Scenario;

/// The cells of the row of this namespace, if there is one.
fn row(outcome: &Outcome, inode: u64) -> Option<Vec<String>> {
    let text = outcome.clone().ok().out();
    let mut rows = text.lines().map(|line| line.split(' ').map(str::to_owned));
    let mut row = rows.find(|row| row.clone().next() == Some(inode.to_string()))?;
    Some(row.by_ref().collect())
}

/// Asserts that ours lists what hides there and says why, and what the original does.
fn reveal(scenarios: &[Scenario], place: Place) {
    let Some(fixture) = Fixture::in_each(scenarios) else {
        return;
    };
    let hidden = fixture.processor.on(|| place(&fixture));
    let list = |tool: Tool, columns: &str| tool.args(["-rnlo", columns]).run();
    let ours = list(fixture.ours().arg("--hidden"), "NS,TYPE,NPROCS,HELD");
    let inode = hidden.inode.to_string();
    let expected = [&inode, hidden.kind, "0", hidden.held];
    let seen = row(&ours, hidden.inode).unwrap_or_else(|| panic!("no {inode}\n{ours}"));
    assert_eq!(seen, expected, "{ours}");
    let theirs = list(fixture.original(), "NS,TYPE,NPROCS");
    let known = row(&theirs, hidden.inode).is_some();
    assert_eq!(known, hidden.is_known, "{inode}\n{theirs}");
    is_in_every_view(&fixture, &hidden);
    is_left_out_where_the_original_does(&fixture, &hidden);
}

/// The forms of the list that it must be in, and one that it must not be in.
fn is_in_every_view(fixture: &Fixture, hidden: &Hidden) {
    let inode = hidden.inode.to_string();
    let listed = |line: &[&str]| {
        let outcome = fixture.ours().arg("--hidden").args(line).run().ok();
        (outcome.out().contains(&inode), outcome)
    };
    let by_number = format!("NS == {inode}");
    for line in [
        &[][..],
        &["-T"],
        &["-J"],
        &["-P"],
        &["--output-all"],
        &["-t", hidden.kind],
        &["-Q", &by_number],
        &["-Q", "NPROCS == 0", "-o", "NS,HELD"],
    ] {
        let (is_listed, outcome) = listed(line);
        assert!(is_listed, "{outcome}");
    }
    let other = if hidden.kind == "net" { "ipc" } else { "net" };
    let (is_listed, outcome) = listed(&["-t", other, "-o", "NS,TYPE"]);
    assert!(!is_listed, "{outcome}");
    // It has no process to list.
    let outcome = fixture.ours().args(["--hidden", &inode]).run().ok();
    assert!(outcome.stdout.is_empty(), "{outcome}");
}

/// By the original's name the list has the original's rows, in every form, and so has that of `--no-hidden`.
fn is_left_out_where_the_original_does(fixture: &Fixture, hidden: &Hidden) {
    let inode = hidden.inode.to_string();
    let by_number = format!("NS == {inode}");
    for line in [
        &[][..],
        &["-T"],
        &["--tree=parent"],
        &["-l"],
        &["-J"],
        &["-P"],
        &["--output-all"],
        &["-t", hidden.kind],
        &["-t", hidden.kind, "-P", "-o", "+NSFS,UID"],
        &["-Q", &by_number],
        &["-Q", "NPROCS == 0"],
        &[&inode],
        &["-p", "1"],
    ] {
        // Beside each other the machine would have changed.
        if fixture.scenario == Scenario::Host {
            continue;
        }
        let (ours, theirs) = fixture.run_both(|tool| tool.args(line));
        assert_eq!(seen(&ours), seen(&theirs), "{line:?}\n{ours}\n{theirs}");
    }
    // The column says what holds those that are listed, and brings no others.
    for options in [
        &["-rno", "NS,HELD"][..],
        &["-rno", "NS,HELD", "--no-hidden"],
    ] {
        let listed = fixture.ours().args(options).run().ok().out();
        let expected = format!("{inode} {}", hidden.held);
        let row = listed.lines().find(|line| line.starts_with(&inode));
        assert_eq!(
            row,
            hidden.is_known.then_some(expected.as_str()),
            "{listed}"
        );
    }
    // By our own name it is the other way round.
    for (options, is_listed) in [
        (&[][..], true),
        (&["--no-hidden"], hidden.is_known),
        (&["--no-hidden", "--hidden"], true),
    ] {
        let tool = fixture.ours().argv0("rlsns").args(["-rno", "NS"]);
        let listed = tool.args(options).run().ok().out();
        let found = listed.lines().any(|line| line == inode);
        assert_eq!(found, is_listed, "{options:?} {inode}\n{listed}");
    }
}

#[test]
fn held_by_a_thread_alone() {
    reveal(
        &[Scenario::Root, Scenario::User],
        hiding_places::in_a_thread,
    );
}

#[test]
fn mounted_in_another_mount_namespace_alone() {
    reveal(
        &[Scenario::Root, Scenario::User],
        hiding_places::mounted_elsewhere,
    );
}

#[test]
fn a_mount_namespace_without_a_process() {
    reveal(
        &[Scenario::Root, Scenario::User],
        hiding_places::mounted_mount_namespace,
    );
}

#[test]
fn mounted_inside_a_mount_namespace_without_a_process() {
    reveal(
        &[Scenario::Root, Scenario::User],
        hiding_places::mounted_in_a_mount_namespace_without_a_process,
    );
}

#[test]
fn held_by_a_socket_alone() {
    reveal(
        &[Scenario::Root, Scenario::User],
        hiding_places::in_a_socket,
    );
}

#[test]
fn held_by_a_descriptor_alone() {
    reveal(
        &[Scenario::Root, Scenario::User],
        hiding_places::behind_a_descriptor,
    );
}

#[test]
fn held_by_the_descriptor_after_the_lowest_numbers() {
    reveal(
        &[Scenario::Root, Scenario::User],
        hiding_places::behind_the_descriptor_after_the_lowest,
    );
}

#[test]
fn a_parent_user_namespace_without_a_process() {
    reveal(
        &[Scenario::Root, Scenario::User],
        hiding_places::as_a_parent,
    );
}

#[test]
fn the_pid_namespace_of_children_that_cannot_be() {
    reveal(
        &[Scenario::Root, Scenario::User],
        hiding_places::for_children_of_a_dead_init,
    );
}

#[test]
fn the_time_namespace_of_children_yet_to_come() {
    reveal(
        &[Scenario::Root, Scenario::User],
        hiding_places::for_children_in_other_times,
    );
}

#[test]
fn mounted_two_mount_namespaces_without_a_process_deep() {
    reveal(&[Scenario::Host], hiding_places::two_mount_namespaces_deep);
}
