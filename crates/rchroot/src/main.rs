//! `rchroot`: run a program in another root directory, as GNU chroot(8).
#![cfg_attr(not(test), no_main)]

mod accounts;
mod credentials;
mod groups;
mod identity;
mod newroot;
mod options;
mod run;
mod sides;
mod userspec;

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
    nscore::cli::main(&rchroot_cli::TOOL, run::run)
}
