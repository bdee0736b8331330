//! `rnsenter` judged by the kernel, then by nsenter(1) itself, one module a topic.
//!
//! The kernel is asked through /proc of the process inside; the original runs beside ours with the same argv\[0\], in
//! the same environment, with the same containers to enter. What differs on purpose is in `differences`, both sides
//! asserted.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod as_target;
mod cgroup;
mod children;
mod command_lines;
mod containers;
mod differences;
mod engines;
mod env;
mod extensions;
mod fixture;
mod hints;
mod hostile_target;
mod ids;
mod inherit;
mod init;
mod inodes;
mod languages;
mod namespace_directory;
mod netns_etc;
mod path;
mod pid_reuse;
mod ptrace_protection;
mod random;
mod reset_env;
mod rootless;
mod session;
mod side_by_side;
mod signals;
mod target_forms;
mod tools;
