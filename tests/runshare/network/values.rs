//! What is wrong with a value, and what is missing.

use crate::fixture::runshare;
use crate::network::fixture::in_outside_network;
use testkit::Scratch;

#[test]
fn a_bad_value_is_an_error() {
    for (options, why) in [
        (&["--network="][..], "unsupported --network argument ''"),
        (
            &["--network=slirp"],
            "unsupported --network argument 'slirp'",
        ),
        (
            &["--network=pasta:,"],
            "invalid --network argument 'pasta:,': an argument must not be empty",
        ),
        (
            &["--network", "slirp4netns:"],
            "invalid --network argument 'slirp4netns:': an argument must not be empty",
        ),
        (
            &["--network=slirp4netns:-m,,-6"],
            "invalid --network argument 'slirp4netns:-m,,-6': an argument must not be empty",
        ),
    ] {
        let outcome = runshare().args(options).arg("true").run();
        outcome.fails(1, &format!("runshare: {why}\n"));
    }
}

#[test]
fn a_missing_helper_is_an_error_before_anything_is_made() {
    let empty = Scratch::shared();
    let tool = || {
        let tool = runshare().env("PATH", empty.path());
        let tool = tool.args(["-r", "--network=slirp4netns"]);
        tool.args(["/bin/sh", "-c", "echo ran"])
    };
    let message = "runshare: cannot find slirp4netns: No such file or directory\n";
    let outcome = tool().run();
    outcome.fails(1, message);
    assert_eq!(outcome.out(), "");
    let hinted = tool().env("NSUTILS_HINTS", "always").run();
    assert_eq!(
        hinted.err(),
        format!(
            "{message}runshare: hint: slirp4netns(1) is in no directory of PATH: install the package slirp4netns \
             (`apt install slirp4netns`)\n"
        )
    );
}

#[test]
fn what_the_helper_says_is_the_message_if_it_cannot_start() {
    in_outside_network("slirp4netns", |_| {
        let value = "--network=slirp4netns:--cidr=10.0.0.0/99";
        let outcome = runshare().args(["-r", value, "echo", "ran"]).run();
        assert_eq!((outcome.code(), outcome.out()), (1, String::new()));
        let expected = "runshare: slirp4netns failed to start: ";
        assert!(outcome.err().starts_with(expected), "{outcome}");
        assert_eq!(outcome.err().lines().count(), 1, "{outcome}");
    });
}

#[test]
fn arguments_are_added_to_the_command_line() {
    in_outside_network("slirp4netns", |_| {
        let value = "--network=slirp4netns:--cidr=10.7.0.0/24,--mtu=1400";
        let show = ["-c", "ip -o address show tap0; cat /sys/class/net/tap0/mtu"];
        let tool = runshare().args(["-r", "--mount-sys", value]).arg("sh");
        let outcome = tool.args(show).run().ok().out();
        assert!(outcome.contains("inet 10.7.0.100/24"), "{outcome}");
        assert!(outcome.ends_with("\n1400\n"), "{outcome}");
    });
}
