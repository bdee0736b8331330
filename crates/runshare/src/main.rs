//! `runshare`: run a program in namespaces of its own, as unshare(1).
#![cfg_attr(not(test), no_main)]

nscore::define_main!(&runshare::cli::TOOL, runshare::run);
