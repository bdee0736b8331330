//! Fuzz targets: tests in a crate's `fuzz/targets.rs` that say what holds for any bytes. Under `cargo test` each gets
//! what is in `fuzz/__fuzz__/TARGET` and a thousand variations of it; under `cargo xtask fuzz`, bolero's libFuzzer
//! varies them as long as wanted, guided by what they reach.

#[cfg(not(fuzzing))]
mod corpus;
#[cfg(fuzzing)]
mod engine;

#[cfg(not(fuzzing))]
pub use corpus::check_target;
#[cfg(fuzzing)]
pub use engine::check_target;
