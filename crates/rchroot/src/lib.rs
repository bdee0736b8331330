//! `rchroot`: run a program in another root directory, as GNU chroot(8).
//!
//! The program is this library and a binary of one statement, so that `nsutils` can contain it too.

pub mod cli;

mod credentials;
mod groups;
mod identity;
mod lookup_order;
mod newroot;
mod options;
mod run;
mod userdb;
mod userspec;

use std::ffi::c_int;

use nscore::sys::arguments::Arguments;

/// Runs the program by its command line, argv\[0\] first, and returns the exit status. It does not return if the
/// process became the command.
pub fn main(arguments: Arguments) -> c_int {
    nscore::cli::main(&cli::TOOL, cli::OPTIONS, arguments, run::run)
}

#[cfg(test)]
#[path = "../fuzz/targets.rs"]
mod fuzz;
