//! Building the programs as they are released, and running what a chore needs besides.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};

use crate::workspace;

/// The programs, by the names of their packages.
pub(crate) const PROGRAMS: [&str; 4] = ["runshare", "rnsenter", "rlsns", "rchroot"];

/// The target that a static build is for: this machine's processor. Naming it keeps the flags from build scripts.
pub(crate) fn host() -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = output(Command::new(rustc).arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc -vV names no host")
}

/// Builds these programs, so that nothing stale is used, and returns the directory that they are in.
///
/// # Errors
/// That the build fails.
pub(crate) fn build(programs: &[&str]) -> Result<PathBuf> {
    let target = target()?;
    output(cargo(programs).arg("--target-dir").arg(&target))?;
    Ok(target.join("release"))
}

/// The same with the C library in each program, for a system that may lack one. Names of users and groups come from
/// the files alone there, since the C library can load no other source.
///
/// # Errors
/// As [`build`].
pub(crate) fn build_static(programs: &[&str]) -> Result<PathBuf> {
    let (target, host) = (target()?.join("static"), host()?);
    let mut cargo = cargo(programs);
    cargo.args(["--target", &host, "--target-dir"]).arg(&target);
    output(cargo.env("RUSTFLAGS", "-C target-feature=+crt-static"))?;
    Ok(target.join(host).join("release"))
}

fn cargo(programs: &[&str]) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--release", "--locked", "--quiet"]);
    for program in programs {
        cargo.args(["--package", program]);
    }
    cargo.current_dir(workspace());
    cargo
}

/// Cargo's target directory, which this program is in.
pub(crate) fn target() -> Result<PathBuf> {
    let program = env::current_exe()?;
    let mut above = program.ancestors();
    let target = above.find(|directory| directory.join("CACHEDIR.TAG").exists());
    let target = target.context("run this by cargo run -p xtask")?;
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
