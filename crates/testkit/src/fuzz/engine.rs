//! libFuzzer, by way of bolero.

use std::panic::AssertUnwindSafe;

/// Hands the target to libFuzzer, `cargo xtask fuzz`.
pub fn check_target(_: &str, target: impl Fn(&[u8])) {
    let target = AssertUnwindSafe(target);
    bolero::check!().for_each(move |input: &[u8]| target(input));
}
