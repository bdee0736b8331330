//! `rlsns` judged by the kernel, then by lsns(8) itself, one module a topic.
//!
//! What there is to list must not change while two programs list it: nearly every test runs on a `stage`, a pid namespace
//! with a /proc of its own in which only the processes of its `cast` live. What differs on purpose is in `differences`,
//! both sides asserted.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod apart;
mod belonging;
mod cast;
mod churn;
mod columns;
mod compare;
mod differences;
mod expressions;
mod filter;
mod graph;
mod hidden;
mod hints;
mod holders;
mod json;
mod messages;
mod netns;
mod places;
mod players;
mod privilege;
mod random;
mod stage;
mod twins;
mod unread;
