//! Building the programs as they are released, and running what a chore needs besides.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::remap::remap_paths;
use crate::workspace;

/// The programs, by the names of their packages.
pub(crate) const PROGRAMS: [&str; 4] = ["runshare", "rnsenter", "rlsns", "rchroot"];

/// How a program is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Linkage {
    /// With the C library of the target that cargo builds for.
    Dynamic,
    /// With musl in the program, at a fixed address: the loader has nothing to relocate.
    Static,
    /// With musl in the program, at any address.
    StaticPie,
}

impl Linkage {
    /// What rustc gets behind what RUSTFLAGS and the configuration say, for the program alone: at the link all of it is
    /// compiled once more.
    fn flags(self) -> &'static [&'static str] {
        match self {
            Linkage::Dynamic => &[],
            Linkage::Static => &[
                "-C",
                "target-feature=+crt-static",
                "-C",
                "relocation-model=static",
            ],
            Linkage::StaticPie => &["-C", "target-feature=+crt-static"],
        }
    }
}

/// Returns the target of this machine.
///
/// # Errors
/// That rustc cannot be run.
pub(crate) fn host() -> Result<String> {
    let version = output(rustc().arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc -vV names no host")
}

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
            cargo.args(["--package", program]);
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
            program,
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

/// Returns the cargo that runs this chore.
pub(crate) fn cargo_command() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

pub(crate) fn rustc() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
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

/// Returns the target with musl for the processor that cargo builds for.
fn static_target() -> Result<String> {
    let triple = built_target(Linkage::Dynamic)?;
    let has_musl = triple.contains("musl") || triple.contains("gnu");
    ensure!(has_musl, "{triple}: no target with musl is known for it");
    Ok(triple.replace("gnu", "musl"))
}

/// Returns the target that programs which are linked so are built for.
///
/// # Errors
/// That rustc cannot be run; that there is no such target.
pub(crate) fn built_target(linkage: Linkage) -> Result<String> {
    if linkage != Linkage::Dynamic {
        return static_target();
    }
    match configured_target()? {
        Some(triple) => Ok(triple),
        None => host(),
    }
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

/// Returns the target that CARGO_BUILD_TARGET or the configuration names, if one does: what cargo builds for it, this
/// program as well, is in a directory of its name.
fn configured_target() -> Result<Option<String>> {
    let (target, program) = (target()?, env::current_exe()?);
    let below = program.strip_prefix(target)?;
    let first = below.iter().next().context("a program in no directory")?;
    let triple = first.to_string_lossy();
    Ok(triple.contains('-').then(|| triple.into_owned()))
}

/// Returns cargo's target directory, which this program is in. The directory of a target in it has a mark as well.
///
/// # Errors
/// That this program was not started by cargo.
pub(crate) fn target() -> Result<PathBuf> {
    let program = env::current_exe()?;
    let above = program.ancestors();
    let marked = above.filter(|directory| directory.join("CACHEDIR.TAG").exists());
    let target = marked.last().context("run this by cargo xtask")?;
    Ok(target.to_owned())
}

/// Returns what a program writes; its errors go where ours go.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_owned();
    let missing = || {
        let package = if name == "cc" {
            "build-essential".as_ref()
        } else {
            name.as_os_str()
        };
        let (name, package) = (name.to_string_lossy(), package.to_string_lossy());
        format!("{name} cannot be run: install it, on Debian with apt-get install {package}")
    };
    let Output { status, stdout, .. } = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(missing)?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(String::from_utf8(stdout)?)
}
