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

nscore::define_main!(|arguments| nscore::cli::main(
    &rnsenter_cli::TOOL,
    rnsenter_cli::OPTIONS,
    arguments,
    run::run
));
