//! `rlsns`: list every namespace there is, as util-linux lsns(8).
#![cfg_attr(not(test), no_main)]

mod absence;
mod cells;
mod cgroup;
mod column;
mod column_list;
mod compare;
mod container;
mod filter;
mod graph;
mod held;
mod holders;
mod legend;
mod link;
mod look;
mod mountinfo;
mod netnsid;
mod options;
mod page;
mod person;
mod rows;
mod run;
mod scan;
mod stat;
mod table;
mod values;
mod view;

#[cfg(test)]
#[path = "../fuzz/targets.rs"]
mod fuzz;

use std::ffi::c_int;

/// The C library's way in: Rust's own start-up does not run, see [`nscore::cli::main`].
#[cfg_attr(
    not(test),
    expect(unsafe_code, reason = "the linker must find this function by its name")
)]
#[cfg_attr(not(test), unsafe(no_mangle))]
pub extern "C" fn main() -> c_int {
    nscore::cli::main(&rlsns_cli::TOOL, run::run)
}
