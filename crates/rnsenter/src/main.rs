//! `rnsenter`: run a program in the namespaces of another process, as nsenter(1).
#![cfg_attr(not(test), no_main)]

mod absence;
mod aim;
mod cgroup;
mod context;
mod credentials;
mod directories;
mod environment;
mod ids;
mod join;
mod options;
mod refusal;
mod run;
mod standing;
mod target;
mod wait;

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
    nscore::cli::main(&rnsenter_cli::TOOL, run::run)
}
