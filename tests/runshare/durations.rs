//! `--monotonic` and `--boottime` under our own name: durations, and `--time` that they imply. As `unshare` both are
//! what the original says of them.

use crate::fixture::{differential_test, ordinary, runshare};
use testkit::require;

/// The offsets of the program's time namespace.
fn offsets(options: &[&str]) -> String {
    let tool = ordinary(runshare()).args(["-r", "--fork"]).args(options);
    let outcome = tool.args(["cat", "/proc/self/timens_offsets"]).run().ok();
    let out = outcome.out();
    let words: Vec<&str> = out.split_whitespace().collect();
    words.join(" ")
}

#[test]
fn a_duration_is_a_number_of_seconds_and_implies_time() {
    if !require::user_namespaces() {
        return;
    }
    for (options, expected) in [
        (&["--boottime=1d"][..], "monotonic 0 0 boottime 86400 0"),
        (&["--boottime", "2h30m"], "monotonic 0 0 boottime 9000 0"),
        (&["--monotonic", "86400"], "monotonic 86400 0 boottime 0 0"),
        (
            &["--monotonic=1w", "--boottime=1m1s"],
            "monotonic 604800 0 boottime 61 0",
        ),
    ] {
        assert_eq!(offsets(options), expected, "{options:?}");
    }
}

#[test]
fn an_invalid_duration_is_refused_in_the_originals_words() {
    for text in ["1x", "1h1d", "1.5d", "", "d", "9223372036854775807w"] {
        let outcome = runshare().args(["--boottime", text, "true"]).run();
        outcome.fails(
            1,
            &format!("runshare: failed to parse boottime offset: '{text}'\n"),
        );
    }
}

#[test]
fn as_unshare_an_offset_is_seconds_and_requires_time() {
    let Some(diff) = differential_test() else {
        return;
    };
    for args in [
        &["--boottime", "1d", "true"][..],
        &["--monotonic", "2h30m", "true"],
        &["--boottime", "86400", "true"],
    ] {
        diff.assert_same(args);
    }
    let hint = diff.hint(|tool| tool.args(["--boottime", "1d", "true"]));
    let seconds = "the offset is a number of seconds: --boottime 86400";
    assert_eq!(hint.as_deref(), Some(seconds));
    let hint = diff.hint(|tool| tool.args(["--boottime", "86400", "true"]));
    assert!(hint.is_some_and(|hint| hint.starts_with("--time is missing: ")));
}
