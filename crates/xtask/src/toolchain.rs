//! Cargo and rustc: which are run, what they build for, and where it goes.

use std::env;
use std::path::{Path, PathBuf};
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

/// Returns what takes the symbols out of a program. That of another processor has a strip of its own.
pub(crate) fn strip() -> Command {
    Command::new(env::var_os("STRIP").unwrap_or_else(|| "strip".into()))
}

/// Returns the name of the package that a program is of.
pub(crate) fn package_of(program: &str) -> &str {
    match program {
        // In the registry of crates the name is another project's.
        "nsutils" => "nsutils-multicall",
        program => program,
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

/// Returns cargo's target directory, which this program is in.
///
/// # Errors
/// That this program was not started by cargo.
pub(crate) fn target() -> Result<PathBuf> {
    let program = env::current_exe()?;
    let target = target_above(&program).context("run this by cargo xtask")?;
    Ok(target.to_owned())
}

/// Returns the nearest directory above that cargo has marked as a cache. That of a target, such as
/// `i686-unknown-linux-gnu`, has a mark as well, and then the target directory is above it.
fn target_above(program: &Path) -> Option<&Path> {
    let is_marked = |directory: &&Path| directory.join("CACHEDIR.TAG").exists();
    let nearest = program.ancestors().find(is_marked)?;
    let is_triple = nearest.file_name()?.as_encoded_bytes().contains(&b'-');
    let above = nearest
        .parent()
        .filter(|above| is_triple && is_marked(above));
    Some(above.unwrap_or(nearest))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_above_the_target_directory_is_not_it() {
        let scratch = testkit::Scratch::new();
        let target = scratch.dir("target");
        let program = scratch
            .dir("target/i686-unknown-linux-gnu/debug")
            .join("xtask");
        scratch.file("CACHEDIR.TAG", "");
        for mark in [
            "target/CACHEDIR.TAG",
            "target/i686-unknown-linux-gnu/CACHEDIR.TAG",
        ] {
            scratch.file(mark, "");
            assert_eq!(target_above(&program), Some(&*target));
        }
    }
}
