//! The system calls: the only files of the project with `unsafe`, one for each area of the kernel.
//!
//! A function here is named after its system call or says in a word what the call is used for, returns the error
//! number as it came, and knows nothing of command lines. Where nix has a safe wrapper the callers use nix; what
//! is here is what nix lacks, cannot express (a signal above 31, a forked child that must end by itself) or what
//! needs a guard that every caller would have to repeat.

#![allow(unsafe_code, reason = "this is the place for it")]

use nix::libc::{self, c_long};

pub mod affinity;
pub mod arguments;
pub mod capability;
pub mod capability_names;
pub mod close_range;
pub mod descriptor_passing;
pub mod directory;
pub mod environment;
pub mod errno;
pub mod file;
pub mod fs_context;
pub mod keyring;
pub mod listns;
pub mod locale;
pub mod mount;
pub mod namespace;
pub mod network;
pub mod nsfs;
pub mod probe;
pub mod process;
pub mod procfs;
pub mod regex;
pub mod siginfo;
pub mod signal;
pub mod statmount;
mod statx;
pub mod terminal;
pub(crate) mod threads;
pub mod uname;
#[cfg(all(
    target_env = "gnu",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    // A static program has it from the C library that it was built with.
    not(target_feature = "crt-static")
))]
mod unwind;
pub mod xattr;

/// Returns the number of a system call that came after Linux 5.0, from the one in the kernel's common table.
///
/// Since then a call has the same number on every processor, but that some of them (MIPS, Alpha) add a number of their
/// own, which pidfd_send_signal, the first of these calls, shows.
const fn call_number(common: c_long) -> c_long {
    libc::SYS_pidfd_send_signal - 424 + common
}

// The computation finds numbers that the C library's headers have.
const _: () = assert!(call_number(434) == libc::SYS_pidfd_open);
const _: () = assert!(call_number(441) == libc::SYS_epoll_pwait2);
