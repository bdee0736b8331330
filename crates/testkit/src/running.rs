//! A program that runs while the test looks on. It is reaped only when this goes out of scope, and its process
//! group killed just before: until then its number, which is the group's as well, cannot become another's.

use std::fs::File;
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::process::Child;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::outcome::{Outcome, Status};
use crate::output::Output;
use crate::strerror::in_gnu_words;
use crate::sys;

/// A program that has been started.
pub struct Running {
    line: String,
    child: Child,
    pid: Pid,
    pidfd: OwnedFd,
    output: Output,
    keyboard: Option<File>,
    timeout: Duration,
    deadline: Instant,
    ended: bool,
    /// How much of its output [`Running::until`] has handed out.
    seen: usize,
}

impl Running {
    /// The program started by this command line as this child.
    pub(crate) fn new(
        line: String,
        child: Child,
        output: Output,
        keyboard: Option<File>,
        timeout: Duration,
    ) -> Self {
        let pid = Pid::from_raw(child.id() as i32);
        let pidfd = sys::pidfd(pid).expect("pidfd_open");
        let deadline = Instant::now() + timeout;
        Self {
            line,
            child,
            pid,
            pidfd,
            output,
            keyboard,
            timeout,
            deadline,
            ended: false,
            seen: 0,
        }
    }

    /// Its process id, which is its session's and process group's too.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends it, and it alone, a signal.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid, signal).expect("a child that is not reaped can be sent signals");
    }

    /// Types at its terminal; `\u{3}` is Ctrl-C, `\u{1a}` Ctrl-Z, `\u{4}` the end of input.
    pub fn type_in(&mut self, keys: &str) {
        let keyboard = self
            .keyboard
            .as_mut()
            .expect("only a tool on a terminal can be typed at");
        keyboard
            .write_all(keys.as_bytes())
            .expect("a terminal takes what is typed");
    }

    /// Waits until it has written `text` to standard output, and returns what it wrote up to and with that, since the
    /// last call: `until("\n")` is the next line.
    ///
    /// # Panics
    /// If it ends without, or takes too long.
    #[track_caller]
    pub fn read_until(&mut self, text: &str) -> String {
        loop {
            let fresh = &self.output.out.bytes[self.seen..];
            if let Some(at) = fresh
                .windows(text.len())
                .position(|window| window == text.as_bytes())
            {
                let end = at + text.len();
                self.seen += end;
                return String::from_utf8_lossy(&self.output.out.bytes[self.seen - end..self.seen])
                    .into_owned();
            }
            assert!(
                !self.ended,
                "it ended without writing {text:?}\n{}",
                self.outcome(self.status())
            );
            self.step();
        }
    }

    /// Waits for its end. What it left behind lives on until this goes out of scope.
    ///
    /// # Panics
    /// If it takes too long.
    #[track_caller]
    pub fn wait(&mut self) -> Outcome {
        while !self.ended {
            self.step();
        }
        self.outcome(self.status())
    }

    /// Waits until something happens and takes note of it.
    #[track_caller]
    fn step(&mut self) {
        let left = self.deadline.saturating_duration_since(Instant::now());
        self.ended = self.output.wait(self.pidfd.as_fd(), left);
        if !self.ended && left.is_zero() {
            self.kill_group();
            panic!(
                "it has not ended after {:?}\n{}",
                self.timeout,
                self.outcome(self.status())
            );
        }
    }

    fn status(&self) -> Status {
        sys::exit_status(self.pid).expect("a child that is not reaped can be waited for")
    }

    fn outcome(&self, status: Status) -> Outcome {
        let Output { out, err } = &self.output;
        Outcome {
            command: self.line.clone(),
            status,
            stdout: in_gnu_words(&out.bytes),
            stderr: in_gnu_words(&err.bytes),
        }
    }

    /// Kills the program and what it has left in its process group.
    fn kill_group(&self) {
        // It may all have ended already; and no error could be told while a panic is under way.
        let _ = killpg(self.pid, Signal::SIGKILL);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill_group();
        let _ = self.child.wait();
    }
}
