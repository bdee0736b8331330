//! `rlsns`: list every namespace there is, as util-linux lsns(8).
#![cfg_attr(not(test), no_main)]

mod absence;
mod cells;
mod column;
mod column_list;
mod compare;
mod graph;
mod holders;
mod legend;
mod locale;
mod look;
mod options;
mod page;
mod person;
mod rows;
mod run;
mod values;
mod view;

#[cfg(test)]
#[path = "../fuzz/targets.rs"]
mod fuzz;

nscore::define_main!(|arguments| nscore::cli::main(
    &rlsns_cli::TOOL,
    rlsns_cli::OPTIONS,
    arguments,
    run::run
));
