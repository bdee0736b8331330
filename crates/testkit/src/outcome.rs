//! What became of a program that ran: how it ended and what it wrote, with the assertions that nearly every test makes
//! of it. A failed one shows all there is, since a test that failed in CI cannot be asked again.

use std::fmt::{self, Display, Formatter};

use nix::sys::signal::Signal;

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// With this exit status, 0 to 255.
    Exited(i32),
    /// By the signal of this number; a number, since the real-time signals have no name.
    Killed(i32),
}

impl Display for Status {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Exited(code) => write!(formatter, "exit status {code}"),
            Self::Killed(number) => match Signal::try_from(number) {
                Ok(signal) => write!(formatter, "killed by {signal}"),
                Err(_) => write!(formatter, "killed by signal {number}"),
            },
        }
    }
}

/// How a program ended and what it wrote.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The command line, for a user to read.
    pub command: String,
    /// How it ended.
    pub status: Status,
    /// What it wrote to standard output; on a terminal, all that it wrote.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

impl Outcome {
    /// The exit status as a shell sees it: 128 and the signal's number for a program that was killed.
    #[must_use]
    pub fn code(&self) -> i32 {
        match self.status {
            Status::Exited(code) => code,
            Status::Killed(signal) => 128 + signal,
        }
    }

    /// Standard output as text, bytes that are no UTF-8 replaced.
    #[must_use]
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text, bytes that are no UTF-8 replaced.
    #[must_use]
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Asserts exit status 0.
    #[track_caller]
    #[allow(
        clippy::must_use_candidate,
        reason = "where the status is all there is to see, this is the end of it"
    )]
    pub fn ok(self) -> Self {
        assert!(
            self.status == Status::Exited(0),
            "expected exit status 0\n{self}"
        );
        self
    }

    /// Asserts that it failed with this exit status and these words on standard error, and wrote nothing else.
    #[track_caller]
    pub fn fails(&self, code: i32, stderr: &str) {
        let failed = self.status == Status::Exited(code)
            && self.stderr == stderr.as_bytes()
            && self.stdout.is_empty();
        assert!(
            failed,
            "expected exit status {code}, nothing on stdout, and on stderr\n{}{self}",
            quoted(stderr)
        );
    }
}

impl Display for Outcome {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "  command: {}", self.command)?;
        writeln!(formatter, "  {}", self.status)?;
        write!(
            formatter,
            "  stdout:\n{}  stderr:\n{}",
            quoted(&self.out()),
            quoted(&self.err())
        )
    }
}

/// The lines of `text`, each in quotes, so that a blank at an end and a missing newline can be seen.
fn quoted(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| format!("    {line:?}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Status};

    fn ended(status: Status) -> Outcome {
        Outcome {
            command: "unshare -x".into(),
            status,
            stdout: Vec::new(),
            stderr: b"no\n".to_vec(),
        }
    }

    #[test]
    fn a_signal_counts_from_128_as_in_a_shell() {
        assert_eq!(ended(Status::Killed(15)).code(), 143);
    }

    #[test]
    #[should_panic(expected = "killed by SIGTERM")]
    fn a_failed_assertion_names_the_signal() {
        let _ = ended(Status::Killed(15)).ok();
    }

    #[test]
    fn fails_accepts_just_this_status_and_text() {
        ended(Status::Exited(1)).fails(1, "no\n");
    }
}
