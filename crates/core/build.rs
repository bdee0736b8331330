//! Keeps libgcc_s out of the programs: the one build script of the workspace.
//!
//! Rust's standard library asks the linker for `-lgcc_s`, whose loading is 8 % of a start. A directory that is
//! first in the search path holds a `libgcc_s.so` that is a linker script naming the static halves instead, so `ldd`
//! shows the C library and its loader alone. Only the GNU C library's targets link libgcc_s; others are left alone.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|environment| environment == "gnu") {
        let directory = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
        fs::write(
            directory.join("libgcc_s.so"),
            "GROUP ( libgcc_eh.a libgcc.a )\n",
        )?;
        println!("cargo::rustc-link-search=native={}", directory.display());
    }
    Ok(())
}
