//! Where ours differs on purpose: each row of tests/differences.md, both sides asserted, so that a change of the
//! original's is noticed as well as one of ours.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fixture::{Fixture, RCHROOT, differential_test, ids, library_directory, opened};
use testkit::{Outcome, Tool, require};

/// What a run with `show` comes to: the ids after a warning if there is one, or what is wrong.
fn summarize(outcome: &Outcome) -> String {
    let said = outcome.err().replace("chroot: ", "").trim_end().to_owned();
    match outcome.code() {
        0 => (said + " " + &ids(&outcome.out())).trim_start().to_owned(),
        code => format!("{code}: {said}"),
    }
}

/// Asserts what each line comes to with ours and with the original.
fn differ(fixture: &Fixture, root: &str, rows: &[(&str, &str, &str)]) {
    let Some(diff) = differential_test() else {
        return;
    };
    for (option, ours, theirs) in rows {
        let both = diff.run_both(|tool| fixture.root(tool).args([option, root, "show"]));
        let seen = (summarize(&both.0), summarize(&both.1));
        assert_eq!(
            seen,
            ((*ours).to_owned(), (*theirs).to_owned()),
            "{option} {root}"
        );
    }
}

#[test]
fn a_user_known_on_both_sides_gets_the_login_group_of_the_same_side() {
    if !require::root() {
        return;
    }
    let rows = [
        (
            "--userspec=both",
            "u=5102 g=5202 G=5202,5301,5302",
            "u=5102 g=4202 G=4202,5301,5302",
        ),
        (
            "--userspec=both:",
            "u=5102 g=5202 G=5202,5301,5302",
            "u=5102 g=4202 G=4202,5301,5302",
        ),
        (
            "--userspec=dot.ted",
            "u=5104 g=5204 G=5204",
            "u=5104 g=4204 G=4204",
        ),
        (
            "--userspec=7001",
            "u=5103 g=5203 G=5203",
            "u=5103 g=4203 G=4203",
        ),
    ];
    differ(&Fixture::new(), "jail", &rows);
}

#[test]
fn digits_that_are_a_name_outside_alone_are_that_user_as_a_whole() {
    if !require::root() {
        return;
    }
    let rows = [
        (
            "--userspec=7001",
            "u=4103 g=4203 G=4203",
            "u=7001 g=4203 G=4203",
        ),
        (
            "--userspec=7001::",
            "u=4103 g=4203 G=4203",
            "125: invalid spec",
        ),
        (
            "--userspec=7001:bothgrp",
            "u=4103 g=4302 G=4302",
            "125: invalid group",
        ),
    ];
    // The last one: GROUP is known outside alone, so the outside it is.
    differ(&Fixture::new(), "nodb", &rows);
}

#[test]
fn a_number_known_outside_alone_gets_no_strangers_groups() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let rows = [
        (
            "--userspec=4101",
            "u=4101 g=4201 G=4201,4301,4302",
            "u=4101 g=4201 G=4201,5997",
        ),
        (
            "--userspec=4102:",
            "u=4102 g=4202 G=4202,4302",
            "u=4102 g=4202 G=4202,5997",
        ),
        ("--userspec=4101:9", "u=4101 g=9 G=", "u=4101 g=9 G=9,5997"),
        (
            "--userspec=4101.9",
            "warning: '.' should be ':' u=4101 g=9 G=",
            "warning: '.' should be ':' u=4101 g=9 G=9,5997",
        ),
    ];
    differ(&fixture, "jail", &rows);
    let rows = [
        (
            "--userspec=4101",
            "u=4101 g=4201 G=4201,4301,4302",
            "u=4101 g=4201 G=4201",
        ),
        ("--userspec=4101:9", "u=4101 g=9 G=", "u=4101 g=9 G=9"),
        ("--userspec=7001:9", "u=7001 g=9 G=", "u=7001 g=9 G=9"),
    ];
    differ(&fixture, "nodb", &rows);
    // Whose groups they are follows the last line of the file.
    let passwd = fs::read_to_string(fixture.path("jail/etc/passwd")).unwrap();
    fixture.file(
        "jail/etc/passwd",
        passwd + "jailon:x:5101:5201::/:/bin/sh\n",
    );
    let rows = [(
        "--userspec=4101",
        "u=4101 g=4201 G=4201,4301,4302",
        "u=4101 g=4201 G=4201,5301,5302",
    )];
    differ(&fixture, "jail", &rows);
}

#[test]
fn users_and_groups_known_outside_alone_are_found_as_the_manual_says() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let warned = "warning: '.' should be ':' u=4101 g=4302 G=4301,4302";
    let rows = [
        (
            "--userspec=hoston",
            "u=4101 g=4201 G=4201,4301,4302",
            "125: invalid user",
        ),
        (
            "--userspec=hoston:bothgrp",
            "u=4101 g=4302 G=4301,4302",
            "125: invalid user",
        ),
        (
            "--userspec=hoston:9",
            "u=4101 g=9 G=9,4301,4302",
            "125: invalid user",
        ),
        (
            "--userspec=hoston::",
            "u=4101 g=4201 G=4201,4301,4302",
            "125: invalid spec",
        ),
        ("--userspec=hoston.bothgrp", warned, "125: invalid user"),
        (
            "--userspec=:hostgrp",
            "u=0 g=4301 G=77,88",
            "125: invalid group",
        ),
        (
            "--userspec=99999:hostgrp",
            "u=99999 g=4301 G=",
            "125: invalid group",
        ),
        (
            "--userspec=4101:hostgrp",
            "u=4101 g=4301 G=4301,4302",
            "125: invalid group",
        ),
    ];
    differ(&fixture, "jail", &rows);
    let rows = [
        ("--userspec=root", "u=0 g=0 G=0", "125: invalid user"),
        (
            "--userspec=both",
            "u=4102 g=4202 G=4202,4302",
            "125: invalid user",
        ),
        (
            "--userspec=:bothgrp",
            "u=0 g=4302 G=77,88",
            "125: invalid group",
        ),
    ];
    differ(&fixture, "nodb", &rows);
}

#[test]
fn no_reason_is_given_that_is_none() {
    if !require::root() {
        return;
    }
    let reason = ": No such file or directory";
    let both = |sentence: &str| {
        (
            format!("125: {sentence}"),
            format!("125: {sentence}{reason}"),
        )
    };
    let unknown = both("no group specified for unknown uid: 99999");
    let invalid = both("invalid group 'nosuch'");
    let rows = [
        ("--userspec=99999", &*unknown.0, &*unknown.1),
        ("--groups=nosuch", &*invalid.0, &*invalid.1),
    ];
    differ(&Fixture::new(), "nodb", &rows);
}

#[test]
fn an_entry_with_the_number_for_no_change_does_not_leave_the_command_root() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fixture.file(
        "nodb/etc/passwd",
        "neg:x:4294967295:6::/:\nlogin:x:5:4294967295::/:\n",
    );
    fixture.file("nodb/etc/group", "neg:x:4294967295:\n");
    let no_group = "125: no group specified for unknown uid: 5";
    let rows = [
        ("--userspec=neg", "125: invalid user", "u=0 g=0 G=77,88"),
        ("--userspec=neg:9", "125: invalid user", "u=0 g=9 G=77,88"),
        ("--userspec=login", "125: invalid user", "u=5 g=0 G="),
        ("--userspec=5", no_group, "u=5 g=0 G="),
        ("--userspec=:neg", "125: invalid group", "u=0 g=0 G=77,88"),
        (
            "--userspec=9:neg",
            "125: invalid group",
            "125: no group specified for unknown uid: 9",
        ),
    ];
    differ(&fixture, "nodb", &rows);
    fixture.file("etc/passwd", "neg:x:4294967295:6::/:\n");
    let rows = [("--userspec=neg", "125: invalid user", "u=0 g=0 G=77,88")];
    differ(&fixture, "/", &rows);
}

#[test]
fn a_group_that_is_commented_out_has_no_members() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fixture.file(
        "jail/etc/group",
        "#was:x:7:jailon\n+:x:8:jailon\n-x:::jailon\nis:x:9:jailon\n",
    );
    let rows = [(
        "--userspec=jailon",
        "u=5101 g=5201 G=9,5201",
        "u=5101 g=5201 G=0,7,8,9,5201",
    )];
    differ(&fixture, "jail", &rows);
}

#[test]
fn no_module_of_the_new_roots_name_service_is_loaded() {
    if !require::root() {
        return;
    }
    let Some(original) = require::original("chroot") else {
        return;
    };
    // A module that the caller's name service is set up with and that is in the jail alone.
    let fixture = Fixture::new();
    fixture.file(
        "etc/nsswitch.conf",
        "passwd: files nsutils\ngroup: files nsutils\n",
    );
    let directory = fixture.path(&format!("jail{}", library_directory()));
    let module = format!("{directory}/libnss_nsutils.so.2");
    fs::write(&module, "").unwrap();
    for line in ["--userspec=:hostgrp", "--groups=hostgrp"] {
        let loads = |program: &Path| {
            let tool = fixture
                .root(Tool::new(program))
                .args([line, "jail", "/nosuch"]);
            opened(&[PathBuf::from(&directory)], tool)
                .1
                .contains(&module)
        };
        assert!(loads(&original), "{line}");
        assert!(!loads(RCHROOT.path()), "{line}");
    }
}

#[test]
fn no_converter_of_the_new_roots_encodings_is_loaded() {
    // locale-gen: it comes with the encodings that localedef makes a locale of.
    if !require::root() || !require::installed("locale-gen") {
        return;
    }
    let Some(original) = require::original("chroot") else {
        return;
    };
    let fixture = Fixture::new();
    let locale = fixture.path("zh_CN.GB2312");
    let localedef = Tool::new("/usr/bin/localedef").args(["-i", "zh_CN", "-f", "GB2312", &locale]);
    localedef.run().ok();
    let directory = fixture
        .scratch
        .dir(format!("jail/usr{}/gconv", library_directory()));
    let module = directory.join("EUC-CN.so").to_str().unwrap().to_owned();
    fs::write(&module, "").unwrap();
    let loads = |program: &Path| {
        let tool = Tool::new(program)
            .env("LC_ALL", "")
            .env("LC_CTYPE", "zh_CN.GB2312");
        let tool = fixture.root(tool).env("LOCPATH", fixture.path(""));
        opened(
            std::slice::from_ref(&directory),
            tool.args(["jail", "/nosuch"]),
        )
        .1
        .contains(&module)
    };
    assert!(loads(&original));
    assert!(!loads(RCHROOT.path()));
}
