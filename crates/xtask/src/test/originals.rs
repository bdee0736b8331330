//! Brings the originals by `tests/originals`, without root, if that is possible here.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, io};

use anyhow::{Result, bail};

use crate::workspace;

/// Returns where they are; none if they cannot be brought, which is said aloud.
///
/// # Errors
/// That they cannot be brought, if they must be.
pub(super) fn bring(strict: bool) -> Result<Option<PathBuf>> {
    let mut command = Command::new("bash");
    command
        .arg(workspace().join("tests/originals"))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    if !strict && env::var_os("ATTEMPTS").is_none() {
        command.env("ATTEMPTS", "1");
    }
    let reason = match command.output() {
        Ok(output) if output.status.success() => {
            let path = output.stdout.trim_ascii_end();
            return Ok(Some(OsStr::from_bytes(path).into()));
        }
        Ok(output) => format!("tests/originals: {}", output.status),
        Err(error) if error.kind() == io::ErrorKind::NotFound => "there is no bash".to_owned(),
        Err(error) => format!("bash: {error}"),
    };
    if strict {
        bail!("the originals cannot be brought: {reason}");
    }
    say(&format!(
        "the originals cannot be brought ({reason}): what compares with them is skipped"
    ));
    Ok(None)
}

#[expect(clippy::print_stderr, reason = "whoever waits for the tests looks on")]
fn say(text: &str) {
    eprintln!("xtask: {text}");
}
