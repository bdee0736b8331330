//! `--network`: the program reaches the outside through the real slirp4netns(1) and pasta(1), and nothing of that stays
//! behind.
//!
//! Each test runs again in a network namespace of its own, the machine's network of these tests: a device with a
//! default route that leads nowhere, a server on an address that the program does not have itself, and a name server on
//! loopback.

mod ends;
mod fixture;
mod isolation;
mod killed;
mod name_server;
mod no_route;
mod publish;
mod values;

use crate::fixture::{Machine, ordinary, runshare};
use fixture::{FETCH, GREETING, in_outside_network};
use testkit::{Tool, require};

/// The ways to call the tool that every helper has to serve, and whether an ordinary user calls it.
pub(crate) const CALLERS: [(bool, &[&str]); 7] = [
    (false, &[]),
    (false, &["-r"]),
    (false, &["-r", "--init"]),
    (true, &["-r"]),
    (true, &["-c"]),
    (true, &["-c", "--new-session", "--pid"]),
    (true, &["-r", "--pid", "--kill-child=TERM"]),
];

fn called_by(is_ordinary: bool, options: &[&str]) -> Tool {
    let tool = runshare().args(options);
    if is_ordinary { ordinary(tool) } else { tool }
}

fn reaches_the_outside(helper: &str) {
    in_outside_network(helper, |_| {
        for (is_ordinary, options) in CALLERS {
            let network = format!("--network={helper}");
            let tool = called_by(is_ordinary, options).arg(network);
            let outcome = tool.args(["bash", "-c", FETCH]).run().ok();
            assert_eq!(outcome.out(), GREETING, "{is_ordinary} {options:?}");
            assert_eq!(outcome.err(), "", "{is_ordinary} {options:?}");
        }
    });
}

#[test]
fn slirp4netns_connects_root_and_a_user_with_one_id() {
    reaches_the_outside("slirp4netns");
}

fn serves_a_user_with_65536_ids(helper: &str) {
    if !require::root() || !require::installed("newuidmap") {
        return;
    }
    in_outside_network(helper, |_| {
        let machine = Machine::new();
        for options in [
            &["--map-auto"][..],
            &["-r", "--map-auto"],
            &["-c", "--map-auto"],
        ] {
            let tool = runshare().args(options).arg(format!("--network={helper}"));
            let script = format!("grep -c . /proc/self/uid_map >&2; {FETCH}");
            let outcome = machine
                .tester(tool)
                .args(["bash", "-c", &script])
                .run()
                .ok();
            assert_eq!(outcome.out(), GREETING, "{options:?}");
        }
    });
}

#[test]
fn pasta_connects_root_and_a_user_with_one_id() {
    reaches_the_outside("pasta");
}

#[test]
fn pasta_connects_a_user_with_65536_ids() {
    serves_a_user_with_65536_ids("pasta");
}

#[test]
fn slirp4netns_connects_a_user_with_65536_ids() {
    serves_a_user_with_65536_ids("slirp4netns");
}
