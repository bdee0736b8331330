//! `runshare` judged by the kernel, then by unshare(1) itself, one module a topic.
//!
//! The kernel is asked through /proc of the process inside; the original runs beside ours with the same argv\[0\], in
//! the same environment. What differs on purpose is in `differences`, both sides asserted.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod cap_drop;
mod cgroup_limit;
mod check;
mod command_lines;
mod differences;
mod durations;
mod environment;
mod every_type;
mod exec;
mod fixture;
mod hardening;
mod hints;
mod hostname;
mod idmap;
mod inherit;
mod init;
mod languages;
mod limits;
mod loopback;
mod mapped_bind;
mod mount_ns_id;
mod mounts;
mod names;
mod namespaces;
mod network;
mod overlay;
mod overlay_lock;
mod persist;
mod persist_target;
mod pivot;
mod random;
mod rootfs;
mod session;
mod signals;
mod unknown_options;
