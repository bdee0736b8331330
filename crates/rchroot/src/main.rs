//! The binary of `rchroot`: see the library.
#![no_main]

nscore::define_main!(rchroot::main);
