//! The binary of `rnsenter`: see the library.
#![no_main]

nscore::define_main!(rnsenter::main);
