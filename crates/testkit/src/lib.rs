//! What the tests of nsutils share. The judge of a tool is the kernel first (`/proc/PID/ns`, `uid_map`,
//! `mountinfo`), then the original program run beside it, then a literal; this crate brings all three within reach:
//!
//! - [`Tool`] runs a program in an environment that the test alone decides, and [`Outcome`] is what became of it;
//!   [`Running`] is one that stays while the test looks on.
//! - [`Twin`] runs our program and the original side by side and compares them to the byte; [`mask`] hides the numbers
//!   that no two runs share.
//! - [`library`] is what the C library makes of a text that a program of ours reads in its stead.
//! - [`need`] asks for what a test cannot do without, and says aloud when it is not there.
//! - [`Program`] and [`reach`] are programs where every user can reach them, wherever they were built.
//! - [`Scratch`] and [`World`] are a directory and a process in namespaces of its own, both gone at the end of the test
//!   even if it fails.
//!
//! It depends on nix and never on nscore: a defect there must not hide in its own judge. All of its unsafe code is in
//! `sys.rs` and below it.

#![allow(
    clippy::panic,
    reason = "a test fails by panicking, and so does what fails it"
)]
#![allow(
    clippy::expect_used,
    reason = "what the machine refuses to a test kit is the test's failure"
)]

mod build;
mod child;
mod eventually;
mod hint;
pub mod library;
mod lines;
pub mod mask;
mod mounts;
pub mod need;
mod outcome;
mod output;
mod place;
mod prefixes;
pub mod reach;
mod running;
mod scratch;
mod silent_fs;
pub mod stepped;
mod sys;
mod terminal;
mod tool;
mod tracer;
mod twin;
mod world;

pub use eventually::eventually;
pub use lines::{command_lines, numbers_from, words};
pub use mounts::points as mount_points;
pub use nix::sched::CloneFlags;
pub use nix::sys::signal::Signal;
pub use nix::unistd::Pid;
pub use outcome::{Outcome, Status};
pub use place::{originals, workspace};
pub use reach::Program;
pub use running::Running;
pub use scratch::{Scratch, settle};
pub use silent_fs::SilentFs;
pub use sys::{pidfd_inode, session_keyring};
pub use tool::Tool;
pub use tracer::reached_of;
pub use twin::Twin;
pub use world::{CLONE_NEWTIME, World};
