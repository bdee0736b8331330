//! `--groups`, names for `--setuid` and `--setgid`, and the target's supplementary groups.

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use testkit::{Outcome, Scratch, Tool, require};

use crate::fixture::{Caller, Container, TESTER, original, rnsenter};

/// A process with supplementary groups, in the caller's namespaces.
fn grouped() -> Container {
    Container::none(|tool| tool.as_user(TESTER, TESTER, &[7, 8]))
}

fn enter(tool: Tool, container: &Container, words: &[&str]) -> Outcome {
    let pid = container.pid().to_string();
    tool.args(["-t", &pid, "-u"]).args(words).run()
}

#[test]
fn groups_are_set_or_those_of_the_target() {
    if !require::root() {
        return;
    }
    let container = grouped();
    let groups = |words: &[&str]| enter(rnsenter(), &container, words).ok().out();
    for (options, expected) in [
        (&["--groups", "5,6"][..], "0 5 6\n"),
        (&["--groups="], "0\n"),
        (&["--groups=daemon,6"], "0 1 6\n"),
        (&["--groups=follow"], "0 7 8\n"),
        (&["-G", "follow"], "1001 7 8\n"),
        (&["-G", "5"], "5\n"),
        (&["-G", "5", "--groups=6"], "5 6\n"),
        (&["-G", "follow", "--groups=6"], "1001 6\n"),
        (
            &["-S", "daemon", "-G", "daemon", "--groups=follow"],
            "1 7 8\n",
        ),
    ] {
        assert_eq!(
            groups(&[options, &["id", "-G"]].concat()),
            expected,
            "{options:?}"
        );
    }
    assert_eq!(groups(&["-S", "daemon", "id", "-u"]), "1\n");
}

#[test]
fn as_nsenter_names_are_unknown_and_follow_drops_the_groups() {
    if !require::root() || require::original("nsenter").is_none() {
        return;
    }
    let container = grouped();
    for tool in [rnsenter().argv0("nsenter"), original()] {
        assert_eq!(
            enter(tool, &container, &["-G", "follow", "id", "-G"])
                .ok()
                .out(),
            "1001\n"
        );
    }
    for tool in [rnsenter().argv0("nsenter"), original()] {
        let outcome = enter(tool, &container, &["-S", "daemon", "true"]);
        outcome.fails(1, "nsenter: failed to parse uid: 'daemon'\n");
    }
}

#[test]
fn what_is_no_name_is_an_error() {
    let container = Container::none(|tool| tool);
    for (words, what) in [
        (["-S", "no-such-user"], "uid"),
        (["-G", "no-such-user"], "gid"),
        (["--groups", "no-such-user"], "gid"),
    ] {
        let refused = format!("rnsenter: failed to parse {what}: 'no-such-user'\n");
        enter(rnsenter(), &container, &[&words[..], &["true"]].concat()).fails(1, &refused);
    }
}

/// A container that sees `passwd` in the place of the host's.
fn with_passwd(passwd: &str) -> Option<Container> {
    let unshare = Tool::new(require::original("unshare")?).argv0("unshare");
    let script = format!("mount --bind {passwd} /etc/passwd && exec sleep 1000");
    Some(Container::made_by(
        unshare.args(["-m", "sh", "-c", &script]),
    ))
}

#[test]
fn where_the_targets_files_are_seen_its_passwd_names_users() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let file = scratch.file(
        "passwd",
        "daemon:x:5001:5001::/:/bin/sh\nbob:x:5000:5000::/:/bin/sh\n",
    );
    let Some(container) = with_passwd(&file.display().to_string()) else {
        return;
    };
    let id = |name: &str| enter(rnsenter(), &container, &["-m", "-S", name, "id", "-u"]);
    assert_eq!(id("bob").ok().out(), "5000\n");
    assert_eq!(id("daemon").ok().out(), "5001\n");
    // The host knows it, which does not matter.
    id("nobody").fails(
        1,
        "rnsenter: cannot find user nobody in /etc/passwd inside\n",
    );
    // Without the mount namespace it is the caller's.
    assert_eq!(
        enter(rnsenter(), &container, &["-S", "daemon", "id", "-u"])
            .ok()
            .out(),
        "1\n"
    );
}

#[test]
fn a_passwd_that_is_a_fifo_is_not_waited_for() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let fifo = scratch.path().join("fifo");
    mkfifo(&fifo, Mode::from_bits_truncate(0o666)).unwrap();
    let Some(container) = with_passwd(&fifo.display().to_string()) else {
        return;
    };
    let outcome = enter(rnsenter(), &container, &["-m", "-S", "bob", "true"]);
    outcome.fails(
        1,
        "rnsenter: cannot find user bob in /etc/passwd inside: Invalid argument\n",
    );
}

#[test]
fn the_owner_of_a_container_that_denies_setgroups_keeps_what_it_has() {
    if !require::user_namespaces() {
        return;
    }
    let caller = Caller::ordinary();
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    let pid = container.pid().to_string();
    for follow in [["-G", "follow"], ["--groups", "follow"]] {
        let tool = caller
            .runs(rnsenter())
            .args(["-t", &pid, "-U"])
            .args(follow);
        let outcome = tool.arg("true").run().ok();
        assert_eq!(outcome.err(), "");
    }
    let tool = caller
        .runs(rnsenter())
        .args(["-t", &pid, "-U", "--groups=0", "true"]);
    tool.run()
        .fails(1, "rnsenter: setgroups failed: Operation not permitted\n");
}
