//! `--chdir`: a working directory inside the new root, whatever it is called outside.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::fixture::{Fixture, RCHROOT, differential_test};
use testkit::{Outcome, Tool, require};

fn rchroot() -> Tool {
    Tool::new(RCHROOT).argv0("chroot")
}

/// The jail with directories, a link that means another place inside than outside, and one that leads nowhere.
fn fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.scratch.dir("jail/home/both");
    fixture.scratch.dir("jail/it's");
    let root = fixture.scratch.path().join("jail");
    symlink("/home", root.join("absolute")).unwrap();
    symlink("nowhere", root.join("dangling")).unwrap();
    fs::set_permissions(
        fixture.scratch.dir("jail/closed"),
        Permissions::from_mode(0o700),
    )
    .unwrap();
    fixture
}

/// Runs `pwd` in the jail, as root or as root of a user namespace.
fn pwd(fixture: &Fixture, line: &[&str]) -> Outcome {
    let command = ["jail", "/bin/sh", "-c", "pwd -P"];
    match nix::unistd::geteuid().is_root() {
        true => fixture.root(rchroot()).args(line).args(command).run(),
        false => {
            let tool = fixture.ordinary(Tool::new("/usr/bin/unshare"));
            tool.arg("-r").arg(RCHROOT).args(line).args(command).run()
        }
    }
}

fn can_run() -> bool {
    nix::unistd::geteuid().is_root()
        || (require::user_namespaces() && require::installed("unshare"))
}

#[test]
fn the_command_starts_in_the_directory_as_it_is_called_inside() {
    if !can_run() {
        return;
    }
    let fixture = fixture();
    for (directory, expected) in [
        ("/home/both", "/home/both"),
        ("home", "/home"),
        (".", "/"),
        ("/", "/"),
        ("../../..", "/"),
        ("/../home", "/home"),
        ("absolute", "/home"),
        ("/absolute/both", "/home/both"),
        ("it's", "/it's"),
    ] {
        let outcome = pwd(&fixture, &["--chdir", directory]).ok();
        assert_eq!(outcome.out(), format!("{expected}\n"), "{directory}");
    }
    let last = pwd(&fixture, &["--chdir=/nosuch", "--chdir=/home"]).ok();
    assert_eq!(last.out(), "/home\n");
    assert_eq!(pwd(&fixture, &[]).ok().out(), "/\n");
}

#[test]
fn what_is_no_directory_inside_is_reported_and_nothing_runs() {
    if !can_run() {
        return;
    }
    let fixture = fixture();
    let outside = fixture.path("jail/home");
    for (directory, quoted, reason) in [
        ("/nosuch", "/nosuch", "No such file or directory"),
        ("", "", "No such file or directory"),
        ("dangling", "dangling", "No such file or directory"),
        ("/show", "/show", "Not a directory"),
        (&outside, &outside, "No such file or directory"),
    ] {
        let outcome = pwd(&fixture, &["--chdir", directory]);
        assert_eq!(outcome.code(), 125, "{outcome}");
        let sentence = format!(": cannot change directory to '{quoted}': {reason}\n");
        assert!(
            outcome.err().ends_with(&sentence) && outcome.out().is_empty(),
            "{outcome}"
        );
    }
}

#[test]
fn it_is_entered_with_the_callers_rights_and_before_anybody_is_looked_up() {
    if !require::root() {
        return;
    }
    let fixture = fixture();
    let run = |line: &[&str]| fixture.root(rchroot()).args(line).run();
    let show = ["jail", "/bin/sh", "-c", "pwd; id -u 2>/dev/null || :"];
    let line = |options: &[&'static str]| [options, &show].concat();
    assert_eq!(
        run(&line(&["--chdir=/closed", "--userspec=jailon"]))
            .ok()
            .out(),
        "/closed\n"
    );
    run(&line(&[
        "--chdir=/nosuch",
        "--userspec=nobody-here",
        "--groups=nor-this",
    ]))
    .fails(
        125,
        "chroot: cannot change directory to '/nosuch': No such file or directory\n",
    );
    let line = ["--chdir=/nosuch", "nosuch", "true"];
    run(&line).fails(
        125,
        "chroot: cannot change root directory to 'nosuch': No such file or directory\n",
    );
}

#[test]
fn it_works_with_the_old_root_as_well() {
    if !require::root() {
        return;
    }
    let fixture = fixture();
    let tool = || fixture.here(rchroot());
    assert_eq!(
        tool()
            .args(["--chdir", "/tmp", "/", "pwd"])
            .run()
            .ok()
            .out(),
        "/tmp\n"
    );
    // A relative one begins at the root, not where the caller is.
    let outcome = tool().args(["--chdir", "jail", "/", "pwd"]).run();
    outcome.fails(
        125,
        "chroot: cannot change directory to 'jail': No such file or directory\n",
    );
}

#[test]
fn to_stay_and_to_go_elsewhere_exclude_each_other() {
    let fixture = fixture();
    let refused = "chroot: options --chdir and --skip-chdir cannot be combined\n\
                   Try 'chroot --help' for more information.\n";
    for both in [
        ["--skip-chdir", "--chdir=/tmp"],
        ["--chdir=/tmp", "--skip-chdir"],
    ] {
        for root in ["/", "jail", "nosuch"] {
            let tool = fixture.here(rchroot()).args(both).arg(root);
            tool.run().fails(125, refused);
        }
        let missing = "chroot: missing operand\nTry 'chroot --help' for more information.\n";
        fixture.here(rchroot()).args(both).run().fails(125, missing);
    }
}

#[test]
fn the_original_knows_none_of_these_options() {
    let Some(diff) = differential_test() else {
        return;
    };
    let fixture = fixture();
    for (option, value) in [
        ("--chdir", "=/"),
        ("--chd", "=/"),
        ("--close-fds", ""),
        ("--clo", ""),
        ("--no-new-privs", ""),
        ("--no", ""),
        ("--new-session", ""),
        ("--ne", ""),
        ("--mount-api", "=host"),
        ("--mount-sys", ""),
        ("--mount-dev", "=/dev"),
        ("--resolv-conf", "=off"),
        ("--bind", "=/etc"),
        ("--bind-ro", "=/etc:/mnt:nodev"),
        ("--tmpfs", "=/tmp:size=1m"),
        ("--ephemeral", ""),
        ("--overlay", "=kept"),
        ("--changes", "=kept"),
        ("--clear-env", ""),
        ("--whitelist-env", "=A"),
        ("--reset-env", ""),
    ] {
        let word = format!("{option}{value}");
        let (ours, theirs) = diff.run_both(|tool| fixture.here(tool).args([&word, "nosuch"]));
        let said = match option {
            "--changes" => {
                "option --changes does not run a command\nTry 'chroot --help' for more information."
            }
            _ => "cannot change root directory to 'nosuch': No such file or directory",
        };
        ours.fails(125, &format!("chroot: {said}\n"));
        let unknown = format!(
            "chroot: unrecognized option '{word}'\nTry 'chroot --help' for more information.\n"
        );
        theirs.fails(125, &unknown);
    }
    for (word, candidates) in [
        ("--c", "'--chdir' '--close-fds' '--changes' '--clear-env'"),
        ("--n", "'--no-new-privs' '--new-session'"),
    ] {
        let (ours, theirs) = diff.run_both(|tool| fixture.here(tool).args([word, "nosuch"]));
        let help = "Try 'chroot --help' for more information.\n";
        ours.fails(
            125,
            &format!("chroot: option '{word}' is ambiguous; possibilities: {candidates}\n{help}"),
        );
        theirs.fails(
            125,
            &format!("chroot: unrecognized option '{word}'\n{help}"),
        );
    }
}
