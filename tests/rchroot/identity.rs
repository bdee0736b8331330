//! Whom the command runs as, by what the kernel says of it: uid, gid and supplementary groups.

use crate::fixture::{Fixture, GROUPS, RCHROOT, ids};
use testkit::{Outcome, Tool, require};

fn outcome(fixture: &Fixture, line: &[&str]) -> Outcome {
    let tool = Tool::new(RCHROOT).argv0("chroot");
    fixture.root(tool).args(line).arg("show").run()
}

/// Asserts the ids for each userspec in a root, `u g G`.
fn table(fixture: &Fixture, root: &str, rows: &[(&str, &str)]) {
    for (spec, expected) in rows {
        let outcome = outcome(fixture, &["--userspec", spec, root]).ok();
        assert_eq!(ids(&outcome.out()), *expected, "{outcome}");
        assert!(outcome.stderr.is_empty(), "{outcome}");
    }
}

/// Asserts what is wrong with each userspec in a root.
fn refused(fixture: &Fixture, root: &str, rows: &[(&str, &str)]) {
    for (spec, sentence) in rows {
        let sentence = format!("chroot: {sentence}\n");
        outcome(fixture, &["--userspec", spec, root]).fails(125, &sentence);
    }
}

#[test]
fn names_known_inside_are_those_of_the_inside() {
    if !require::root() {
        return;
    }
    let rows = [
        ("both", "u=5102 g=5202 G=5202,5301,5302"),
        ("both:", "u=5102 g=5202 G=5202,5301,5302"),
        ("both:bothgrp", "u=5102 g=5302 G=5301,5302"),
        ("both:9", "u=5102 g=9 G=9,5301,5302"),
        ("jailon", "u=5101 g=5201 G=5201,5301,5302"),
        ("7001", "u=5103 g=5203 G=5203"),
        ("6001:6101", "u=5105 g=5305 G=5305"),
        ("dot.ted", "u=5104 g=5204 G=5204"),
        ("5101", "u=5101 g=5201 G=5201,5301,5302"),
        ("5101:9", "u=5101 g=9 G=9,5301,5302"),
        ("zed", "u=5999 g=5998 G=5997,5998"),
    ];
    table(&Fixture::new(), "jail", &rows);
}

#[test]
fn names_known_outside_alone_are_those_of_the_outside() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let rows = [
        ("hoston", "u=4101 g=4201 G=4201,4301,4302"),
        ("hoston:hostgrp", "u=4101 g=4301 G=4301,4302"),
        ("hoston:bothgrp", "u=4101 g=4302 G=4301,4302"),
        ("hoston:9", "u=4101 g=9 G=9,4301,4302"),
        ("hoston::", "u=4101 g=4201 G=4201,4301,4302"),
        ("4101", "u=4101 g=4201 G=4201,4301,4302"),
        ("4101:hostgrp", "u=4101 g=4301 G=4301,4302"),
    ];
    table(&fixture, "jail", &rows);
    table(&fixture, "nodb", &rows);
    let rows = [
        ("both", "u=4102 g=4202 G=4202,4302"),
        ("root", "u=0 g=0 G=0"),
    ];
    table(&fixture, "nodb", &rows);
}

#[test]
fn ids_unknown_inside_have_no_groups_there() {
    if !require::root() {
        return;
    }
    let rows = [
        ("99999:88888", "u=99999 g=88888 G="),
        ("4101:9", "u=4101 g=9 G="),
        ("4101:jailgrp", "u=4101 g=5301 G="),
        ("+7001:+7101", "u=7001 g=7101 G="),
    ];
    table(&Fixture::new(), "jail", &rows);
}

#[test]
fn a_group_alone_changes_nothing_but_the_group() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let rows = [
        (":9", "u=0 g=9 G=77,88"),
        (":bothgrp", "u=0 g=5302 G=77,88"),
        (":hostgrp", "u=0 g=4301 G=77,88"),
        (":jailgrp", "u=0 g=5301 G=77,88"),
        ("", "u=0 g=0 G=77,88"),
        (":", "u=0 g=0 G=77,88"),
    ];
    table(&fixture, "jail", &rows);
    assert_eq!(GROUPS, [77, 88]);
}

#[test]
fn what_neither_side_knows_as_a_whole_is_refused() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let rows = [
        ("nosuch", "invalid user"),
        ("hoston:jailgrp", "invalid user"),
        ("both:hostgrp", "invalid group"),
        ("both.hostgrp", "invalid user"),
        ("5101:hostgrp", "invalid group"),
        ("jailon:nosuch", "invalid group"),
        (":nosuch", "invalid group"),
        ("5101::", "invalid spec"),
        ("nosuch::", "invalid spec"),
        ("99999", "no group specified for unknown uid: 99999"),
    ];
    refused(&fixture, "jail", &rows);
    refused(
        &fixture,
        "nodb",
        &[("jailon", "invalid user"), (":jailgrp", "invalid group")],
    );
    refused(
        &fixture,
        "/",
        &[
            ("jailon", "invalid user"),
            ("5101", "no group specified for unknown uid: 5101"),
        ],
    );
}

#[test]
fn the_old_root_has_one_side() {
    if !require::root() {
        return;
    }
    let rows = [
        ("both", "u=4102 g=4202 G=4202,4302"),
        ("hoston:bothgrp", "u=4101 g=4302 G=4301,4302"),
        ("7001", "u=4103 g=4203 G=4203"),
        ("twain", "u=4110 g=4210 G=4210"),
        ("twain::", "u=4110 g=4211 G=4211"),
    ];
    let fixture = Fixture::new();
    for root in ["/", "isroot", "/proc/self/root"] {
        table(&fixture, root, &rows);
    }
}

#[test]
fn a_list_of_groups_is_of_one_side_too() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    for (list, root, expected) in [
        ("bothgrp", "jail", "u=0 g=0 G=5302"),
        ("bothgrp", "nodb", "u=0 g=0 G=4302"),
        ("bothgrp", "/", "u=0 g=0 G=4302"),
        ("hostgrp", "jail", "u=0 g=0 G=4301"),
        ("hostgrp,bothgrp", "jail", "u=0 g=0 G=4301,4302"),
        ("jailgrp,bothgrp,9", "jail", "u=0 g=0 G=9,5301,5302"),
        ("6,5,5", "jail", "u=0 g=0 G=5,5,6"),
        ("", "jail", "u=0 g=0 G="),
    ] {
        let outcome = outcome(&fixture, &["--groups", list, root]).ok();
        assert_eq!(ids(&outcome.out()), expected, "{outcome}");
    }
    let sentence = "chroot: invalid group 'hostgrp'\n";
    outcome(&fixture, &["--groups=hostgrp,jailgrp", "jail"]).fails(125, sentence);
    let sentence = "chroot: invalid group 'hostgrp'\nchroot: invalid group 'x'\n";
    outcome(&fixture, &["--groups=hostgrp,5,x,jailgrp", "jail"]).fails(125, sentence);
}

#[test]
fn a_list_of_groups_takes_the_place_of_the_users_own() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    for (spec, list, expected) in [
        ("jailon", "", "u=5101 g=5201 G="),
        ("jailon", "9", "u=5101 g=5201 G=9"),
        ("both", "hostgrp", "u=5102 g=5202 G=4301"),
        ("hoston", "jailgrp", "u=4101 g=4201 G=5301"),
        ("5:6", "7", "u=5 g=6 G=7"),
        (":6", "7", "u=0 g=6 G=7"),
    ] {
        let outcome = outcome(&fixture, &["--userspec", spec, "--groups", list, "jail"]).ok();
        assert_eq!(ids(&outcome.out()), expected, "{outcome}");
    }
}

#[test]
fn a_dot_for_the_colon_is_warned_of_on_either_side() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    for (spec, root, expected) in [
        ("both.bothgrp", "jail", "u=5102 g=5302 G=5301,5302"),
        ("hoston.bothgrp", "jail", "u=4101 g=4302 G=4301,4302"),
        ("hoston.", "nodb", "u=4101 g=4201 G=4201,4301,4302"),
        (".hostgrp", "jail", "u=0 g=4301 G=77,88"),
        ("5.6", "nodb", "u=5 g=6 G="),
    ] {
        let outcome = outcome(&fixture, &["--userspec", spec, root]).ok();
        assert_eq!(ids(&outcome.out()), expected, "{outcome}");
        assert_eq!(
            outcome.err(),
            "chroot: warning: '.' should be ':'\n",
            "{outcome}"
        );
    }
}
