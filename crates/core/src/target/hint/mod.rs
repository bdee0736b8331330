//! Hints about targets: why a word names nothing, or what it names cannot be inspected.

pub mod process;
mod spec;

pub(super) use spec::netns_names;
pub(super) use spec::{invalid_target, no_container, unreadable_processes};
