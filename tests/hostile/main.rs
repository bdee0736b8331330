//! What a container, or whoever can mount, may put in the programs' way: a /proc that is none, files that never end and
//! FIFOs, names that are escape sequences, mounts by the hundred thousand, namespaces as deep as there can be.
//!
//! Whatever is met: no program hangs or crashes, none writes to or goes through what is not the kernel's, and none
//! sends a control character on to a terminal.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(clippy::print_stdout, reason = "how long it took is worth knowing")]

mod blocking_files;
mod descriptors;
mod fixture;
mod large_numbers;
mod lingering_sockets;
mod names;
mod other_users;
mod own_executable;
mod proc;
mod ptrace;
mod unresponsive_fs;
