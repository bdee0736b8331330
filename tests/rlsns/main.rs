//! `rlsns` judged by the kernel, then by lsns(8) itself, one module a topic.
//!
//! What there is to list must not change while two programs list it: nearly every test runs in a `scenario`, a pid
//! namespace with a /proc of its own in which only the test's own processes live. What differs on purpose is in
//! `differences`, both sides asserted.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod columns;
mod command_lines;
mod compare;
mod concurrent_changes;
mod differences;
mod fifty_containers;
mod filter;
mod fixture;
mod graph;
mod hidden;
mod hiding_places;
mod hints;
mod holders;
mod isolation;
mod json;
mod json_schema;
mod languages;
mod messages;
mod netns;
mod owner_columns;
mod privilege;
mod processes;
mod random;
mod random_filters;
mod sample_processes;
mod scenario;
mod targets;
mod unreadable;
