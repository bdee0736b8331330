//! Building the programs as they are released.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::remap::remap_paths;
use crate::toolchain::{
    Linkage, built_target, cargo_command, configured_target, output, package_of, rustc,
    static_target, target,
};
use crate::workspace;

/// The programs.
pub(crate) const PROGRAMS: [&str; 4] = ["runshare", "rnsenter", "rlsns", "rchroot"];

/// Builds these programs, so that nothing stale is used, and returns the directory that they are in.
///
/// # Errors
/// That the build fails.
pub(crate) fn build(programs: &[&str]) -> Result<PathBuf> {
    build_linked(programs, Linkage::Dynamic)
}

/// The same, linked so.
///
/// # Errors
/// As [`build`]; that there is no standard library to link statically.
pub(crate) fn build_linked(programs: &[&str], linkage: Linkage) -> Result<PathBuf> {
    if linkage == Linkage::Dynamic {
        let mut cargo = cargo("build", linkage)?;
        for program in programs {
            cargo.args(["--package", package_of(program)]);
        }
        return directory_of(&output(&mut cargo)?);
    }
    let triple = static_target()?;
    ensure_standard_library(&triple)?;
    let mut messages = String::new();
    for program in programs {
        let mut cargo = cargo("rustc", linkage)?;
        cargo.args([
            "--package",
            package_of(program),
            "--bin",
            program,
            "--target",
            &triple,
            "--",
        ]);
        messages += &output(cargo.args(linkage.flags()))?;
    }
    directory_of(&messages)
}

/// Returns the directory that these programs are in, which were built before.
///
/// # Errors
/// That one is not there.
pub(crate) fn built(programs: &[&str], linkage: Linkage) -> Result<PathBuf> {
    let directory = match (linkage, configured_target()?) {
        (Linkage::Dynamic, None) => target()?,
        _ => target()?.join(built_target(linkage)?),
    };
    let directory = directory.join("release");
    for program in programs {
        let path = directory.join(program);
        ensure!(path.is_file(), "{} is not built", path.display());
    }
    Ok(directory)
}

fn cargo(subcommand: &str, linkage: Linkage) -> Result<Command> {
    let mut cargo = cargo_command();
    cargo.args([subcommand, "--release", "--locked", "--quiet"]);
    remap_paths(&mut cargo, linkage)?;
    cargo.arg("--message-format=json-render-diagnostics");
    cargo
        .arg("--target-dir")
        .arg(target()?)
        .current_dir(workspace());
    Ok(cargo)
}

/// Returns the directory of the programs that cargo's messages name: that of the target, whatever has named it.
fn directory_of(messages: &str) -> Result<PathBuf> {
    let program = messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    let program = program.context("cargo names no program that it has built")?;
    let directory = program.parent().context("a program in no directory")?;
    Ok(directory.to_owned())
}

/// Requires the standard library of a target, unless cargo is told to build it.
fn ensure_standard_library(triple: &str) -> Result<()> {
    if env::var_os("CARGO_UNSTABLE_BUILD_STD").is_some() {
        return Ok(());
    }
    let directory = output(rustc().args(["--print", "target-libdir", "--target", triple]))?;
    let is_there = Path::new(directory.trim_end()).is_dir();
    ensure!(
        is_there,
        "no standard library for {triple}: rustup target add {triple}\n\
         Without rustup, where rust-src and musl-gcc are installed: RUSTC_BOOTSTRAP=1 \
         CARGO_UNSTABLE_BUILD_STD=std,panic_abort, as in tests/targets"
    );
    Ok(())
}
