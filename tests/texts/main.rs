//! What the four programs say of themselves: their version and help texts under every name, and the man pages as a
//! reader sees them.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod calls;
mod chinese;
mod error_json;
mod help;
mod imports;
mod man;
mod programs;
mod security;
mod versions;
