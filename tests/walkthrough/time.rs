//! `--time`: clocks of its own, which may be ahead of the host's or behind them.

use std::fs;

use crate::fixture::{ready, runshare};

/// The first number of `/proc/uptime`, in seconds.
fn seconds(uptime: &str) -> f64 {
    let first = uptime
        .split(' ')
        .next()
        .and_then(|number| number.parse().ok());
    first.unwrap_or_else(|| panic!("no uptime: {uptime:?}"))
}

fn outside() -> f64 {
    seconds(&fs::read_to_string("/proc/uptime").expect("proc is mounted"))
}

#[test]
fn the_machine_has_been_up_longer_by_the_offset() {
    if !ready() {
        return;
    }
    let before = outside();
    let words = [
        "--time",
        "--boottime",
        "1000000",
        "--fork",
        "cat",
        "/proc/uptime",
    ];
    let inside = seconds(&runshare(words).run().ok().out());
    let after = outside();
    // The file rounds to hundredths.
    let expected = before + 999_999.98..=after + 1_000_000.02;
    assert!(
        expected.contains(&inside),
        "{inside} is not in {expected:?}"
    );
}
