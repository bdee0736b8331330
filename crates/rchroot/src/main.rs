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

nscore::define_main!(&rchroot_cli::TOOL, run::run);
