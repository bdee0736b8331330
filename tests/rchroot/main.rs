//! `rchroot` judged by the kernel, then by GNU chroot(8) itself, one module a topic.
//!
//! The kernel is asked through /proc of the command inside; the original runs beside ours with the same argv\[0\], in
//! the same environment. What differs on purpose is in `differences`, both sides asserted.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod accounts;
mod chdir;
mod command_lines;
mod debian;
mod differences;
mod ephemeral;
mod exec;
mod faults;
mod fixture;
mod hints;
mod hostile_changes;
mod identity;
mod inherit;
mod killed;
mod languages;
mod messages;
mod mistakes;
mod newroot;
mod overlay;
mod overlay_lock;
mod quoting;
mod random;
mod rootfs;
mod session;
mod usernamespace;
