//! `rnsenter`: run a program in the namespaces of another process, as nsenter(1).
//!
//! The program is this library and a binary of one statement, so that `nsutils` can contain it too.

pub mod cli;

mod as_target;
mod cgroup;
mod credentials;
mod environment;
mod fork;
mod hint;
mod id_source;
mod inside;
mod join;
mod netns_etc;
mod options;
mod ownership;
mod parse;
mod prepared;
mod program;
mod rootdir;
mod run;
mod selection;
mod selinux;
mod setid;
mod target;
mod tools;

use std::ffi::c_int;

use nscore::sys::arguments::Arguments;

/// Runs the program by its command line, argv\[0\] first, and returns the exit status. It does not return if the
/// process became the program.
pub fn main(arguments: Arguments) -> c_int {
    nscore::cli::main(&cli::TOOL, cli::OPTIONS, arguments, run::run)
}

#[cfg(test)]
#[path = "../fuzz/targets.rs"]
mod fuzz;
