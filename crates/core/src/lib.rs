//! What two or more of the nsutils programs need, in four layers; each knows only those below it.
//!
//! | layer | modules | knows |
//! |---|---|---|
//! | the command line | [`cli`] | clap, anyhow; the only place that prints |
//! | a program's needs | [`exec`], [`credentials`], [`environment`], [`hardening`], [`forward`], [`pdeathsig`], [`users`], [`procfs`], [`scan`], [`rootfs`], [`safe_open`], [`regular_file`], [`search_path`], [`self_fds`], [`socket_copies`], [`namespace_dir`], [`container_id`], [`target`], [`unread`], [`elf`], [`escape`], [`hint`], [`language`] | files and the name service |
//! | the table | [`ns_type`] | the eight types of namespace, nothing else |
//! | the kernel | [`sys`] | system calls; the only files with `unsafe` |
//!
//! Four rules hold everywhere:
//!
//! 1. **Names are looked up before a root or a namespace is entered** ([`users`]): the name service loads code, and
//!    code from a container must never run with the caller's privilege.
//! 2. **The program inherits what the tool inherited.** Rust's own start-up does not run ([`define_main`] says how), so
//!    SIGPIPE and closed descriptors are as the caller left them; every descriptor that we open is close-on-exec.
//! 3. **An error is a sentence and the C library's reason**, as err(3) prints them; only [`cli`] prints it.
//! 4. **No thread is ever started** in a program that forks or unshares: one with threads may do neither safely. Only
//!    [`scan`] has a second one, for `rlsns`, which reads and nothing else; a child of its own only closes descriptors.

pub mod cli;
pub mod container_id;
pub mod credentials;
pub mod elf;
pub mod environment;
pub mod escape;
pub mod exec;
pub mod forward;
pub mod hardening;
pub mod hint;
pub mod language;
mod message;
pub mod namespace_dir;
pub mod ns_type;
pub mod number;
pub mod pdeathsig;
pub mod procfs;
pub mod regular_file;
pub mod rootfs;
pub mod safe_open;
pub mod scan;
pub mod search_path;
pub mod self_fds;
pub mod socket_copies;
pub mod sys;
pub mod target;
pub mod unread;
pub mod users;

#[cfg(test)]
#[path = "../fuzz/targets.rs"]
mod fuzz;
