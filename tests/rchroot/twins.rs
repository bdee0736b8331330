//! The command lines of `command_lines.txt` beside the original: as root and as an ordinary user, in the C locale and
//! in one with UTF-8.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use nix::unistd::geteuid;

use crate::stage::{Stage, twin};
use testkit::{Tool, command_lines, require};

/// Every command line of the file.
pub(crate) fn lines() -> Vec<Vec<String>> {
    command_lines(include_str!("command_lines.txt"))
}

/// Compares every line, run by `setup`.
fn compare(setup: impl Fn(Tool) -> Tool) {
    let Some(twin) = twin() else { return };
    let compared = twin.assert_all_same_with(&lines(), setup);
    assert!(compared >= 600, "only {compared} command lines are left");
}

#[test]
fn every_command_line_of_the_file_as_root() {
    if require::root() {
        let stage = Stage::new();
        compare(|tool| stage.root(tool));
    }
}

#[test]
fn every_command_line_of_the_file_as_root_in_a_locale_with_utf_8() {
    if require::root() {
        let stage = Stage::new();
        compare(|tool| stage.root(tool).env("LC_ALL", "C.UTF-8"));
    }
}

#[test]
fn every_command_line_of_the_file_as_an_ordinary_user() {
    let stage = Stage::new();
    compare(|tool| stage.ordinary(tool));
}

#[test]
fn no_arguments_at_all() {
    if let Some(twin) = twin() {
        twin.assert_same(&[]);
    }
}

#[test]
fn the_name_in_messages_is_argv_0_as_it_was_given() {
    let Some(twin) = twin() else { return };
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
            twin.assert_same_with(|tool| tool.argv0(name).args(line));
        }
    }
    for name in [&b"\xff/\xfe"[..], b"a\nb"] {
        twin.assert_same_with(|tool| tool.argv0(OsStr::from_bytes(name)).arg("--foo"));
    }
}

#[test]
fn values_and_operands_may_be_any_bytes() {
    let stage = Stage::new();
    let Some(twin) = twin() else { return };
    let odd = OsStr::from_bytes(b"\xff\xfe no\tsuch\n");
    for locale in ["C", "C.UTF-8"] {
        let here = |tool| stage.ordinary(tool).env("LC_ALL", locale);
        twin.assert_same_with(|tool| here(tool).arg(odd));
        twin.assert_same_with(|tool| here(tool).arg("/").arg(odd));
        for option in ["--userspec", "--groups", "--user", "--skip-chdir"] {
            twin.assert_same_with(|tool| here(tool).arg(option).arg(odd).args(["/", "show"]));
        }
        for word in [
            &b"-\xff"[..],
            b"--g\xff",
            b"--skip-chdir=\xff",
            b"--=\xff",
            b"--\xff",
        ] {
            twin.assert_same_with(|tool| here(tool).arg(OsStr::from_bytes(word)));
        }
    }
}

#[test]
fn roots_users_and_arguments_may_be_any_bytes() {
    if !require::root() {
        return;
    }
    let stage = Stage::new();
    let odd = OsStr::from_bytes(b"\xff\xfe\n");
    let link = stage.scratch.path().join(odd);
    std::os::unix::fs::symlink("jail", link).unwrap();
    let line = [&b"\xff\xfe"[..], b":x:6100:6200:\n"].concat();
    stage.file("nodb/etc/passwd", line);
    let Some(twin) = twin() else { return };
    twin.assert_same_with(|tool| stage.root(tool).arg(odd).arg("show").arg(odd));
    let user = OsStr::from_bytes(b"--userspec=\xff\xfe");
    twin.assert_same_with(|tool| stage.root(tool).arg(user).args(["nodb", "show"]));
    let (ours, _) = twin.run_both(|tool| stage.root(tool).arg(user).args(["nodb", "show"]));
    assert_eq!(crate::stage::ids(&ours.ok().out()), "u=6100 g=6200 G=6200");
}

#[test]
fn posixly_correct_changes_nothing() {
    let stage = Stage::new();
    let Some(twin) = twin() else { return };
    for line in [
        &["/", "show", "--help"][..],
        &["/", "--skip-chdir"],
        &["--foo"],
        &["jail", "--groups=5", "show"],
        &["--", "/", "--", "x"],
    ] {
        twin.assert_same_with(|tool| {
            let tool = stage.ordinary(tool).env("POSIXLY_CORRECT", "1");
            tool.args(line)
        });
    }
}

#[test]
fn every_prefix_of_every_option_means_what_it_means_to_the_original() {
    let Some(twin) = twin() else { return };
    let stage = Stage::new();
    let anybody = |tool: Tool| match geteuid().is_root() {
        true => stage.root(tool),
        false => stage.ordinary(tool),
    };
    let walked = twin.assert_same_prefixes(anybody, &["/", "true"]);
    assert!(walked > 25, "only {walked} prefixes");
}
