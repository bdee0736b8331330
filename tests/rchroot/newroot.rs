//! NEWROOT: which one is the old root, how it is entered, and what is told where it cannot be.

use std::fs::rename;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::fixture::{Fixture, RCHROOT, differential_test};
use testkit::{Outcome, Tool, require};

fn rchroot() -> Tool {
    Tool::new(RCHROOT).argv0("chroot")
}

#[test]
fn the_command_sees_the_new_root_and_starts_there() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fixture.file("jail/tmp/sign", "inside\n");
    let line = [
        "jail",
        "sh",
        "-c",
        "pwd; cat tmp/sign /tmp/sign ../../tmp/sign",
    ];
    let outcome = fixture.root(rchroot()).args(line).run().ok();
    assert_eq!(outcome.out(), "/\ninside\ninside\ninside\n");
}

#[test]
fn the_directory_stays_only_where_that_is_asked_for() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let pwd = |line: &[&str]| {
        let tool = fixture.root(rchroot()).args(line);
        tool.args(["sh", "-c", "pwd -P"]).run().ok().out()
    };
    let here = format!("{}\n", fixture.scratch.path().display());
    assert_eq!(pwd(&["/"]), "/\n");
    assert_eq!(pwd(&["--skip-chdir", "/"]), here);
    assert_eq!(pwd(&["--skip-chdir", "isroot"]), here);
}

#[test]
fn a_bind_mount_of_the_root_is_another_root() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fixture.scratch.dir("bound");
    let Some(diff) = differential_test() else {
        return;
    };
    let here = |tool| fixture.root(tool).bind_over("/", fixture.path("bound"));
    diff.assert_same_with(|tool| here(tool).args(["--skip-chdir", "bound", "true"]));
    diff.assert_same_with(|tool| here(tool).args(["bound", "true"]));
    let (ours, _) = diff.run_both(|tool| here(tool).args(["--skip-chdir", "bound", "true"]));
    ours.fails(
        125,
        "chroot: option --skip-chdir only permitted if NEWROOT is old '/'\n\
         Try 'chroot --help' for more information.\n",
    );
}

#[test]
fn in_a_root_that_was_entered_its_own_root_is_the_old_one() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(original) = require::original("chroot") else {
        return;
    };
    // The jail has the C library, and ours needs no other.
    std::fs::copy(RCHROOT, fixture.path("jail/rchroot")).unwrap();
    testkit::wait_for_writers(fixture.path("jail/rchroot").as_ref());
    let enter = || {
        fixture
            .root(Tool::new(&original))
            .args(["jail", "/rchroot"])
    };
    let outcome = enter().args(["--skip-chdir", "--userspec=jailon", "/", "/show"]);
    assert_eq!(
        crate::fixture::ids(&outcome.run().ok().out()),
        "u=5101 g=5201 G=5201,5301,5302"
    );
    let outcome = enter().args(["--skip-chdir", "/tmp", "/show"]).run();
    assert_eq!(outcome.code(), 125, "{outcome}");
}

#[test]
fn an_ordinary_user_gets_the_error_of_the_path_first() {
    let fixture = Fixture::new();
    for (root, reason) in [
        ("/", "Operation not permitted"),
        ("jail", "Operation not permitted"),
        ("nosuch", "No such file or directory"),
        ("file", "Not a directory"),
        ("loop", "Too many levels of symbolic links"),
    ] {
        let outcome = fixture
            .ordinary(rchroot())
            .args(["--userspec=bad", "--groups=bad", root]);
        let sentence = format!("chroot: cannot change root directory to '{root}': {reason}\n");
        outcome.run().fails(125, &sentence);
    }
}

#[test]
fn without_a_search_right_the_way_is_barred() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    for root in ["closed", "closed/inner"] {
        let outcome = fixture.ordinary(rchroot()).args([root, "true"]).run();
        let sentence =
            format!("chroot: cannot change root directory to '{root}': Permission denied\n");
        outcome.fails(125, &sentence);
    }
}

#[test]
fn what_is_wrong_is_reported_in_the_order_of_the_steps() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    for (line, sentence) in [
        (
            "--foo --skip-chdir --userspec=bad --groups=bad nosuch nosuch",
            "unrecognized option '--foo'\nTry 'chroot --help' for more information.",
        ),
        (
            "--skip-chdir --userspec=bad --groups=bad nosuch nosuch",
            "option --skip-chdir only permitted if NEWROOT is old '/'\nTry 'chroot --help' for \
             more information.",
        ),
        (
            "--userspec=bad --groups=bad nosuch nosuch",
            "cannot change root directory to 'nosuch': No such file or directory",
        ),
        ("--userspec=bad --groups=bad jail nosuch", "invalid user"),
        (
            "--userspec=99999 --groups=bad jail nosuch",
            "no group specified for unknown uid: 99999",
        ),
        (
            "--userspec=5 --groups=bad jail nosuch",
            "no group specified for unknown uid: 5",
        ),
        (
            "--userspec=5:5 --groups=bad jail nosuch",
            "invalid group 'bad'",
        ),
        (
            "--userspec=5:5 --groups=4294967295 jail nosuch",
            "failed to set supplemental groups: Invalid argument",
        ),
    ] {
        let outcome = fixture.root(rchroot()).args(testkit::words(line)).run();
        outcome.fails(125, &format!("chroot: {sentence}\n"));
    }
    let outcome = fixture
        .root(rchroot())
        .args(["--userspec=5:5", "jail", "nosuch"])
        .run();
    outcome.fails(
        127,
        "chroot: failed to run command 'nosuch': No such file or directory\n",
    );
}

#[test]
fn what_was_checked_is_what_is_entered_though_the_name_changes_meanwhile() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fixture.file("jail/sign", "inside\n");
    let (link, next) = (fixture.path("link"), fixture.path("next"));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for root in ["/", "jail"] {
                    symlink(root, &next).unwrap();
                    rename(&next, &link).unwrap();
                }
            }
        });
        let mut entered = 0;
        let outcomes: Vec<Outcome> = (0..300)
            .map(|_| {
                let tool = fixture.root(rchroot()).args(["--skip-chdir", "link"]);
                tool.args(["sh", "-c", "test ! -e /sign && echo outside"])
                    .run()
            })
            .filter(|outcome| outcome.code() != 125)
            .inspect(|_| entered += 1)
            .filter(|outcome| outcome.out() != "outside\n")
            .collect();
        done.store(true, Ordering::Relaxed);
        assert!(entered > 0);
        assert!(
            outcomes.is_empty(),
            "{} of {entered}: {}",
            outcomes.len(),
            outcomes[0]
        );
    });
}

#[test]
fn a_root_that_was_looked_at_before_is_refused_in_the_same_words() {
    let Some(diff) = differential_test() else {
        return;
    };
    let fixture = Fixture::new();
    let long = "x".repeat(300);
    let roots = [
        "/",
        "jail",
        "nosuch",
        "file",
        "loop",
        "closed",
        "closed/inner",
        "isroot",
        "",
        &long,
    ];
    for root in roots {
        for options in [
            &["--userspec=both"][..],
            &["--groups=bothgrp"],
            &["--skip-chdir"],
        ] {
            diff.assert_same_with(|tool| fixture.ordinary(tool).args(options).args([root, "true"]));
        }
    }
}
