//! The command lines of `command_lines.txt` beside the original: as root and as an ordinary user, in the C locale and
//! in one with UTF-8.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use nix::unistd::geteuid;

use crate::fixture::{Fixture, differential_test};
use testkit::{Tool, command_lines, require};

/// Every command line of the file.
pub(crate) fn lines() -> Vec<Vec<String>> {
    command_lines(include_str!("command_lines.txt"))
}

/// Compares every line, run by `setup`.
fn compare(setup: impl Fn(Tool) -> Tool) {
    let Some(diff) = differential_test() else {
        return;
    };
    let compared = diff.assert_all_same_with(&lines(), setup);
    assert!(compared >= 600, "only {compared} command lines are left");
}

#[test]
fn every_command_line_of_the_file_as_root() {
    if require::root() {
        let fixture = Fixture::new();
        compare(|tool| fixture.root(tool));
    }
}

#[test]
fn every_command_line_of_the_file_as_root_in_a_locale_with_utf_8() {
    if require::root() {
        let fixture = Fixture::new();
        compare(|tool| fixture.root(tool).env("LC_ALL", "C.UTF-8"));
    }
}

#[test]
fn every_command_line_of_the_file_as_an_ordinary_user() {
    let fixture = Fixture::new();
    compare(|tool| fixture.ordinary(tool));
}

#[test]
fn no_arguments_at_all() {
    if let Some(diff) = differential_test() {
        diff.assert_same(&[]);
    }
}

#[test]
fn the_name_in_messages_is_argv_0_as_it_was_given() {
    let Some(diff) = differential_test() else {
        return;
    };
    for name in [
        "chroot",
        "/x/chroot",
        "./a b/c",
        "x/",
        "\u{1b}[1m",
        "caf\u{e9}",
        "-",
    ] {
        for line in [
            &["--foo"][..],
            &[],
            &["-x"],
            &["/nosuch"],
            &["--skip-chdir", "/tmp"],
        ] {
            diff.assert_same_with(|tool| tool.argv0(name).args(line));
        }
    }
    for name in [&b"\xff/\xfe"[..], b"a\nb"] {
        diff.assert_same_with(|tool| tool.argv0(OsStr::from_bytes(name)).arg("--foo"));
    }
}

#[test]
fn values_and_operands_may_be_any_bytes() {
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let odd = OsStr::from_bytes(b"\xff\xfe no\tsuch\n");
    for locale in ["C", "C.UTF-8"] {
        let here = |tool| fixture.ordinary(tool).env("LC_ALL", locale);
        diff.assert_same_with(|tool| here(tool).arg(odd));
        diff.assert_same_with(|tool| here(tool).arg("/").arg(odd));
        for option in ["--userspec", "--groups", "--user", "--skip-chdir"] {
            diff.assert_same_with(|tool| here(tool).arg(option).arg(odd).args(["/", "show"]));
        }
        for word in [
            &b"-\xff"[..],
            b"--g\xff",
            b"--skip-chdir=\xff",
            b"--=\xff",
            b"--\xff",
        ] {
            diff.assert_same_with(|tool| here(tool).arg(OsStr::from_bytes(word)));
        }
    }
}

#[test]
fn roots_users_and_arguments_may_be_any_bytes() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let odd = OsStr::from_bytes(b"\xff\xfe\n");
    let link = fixture.scratch.path().join(odd);
    std::os::unix::fs::symlink("jail", link).unwrap();
    let line = [&b"\xff\xfe"[..], b":x:6100:6200:\n"].concat();
    fixture.file("nodb/etc/passwd", line);
    let Some(diff) = differential_test() else {
        return;
    };
    diff.assert_same_with(|tool| fixture.root(tool).arg(odd).arg("show").arg(odd));
    let user = OsStr::from_bytes(b"--userspec=\xff\xfe");
    diff.assert_same_with(|tool| fixture.root(tool).arg(user).args(["nodb", "show"]));
    let (ours, _) = diff.run_both(|tool| fixture.root(tool).arg(user).args(["nodb", "show"]));
    assert_eq!(
        crate::fixture::ids(&ours.ok().out()),
        "u=6100 g=6200 G=6200"
    );
}

#[test]
fn posixly_correct_changes_nothing() {
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    for line in [
        &["/", "show", "--help"][..],
        &["/", "--skip-chdir"],
        &["--foo"],
        &["jail", "--groups=5", "show"],
        &["--", "/", "--", "x"],
    ] {
        diff.assert_same_with(|tool| {
            let tool = fixture.ordinary(tool).env("POSIXLY_CORRECT", "1");
            tool.args(line)
        });
    }
}

#[test]
fn every_prefix_of_every_option_means_what_it_means_to_the_original() {
    let Some(diff) = differential_test() else {
        return;
    };
    let fixture = Fixture::new();
    let anybody = |tool: Tool| match geteuid().is_root() {
        true => fixture.root(tool),
        false => fixture.ordinary(tool),
    };
    let walked = diff.assert_same_prefixes(anybody, &["/", "true"]);
    assert!(walked > 25, "only {walked} prefixes");
}
