//! `rlsns`: list every namespace there is, as util-linux lsns(8).
//!
//! The program is this library and a binary of one statement, so that `nsutils` can contain it too.

pub mod cli;

mod cell;
mod collect;
mod column;
mod column_list;
mod compare;
mod graph;
mod hint;
mod holder_json;
mod holders;
mod layout;
mod list_columns;
mod locale;
mod mode;
mod options;
mod output;
mod parse;
mod process_info;
mod rows;
mod run;
mod target;

use std::ffi::c_int;

use nscore::sys::arguments::Arguments;

/// Runs the program by its command line, argv\[0\] first, and returns the exit status.
pub fn main(arguments: Arguments) -> c_int {
    nscore::cli::main(&cli::TOOL, cli::OPTIONS, arguments, run::run)
}

#[cfg(test)]
#[path = "../fuzz/targets.rs"]
mod fuzz;
