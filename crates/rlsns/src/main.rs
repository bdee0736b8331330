//! The binary of `rlsns`: see the library.
#![no_main]

nscore::define_main!(rlsns::main);
