//! `runshare`: run a program in namespaces of its own, as unshare(1).

pub mod cli;

mod check;
mod credentials;
mod environment;
mod extensions;
mod fork;
mod helper;
mod hint;
mod idmap;
mod init;
mod mounts;
mod options;
mod parse;
mod persist;
mod pivot;
mod propagation;
mod run;
mod sync_socket;
mod timens;
mod uts_net;

#[cfg(test)]
#[path = "../fuzz/targets.rs"]
mod fuzz;

pub use run::run;
