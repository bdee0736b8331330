//! The binary of `runshare`: see the library.
#![no_main]

nscore::define_main!(runshare::main);
