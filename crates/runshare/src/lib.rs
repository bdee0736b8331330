//! `runshare`: run a program in new namespaces, as unshare(1).

pub mod cli;

mod cap_drop;
mod cgroup;
mod check;
mod credentials;
mod duration;
mod extensions;
mod fork;
mod helper_process;
mod hint;
mod id_source;
mod idmap;
mod init;
mod limits;
mod message_with_pid;
mod mounts;
mod network;
mod option_id;
mod option_kinds;
mod options;
mod parse;
mod persist;
mod pivot;
mod propagation;
mod run;
mod sync_socket;
mod timens;
mod unshare;
mod uts_net;
mod watcher;

use std::ffi::c_int;

pub use cgroup::cgroup_limit_names;
pub use limits::resource_names;

use nscore::sys::arguments::Arguments;

/// Runs the program by its command line, argv\[0\] first, and returns the exit status. It does not return if the
/// process became PROGRAM.
pub fn main(arguments: Arguments) -> c_int {
    nscore::cli::main(&cli::TOOL, cli::OPTIONS, arguments, run::run)
}

#[cfg(test)]
#[path = "../fuzz/targets.rs"]
mod fuzz;
