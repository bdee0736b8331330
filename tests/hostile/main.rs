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

mod descriptors;
mod linger;
mod many;
mod names;
mod own_file;
mod places;
mod proc;
mod silent;
mod stage;
mod tracer;
mod users;
