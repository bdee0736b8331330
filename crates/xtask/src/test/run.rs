//! Runs cargo test, showing all that it writes, and keeps that too.

use std::env;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::Request;
use crate::workspace;

/// How long the pipe may be silent, after cargo has ended, before what a test left running is no longer waited for.
const SILENCE: Duration = Duration::from_millis(500);

/// Returns how cargo test ends, and what it has written.
pub(super) fn cargo_test(
    request: &Request<'_>,
    originals: Option<&Path>,
    notes: &Path,
) -> Result<(ExitStatus, String)> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // One pipe for both streams, so that it can be seen which test binary a line is of.
    let mut command = Command::new("sh");
    command
        .args(["-c", "exec \"$@\" 2>&1", "sh"])
        .arg(cargo)
        .args(["test", "--locked", "--no-fail-fast"])
        .args(&request.words)
        .current_dir(workspace())
        .env("NSUTILS_NOTES", notes)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    if let Some(originals) = originals {
        command.env("NSUTILS_ORIGINALS", originals);
    }
    if request.strict {
        command.env("NSUTILS_STRICT", "1");
    }
    if env::var_os("CARGO_TERM_COLOR").is_none() && io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command.spawn().context("sh")?;
    let pipe = child.stdout.take().context("it was asked for")?;
    let (sender, lines) = channel();
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            if sender.send(std::mem::take(&mut line)).is_err() {
                return;
            }
        }
    });
    let mut output = String::new();
    let mut ended = None;
    loop {
        match lines.recv_timeout(SILENCE) {
            Ok(line) => {
                output += &String::from_utf8_lossy(&line);
                io::stdout().write_all(&line)?;
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) if ended.is_some() => break,
            Err(RecvTimeoutError::Timeout) => ended = child.try_wait()?,
        }
    }
    let status = match ended {
        Some(status) => status,
        None => child.wait()?,
    };
    Ok((status, output))
}
