//! The binary of `nsutils`: see the library.
#![no_main]

nscore::define_main!(nsutils::main);
