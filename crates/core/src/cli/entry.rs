//! The way into a program: the C `main` that each of the four defines, and the `main` that all of them share.

use nix::libc::c_int;

use super::{Invocation, Tool, Usage};
use crate::sys::arguments::Arguments;
use crate::sys::process::Ending;

/// Defines the `main` of a program: `nscore::define_main!(&TOOL, run);`, in a crate that has
/// `#![cfg_attr(not(test), no_main)]`.
///
/// The C library calls it, and Rust's runtime does not start: that would be 6 % of a start, and would change SIGPIPE and
/// closed descriptors, which the program that we run must inherit as the caller left them.
#[macro_export]
macro_rules! define_main {
    ($tool:expr, $run:expr) => {
        /// What the C library calls: it passes the words of the command line on.
        ///
        /// # Safety
        /// The arguments must be those of a C `main`.
        #[cfg_attr(not(test), unsafe(no_mangle))]
        pub unsafe extern "C" fn main(
            argc: ::std::ffi::c_int,
            argv: *const *const ::std::ffi::c_char,
        ) -> ::std::ffi::c_int {
            // SAFETY: the caller hands on the arguments of a C `main`.
            let arguments = unsafe { $crate::sys::arguments::Arguments::new(argc, argv) };
            $crate::cli::main($tool, arguments, $run)
        }
    };
}

/// Runs a program from its first instruction to its exit status, which it returns. [`define_main!`] calls it.
///
/// [`define_main!`]: crate::define_main
pub fn main(
    tool: &Tool,
    arguments: Arguments,
    run: fn(&Invocation) -> anyhow::Result<Ending>,
) -> c_int {
    let invocation = Invocation::read(tool, arguments);
    let diagnostics = &invocation.diagnostics;
    let ended = run(&invocation);
    match ended.as_ref().map_err(|error| error.downcast_ref()) {
        Err(Some(Usage::Help)) => diagnostics.print_help(tool),
        Err(Some(Usage::Version)) => diagnostics.print_version(tool),
        _ => diagnostics.conclude(ended),
    }
}
