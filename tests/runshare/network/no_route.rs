//! A machine that leads nowhere: a laptop on a train, a build host without a network.

use crate::network::fixture::{FETCH, without_route};
use crate::network::{CALLERS, called_by};

#[test]
fn slirp4netns_needs_no_route_and_the_program_finds_the_outside_unreachable() {
    without_route("slirp4netns", |_| {
        let script =
            format!("cat /sys/class/net/tap0/carrier; ! ({FETCH}) 2>/dev/null && echo ran");
        for (is_ordinary, options) in CALLERS {
            let tool =
                called_by(is_ordinary, options).args(["--mount-sys", "--network=slirp4netns"]);
            let outcome = tool.args(["bash", "-c", &script]).run().ok();
            assert_eq!(
                (outcome.out(), outcome.err()),
                ("1\nran\n".to_owned(), String::new()),
                "{options:?}"
            );
        }
    });
}

/// What later versions do without a route is theirs; they have a network on which nothing is reached.
#[test]
fn pasta_needs_one_and_a_hint_says_so() {
    without_route("pasta", |_| {
        for (is_ordinary, options) in CALLERS {
            let tool = || called_by(is_ordinary, options).arg("--network=pasta");
            let outcome = tool().args(["echo", "ran"]).run();
            if outcome.code() == 0 {
                assert_eq!(outcome.out(), "ran\n", "{options:?}");
                continue;
            }
            let sentence = "runshare: pasta failed to start: ";
            assert!(
                outcome.err().starts_with(sentence),
                "{options:?}: {outcome}"
            );
            assert_eq!(
                (outcome.code(), outcome.out()),
                (1, String::new()),
                "{options:?}"
            );
            assert_eq!(outcome.err().lines().count(), 1, "{outcome}");
            let hinted = tool().arg("true").env("NSUTILS_HINTS", "always").run();
            let hint = "runshare: hint: this machine has no default route, which pasta(1) copies: \
                        --network=slirp4netns requires none\n";
            assert_eq!(hinted.err(), outcome.err() + hint, "{options:?}");
        }
    });
}
