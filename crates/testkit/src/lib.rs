//! What the tests of nsutils share. The judge of a tool is the kernel first (`/proc/PID/ns`, `uid_map`,
//! `mountinfo`), then the original program run beside it, then a literal; this crate brings all three within reach:
//!
//! - [`Tool`] runs a program in an environment that the test alone decides, and [`Outcome`] is what became of it;
//!   [`Running`] is one that stays while the test looks on.
//! - [`DifferentialTest`] runs our program and the original side by side and compares them to the byte; [`mask`] hides the numbers
//!   that no two runs share.
//! - [`c_library`] is what the C library makes of a text that a program of ours reads in its stead.
//! - [`check_target`] runs a fuzz target on its inputs.
//! - [`require`] asks for what a test cannot do without, and says aloud when it is not there.
//! - [`Program`] and [`accessible`] are programs where every user can reach them, wherever they were built.
//! - [`Scratch`] and [`NamespaceFixture`] are a directory and a process in namespaces of its own, both gone at the end of the test
//!   even if it fails.
//!
//! It depends on nix and never on nscore: a defect there must not hide in its own judge. All of its unsafe code is in
//! `sys`.

#![allow(
    clippy::panic,
    reason = "a test fails by panicking, and so does what fails it"
)]
#![allow(
    clippy::expect_used,
    reason = "what the machine refuses to a test kit is the test's failure"
)]

pub mod accessible;
mod build;
pub mod c_library;
mod child;
mod differential;
mod engine;
mod eventually;
mod fuzz;
mod hint;
mod isolation;
mod languages;
pub mod mask;
mod mounts;
mod namespace_fixture;
mod outcome;
mod output;
mod paths;
mod patience;
mod prefixes;
mod processes;
mod ptrace_probe;
pub mod require;
pub mod rerun;
mod running;
mod scratch;
mod strerror;
mod sys;
pub mod syscall_stepper;
mod terminal;
mod test_input;
mod tool;
mod unresponsive_fs;
mod writers;

pub use accessible::Program;
pub use differential::DifferentialTest;
pub use engine::{Docker, Podman};
pub use eventually::eventually;
pub use fuzz::check_target;
pub use isolation::{give_to_user, in_mount_namespace, in_thread, stay_on_one_processor};
pub use languages::{LANGUAGES, is_left_in_english};
pub use mounts::{mounted, points as mount_points};
pub use namespace_fixture::{CLONE_NEWTIME, NamespaceFixture};
pub use nix::sched::CloneFlags;
pub use nix::sys::signal::Signal;
pub use nix::unistd::Pid;
pub use outcome::{Outcome, Status};
pub use paths::{originals, workspace};
pub use processes::{children_of, is_stopped, lives, parent_of};
pub use ptrace_probe::probe_ancestors;
pub use running::Running;
pub use scratch::Scratch;
pub use sys::environ_range::show_as_environ;
pub use sys::{exchange, pidfd_inode, session_keyring};
pub use test_input::{
    assert_no_differences, command_lines, draw_cluster, draw_mistyped, full_device, seeded_numbers,
    words,
};
pub use tool::Tool;
pub use unresponsive_fs::UnresponsiveFs;
pub use writers::wait_for_writers;
