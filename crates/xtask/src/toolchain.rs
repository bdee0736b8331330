//! Cargo and rustc: which are run, what they build for, and where it goes.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};

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
    pub(crate) fn flags(self) -> &'static [&'static str] {
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

/// Returns the cargo that runs this chore.
pub(crate) fn cargo_command() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

pub(crate) fn rustc() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
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

/// Returns the target with musl for the processor that cargo builds for.
pub(crate) fn static_target() -> Result<String> {
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

/// Returns the target that CARGO_BUILD_TARGET or the configuration names, if one does: what cargo builds for it, this
/// program as well, is in a directory of its name.
pub(crate) fn configured_target() -> Result<Option<String>> {
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
