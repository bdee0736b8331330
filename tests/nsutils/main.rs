//! `nsutils`, the programs in one file: under every name, and behind its own, it must be the single program to the
//! byte.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot continue has failed"
)]

mod fixture;
mod itself;
mod same;
