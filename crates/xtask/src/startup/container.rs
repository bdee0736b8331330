//! A process in namespaces of its own, for the cases that enter some.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result};

/// Lives until it is dropped, or we are: it waits for the end of a pipe that we hold.
pub(super) struct Container {
    process: Child,
    pipe: Option<ChildStdin>,
}

impl Container {
    /// One that the original `unshare` has made. It answers as soon as it is where it should be.
    pub(super) fn made_by(unshare: &Path) -> Result<Container> {
        let mut command = Command::new(unshare);
        command.args(["-m", "-u", "-i", "-n", "cat"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().context("unshare")?;
        let (pipe, answers) = (process.stdin.take(), process.stdout.take());
        let mut container = Container { process, pipe };
        let mut answer = [0];
        container
            .pipe
            .as_mut()
            .context("no pipe")?
            .write_all(&answer)?;
        let answered = answers.context("no pipe")?.read_exact(&mut answer);
        answered.context("no process to enter")?;
        Ok(container)
    }

    /// Its number.
    pub(super) fn pid(&self) -> String {
        self.process.id().to_string()
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // It has nothing left to read; if it cannot be waited for it is gone.
        let _ = self.process.wait();
    }
}
