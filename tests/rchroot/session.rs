//! `--close-fds`, `--no-new-privs` and `--new-session`: what the command does not get from its caller.

use std::fs::File;

use crate::fixture::{Fixture, RCHROOT};
use testkit::{Signal, Tool, require};

fn rchroot() -> Tool {
    Tool::new(RCHROOT).argv0("rchroot")
}

#[test]
fn no_descriptor_is_inherited_but_the_standard_ones() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let show =
        "n=0; while [ $n -lt 20 ]; do [ -e /proc/self/fd/$n ] && echo $n; n=$((n + 1)); done; :";
    for options in [
        &[][..],
        &["--userspec=jailon"],
        &["--new-session", "--groups=5"],
    ] {
        let null = || File::open("/dev/null").unwrap();
        let tool = || {
            fixture
                .root(rchroot())
                .fd(3, null())
                .fd(19, null())
                .args(options)
        };
        let line = ["jail", "sh", "-c", show];
        let outcome = tool().arg("--close-fds").args(line).run().ok();
        assert_eq!(outcome.out(), "0\n1\n2\n", "{options:?}");
        assert_eq!(tool().args(line).run().ok().out(), "0\n1\n2\n3\n19\n");
    }
}

#[test]
fn the_command_can_gain_no_privileges_but_has_become_who_it_is_to_be() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let show = "while read -r line; do case $line in NoNew*|Uid*) echo $line; esac; done </proc/self/status";
    for (options, expected) in [(&["--no-new-privs"][..], 1), (&[], 0)] {
        let tool = fixture
            .root(rchroot())
            .args(options)
            .arg("--userspec=jailon");
        let outcome = tool.args(["jail", "sh", "-c", show]).run().ok();
        let expected = format!("Uid: 5101 5101 5101 5101\nNoNewPrivs: {expected}\n");
        assert_eq!(outcome.out(), expected);
    }
}

/// Whether the process leads its session, and whether that has a terminal.
const SESSION: &str =
    "read -r stat </proc/self/stat; set -- $stat; echo $(($6 == $$)) $(($7 != 0))";

#[test]
fn the_command_leads_a_session_that_has_no_terminal() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let tool = || fixture.root(rchroot()).terminal(80, 24);
    let line = ["jail", "sh", "-c", SESSION];
    let outcome = tool().arg("--new-session").args(line).run().ok();
    assert_eq!(outcome.out(), "1 0\n");
    // Without it the command takes the place of the tool, which leads the session of the test.
    assert_eq!(tool().args(line).run().ok().out(), "1 1\n");
}

#[test]
fn keys_reach_the_command_and_its_status_is_passed_on() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let script = "trap 'echo int; exit 5' INT; echo up; while :; do :; done";
    let tool = fixture
        .root(rchroot())
        .terminal(80, 24)
        .arg("--new-session");
    let mut tool = tool.args(["jail", "sh", "-c", script]).spawn();
    tool.read_until("up\n");
    tool.type_in("\u{3}");
    tool.read_until("int\n");
    assert_eq!(tool.wait().code(), 5);
    let tool = || fixture.root(rchroot()).arg("--new-session");
    let killed = tool().args(["jail", "sh", "-c", "kill -TERM $$"]).run();
    assert_eq!(killed.status, testkit::Status::Killed(15));
    let ignoring = tool()
        .ignoring(Signal::SIGCHLD)
        .args(["jail", "sh", "-c", "exit 9"]);
    assert_eq!(ignoring.run().code(), 9);
    let missing = tool().args(["jail", "nosuch"]).run();
    missing.fails(
        127,
        "rchroot: failed to run command 'nosuch': No such file or directory\n",
    );
}
