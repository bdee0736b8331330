//! `runshare`: run a program in namespaces of its own, as unshare(1).
#![cfg_attr(not(test), no_main)]

mod advice;
mod beyond;
mod check;
mod child;
mod clocks;
mod compose;
mod credentials;
mod environment;
mod gate;
mod helper;
mod host;
mod idmap;
mod init;
mod isolate;
mod job;
mod mapper;
mod mount_number;
mod mounts;
mod news;
mod options;
mod persist;
mod pivot;
mod run;
mod standin;
mod subid;
mod terminal;
mod unpersist;
mod values;
mod watcher;

#[cfg(test)]
#[path = "../fuzz/targets.rs"]
mod fuzz;

nscore::define_main!(&runshare_cli::TOOL, run::run);
