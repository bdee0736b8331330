//! The sessions that README.md and the man pages show are those of a real run. One program types them, whether to
//! compare or to write: the tests in `tests/walkthrough/documents`, which are told here to write.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::release::PROGRAMS;
use crate::workspace;

/// Builds the programs, types every session and writes what is stale. Root types its own examples as well, an ordinary
/// user leaves them as they are.
///
/// # Errors
/// That something cannot be built, or that a session cannot be typed: what lacks, `tests/originals` for one, is said on
/// standard error.
pub(crate) fn write() -> Result<String> {
    let mut build = cargo();
    build.args(["build", "--quiet"]);
    for program in PROGRAMS {
        build.args(["--package", program]);
    }
    run(&mut build)?;
    let mut test = cargo();
    test.args(["test", "--quiet", "--package", "runshare", "--test"])
        .args(["walkthrough", "documents::every_", "--", "--test-threads=1"])
        .env("NSUTILS_SESSIONS", "write")
        .env("NSUTILS_STRICT", "1");
    run(&mut test)?;
    Ok("git diff shows what has changed\n".to_owned())
}

fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(workspace());
    command
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().context("cargo")?;
    ensure!(status.success(), "{command:?} failed");
    Ok(())
}
