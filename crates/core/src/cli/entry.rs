//! The way into a program: the C `main` that each of the four defines, and the `main` that all of them share.

use nix::libc::c_int;

use super::{Invocation, Opt, Tool, Usage};
use crate::sys::arguments::Arguments;
use crate::sys::process::ExitReason;

/// Defines the C `main` of a program: `nscore::define_main!(rchroot::main);`, in a crate that has `#![no_main]`. The
/// function receives [`Arguments`] and returns the exit status.
///
/// The C library calls it, and Rust's runtime does not start: that would be 6 % of a start, and would change SIGPIPE
/// and closed descriptors, which the program that we run must inherit as the caller left them.
#[macro_export]
macro_rules! define_main {
    ($main:expr) => {
        /// The function that the C library calls: it passes the words of the command line on.
        ///
        /// # Safety
        /// The arguments must be those of a C `main`, and no thread may run when the process forks, changes its
        /// environment or sets its locale.
        #[cfg_attr(not(test), unsafe(no_mangle))]
        pub unsafe extern "C" fn main(
            argc: ::std::ffi::c_int,
            argv: *const *const ::std::ffi::c_char,
        ) -> ::std::ffi::c_int {
            // SAFETY: the caller passes the arguments of a C `main`, and only the workers of a scan are threads,
            // which have ended before anything else is done.
            let arguments = unsafe { $crate::sys::arguments::Arguments::new(argc, argv) };
            let main: fn($crate::sys::arguments::Arguments) -> ::std::ffi::c_int = $main;
            main(arguments)
        }
    };
}

/// Runs a program from its first instruction to its exit status, which it returns. `options` is the table that its
/// command line is parsed by.
pub fn main<Id: Copy>(
    tool: &Tool,
    options: &'static [Opt<Id>],
    arguments: Arguments,
    run: fn(&Invocation<Id>) -> anyhow::Result<ExitReason>,
) -> c_int {
    let invocation = Invocation::parse(tool, options, arguments);
    let diagnostics = &invocation.diagnostics;
    let ended = run(&invocation);
    match ended.as_ref().map_err(|error| error.downcast_ref()) {
        Err(Some(Usage::Help)) => diagnostics.print_help(tool),
        Err(Some(Usage::Version)) => diagnostics.print_version(tool),
        _ => diagnostics.finish(ended),
    }
}
