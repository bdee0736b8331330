//! The process of the helper: how it is started, what it reports, and how it ended.

use std::env;
use std::ffi::{CString, OsStr, OsString};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Error, Result};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::libc::{SIGKILL, c_int};
use nix::unistd::{Pid, dup2_stderr, dup2_stdin, dup2_stdout, execve, fchdir};
use nscore::cli::{Message, message, sentence};
use nscore::hint::Hint;
use nscore::sys::close_range::cloexec_above_stdio;
use nscore::sys::errno::reason;
use nscore::sys::file::{open, pipe, write_all};
use nscore::sys::process::{self, ExitReason, pidfd_open, set_parent_death_signal};
use nscore::sys::signal::SignalSet;

use crate::helper_process::kill_child;
use crate::network::hint;
use crate::network::messages::Messages;

/// A command line of the helper, and what it inherits.
pub(super) struct Command<'a> {
    program: &'a Path,
    directory: Option<&'a OwnedFd>,
    /// The signal mask of the caller.
    mask: &'a SignalSet,
    search_path: Option<OsString>,
    arguments: Vec<OsString>,
    inherited: Vec<OwnedFd>,
    pub(super) stdin: Option<OwnedFd>,
    pub(super) stdout: Option<OwnedFd>,
}

impl<'a> Command<'a> {
    /// Prepares a command without arguments. Call it while this process has the environment of the caller.
    pub(super) fn new(
        program: &'a Path,
        directory: Option<&'a OwnedFd>,
        mask: &'a SignalSet,
    ) -> Command<'a> {
        Command {
            program,
            directory,
            mask,
            search_path: env::var_os("PATH"),
            arguments: vec![program.as_os_str().to_owned()],
            inherited: Vec::new(),
            stdin: None,
            stdout: None,
        }
    }

    /// Adds an argument.
    pub(super) fn arg(&mut self, argument: impl Into<OsString>) {
        self.arguments.push(argument.into());
    }

    /// Adds arguments.
    pub(super) fn args<const COUNT: usize>(&mut self, arguments: [&str; COUNT]) {
        self.arguments.extend(arguments.map(OsString::from));
    }

    /// Has the helper inherit a descriptor under the number that this returns.
    pub(super) fn inherit(&mut self, descriptor: OwnedFd) -> c_int {
        let number = descriptor.as_raw_fd();
        self.inherited.push(descriptor);
        number
    }

    /// Starts the helper. Its standard input is /dev/null unless [`stdin`](Command::stdin) is given; its standard
    /// error, and likewise its standard output, are a pipe of this process. The helper may end when `exit_pipe` is
    /// closed.
    ///
    /// # Errors
    /// Those of the system calls; a program that cannot be executed ends immediately, with a message.
    pub(super) fn spawn(self, exit_pipe: Option<OwnedFd>) -> Result<NetworkHelper> {
        let (pipe, stderr) = pipe().context("pipe2 failed")?;
        fcntl(&pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).context("fcntl failed")?;
        let null = open("/dev/null".as_ref(), OFlag::O_RDONLY).context("cannot open /dev/null")?;
        let program = c_string(self.program.as_os_str())?;
        let words = self.arguments.iter().map(|word| c_string(word));
        let words = words.collect::<Result<Vec<_>>>()?;
        let mut environment = Vec::new();
        if let Some(path) = &self.search_path {
            let mut variable = OsString::from("PATH=");
            variable.push(path);
            environment.push(c_string(&variable)?);
        }
        let child = || {
            let stdin = self.stdin.as_ref().unwrap_or(&null);
            let stdout = self.stdout.as_ref().unwrap_or(&stderr);
            let Err(errno) = self
                .set_up(stdin, stdout, &stderr)
                .and_then(|()| execve(&program, &words, &environment));
            let message = format!("cannot be executed: {}\n", reason(errno));
            let _ = write_all(&stderr, message.as_bytes());
            1
        };
        let process = process::spawn(child).context("fork failed")?;
        let pidfd = pidfd_open(process).context("pidfd_open failed")?;
        Ok(NetworkHelper {
            process,
            pidfd,
            messages: Messages::new(pipe),
            _exit_pipe: exit_pipe,
        })
    }

    /// In the child: gives up everything that the helper does not need.
    fn set_up(&self, stdin: &OwnedFd, stdout: &OwnedFd, stderr: &OwnedFd) -> Result<(), Errno> {
        // Until the helper becomes another user, when the kernel clears it.
        set_parent_death_signal(SIGKILL)?;
        self.mask.restore()?;
        if let Some(directory) = self.directory {
            fchdir(directory)?;
        }
        dup2_stdin(stdin)?;
        dup2_stdout(stdout)?;
        dup2_stderr(stderr)?;
        cloexec_above_stdio()?;
        for descriptor in &self.inherited {
            fcntl(descriptor, FcntlArg::F_SETFD(FdFlag::empty()))?;
        }
        Ok(())
    }
}

/// A helper that was started. It is killed when this is dropped.
pub(super) struct NetworkHelper {
    process: Pid,
    pidfd: OwnedFd,
    messages: Messages,
    /// The end of the helper that nobody reads or writes: the helper ends when it is closed.
    _exit_pipe: Option<OwnedFd>,
}

impl NetworkHelper {
    /// Returns a descriptor that is readable once the helper has ended.
    pub(super) fn pidfd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }

    /// Returns a descriptor that is readable when the helper has written a message.
    pub(super) fn messages(&self) -> Option<BorrowedFd<'_>> {
        self.messages.pipe()
    }

    /// Reads the messages that were written.
    pub(super) fn read_messages(&mut self) {
        self.messages.read_available();
    }

    /// Ends a helper that did not become ready, or is about to end, and returns the error.
    pub(super) fn start_error(&mut self, name: &'static str) -> Error {
        let how = self.end();
        self.messages.read_available();
        let what = match self.messages.last_lines() {
            Some(lines) => message(&[&lines]),
            None => how,
        };
        let error = Error::new(what).context(Hint::new(move || hint::missing_requirement(name)));
        error.context(sentence("%s failed to start", &[&name]))
    }

    /// Kills the helper if it has not ended, and returns how it ended.
    pub(super) fn end(&self) -> Message {
        match kill_child(self.process).and_then(|()| process::wait(self.process)) {
            Ok(ExitReason::Status(status)) => sentence("exit status %s", &[&status]),
            Ok(ExitReason::Signal(signal)) => sentence("killed by signal %s", &[&signal]),
            Err(errno) => sentence("%s", &[&errno]),
        }
    }
}

impl Drop for NetworkHelper {
    fn drop(&mut self) {
        // After `end` it is no child any more, and its PID may be that of another process.
        if let Ok(None) = process::try_wait(self.process) {
            self.end();
        }
    }
}

/// # Errors
/// That the text has a null byte, which no argument can have.
fn c_string(text: &OsStr) -> Result<CString> {
    CString::new(text.as_bytes()).context("an argument has a null byte")
}
