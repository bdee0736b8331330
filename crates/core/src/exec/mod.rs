//! Becoming the program that the tool was called for.
//!
//! The search for it is the C library's own, `execvp(3)`: along the PATH of the environment that the program gets, and
//! the same error that the originals report. `/bin/sh` runs a script without `#!`, whatever the C library.

mod own_file;
mod script;

use std::convert::Infallible;
use std::env;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::Error;
use nix::errno::Errno;
use nix::libc::c_int;
use nix::unistd::{AccessFlags, access, execv, execvp, getuid};

use crate::escape::printable;
use crate::hint::{self, Hint, PrecedingOption};
use crate::message::{Message, sentence};
use crate::regular_file::read_regular;
use crate::users::{passwd_entries, shell_of};
pub use own_file::OwnFile;
use own_file::Search;

/// The shell where nothing else names one.
const DEFAULT_SHELL: &str = "/bin/sh";

/// The program could not be run. Put the sentence that names it before this as its context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecError {
    /// The kernel refused it.
    Refused(Errno),
    /// It is this tool's own file, reached by a link of /proc, see [`OwnFile`].
    OwnFile,
}

impl ExecError {
    /// 127 where there is no such program, 126 where it cannot be run, as shells have it.
    pub fn status(&self) -> c_int {
        match self {
            ExecError::Refused(Errno::ENOENT) => 127,
            ExecError::Refused(_) | ExecError::OwnFile => 126,
        }
    }

    /// Returns why, as a sentence.
    pub(crate) fn sentence(&self) -> Message {
        match self {
            ExecError::Refused(errno) => sentence("%s", &[errno]),
            ExecError::OwnFile => {
                sentence("it leads to this tool's own file by a link of /proc", &[])
            }
        }
    }

    /// Returns the kernel's error number, if it was the kernel.
    pub fn errno(&self) -> Option<Errno> {
        match self {
            ExecError::Refused(errno) => Some(*errno),
            ExecError::OwnFile => None,
        }
    }
}

impl fmt::Display for ExecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(formatter)
    }
}

impl std::error::Error for ExecError {}

/// What is to be run: the program that was named, or the caller's shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program<'a> {
    /// It was named.
    Named {
        /// The words of the command line from the program on; at least one.
        words: &'a [OsString],
        /// The option before them.
        preceding: Option<PrecedingOption<'a>>,
    },
    /// No program was named.
    Shell(LoginShell),
}

impl Program<'_> {
    /// Returns what these operands mean. `preceding` is the last option before them; `keeps_shell` says whether the
    /// program gets the `SHELL` of this process. Call it before any namespace or root is entered, because the shell may
    /// have to be looked up.
    pub fn from_operands<'a>(
        operands: &'a [OsString],
        preceding: Option<PrecedingOption<'a>>,
        keeps_shell: bool,
    ) -> Program<'a> {
        match operands {
            [] => Program::Shell(LoginShell::look_up(keeps_shell)),
            words => Program::Named { words, preceding },
        }
    }

    /// Executes it; see [`LoginShell::path`] for `root_changed`, and [`exec`] for `own`. Returns only if that fails.
    pub fn exec(&self, root_changed: bool, own: Option<&OwnFile>) -> Error {
        let (failure, named, why) = match self {
            Program::Named { words, preceding } => {
                let failure = exec(&words[0], words, own);
                let why = why_not_run(failure, &words[0], *preceding);
                (failure, words[0].clone(), why)
            }
            Program::Shell(shell) => {
                let shell = shell.path(root_changed);
                let failure = run_login_shell(&shell, own);
                // It may be a container's choice; a program that was named is the caller's.
                let named = printable(&shell);
                let why = Hint::new(move || hint::explain_shell(failure.errno()?, &shell));
                (failure, named, why)
            }
        };
        let failed = sentence("failed to execute %s", &[&named]);
        Error::new(failure).context(why).context(failed)
    }
}

/// Returns the hint why a program could not be run that the command line names behind this option.
fn why_not_run(
    failure: ExecError,
    program: &OsStr,
    preceding: Option<PrecedingOption<'_>>,
) -> Hint {
    let detached = preceding.map(|option| option.question(program));
    let program = program.to_owned();
    Hint::new(move || {
        let errno = failure.errno()?;
        let detached = detached.as_ref().and_then(|question| question());
        detached.or_else(|| hint::explain_exec(errno, &program))
    })
}

/// Executes `program`, searched for along PATH, with these words as its argv, argv\[0\] among them; not if it leads to
/// `own`, which is held where another root or mount namespace was entered.
///
/// # Errors
/// [`ExecError`]; this returns only where the program could not be run.
pub fn exec(program: &OsStr, words: &[OsString], own: Option<&OwnFile>) -> ExecError {
    if own.is_some_and(|own| own.is_run_by(program, Search::Path)) {
        return ExecError::OwnFile;
    }
    script::exec_by_shell(become_by(execvp, program, words), program, words)
}

/// Executes the shell at `path`, which is not searched for, as a login shell: its argv\[0\] begins with a dash.
///
/// # Errors
/// As [`exec`].
fn run_login_shell(path: &OsStr, own: Option<&OwnFile>) -> ExecError {
    if own.is_some_and(|own| own.is_run_by(path, Search::None)) {
        return ExecError::OwnFile;
    }
    let mut name = OsString::from("-");
    name.push(base_name(path));
    become_by(execv, path, &[name])
}

/// `execv(3)` or `execvp(3)`.
type Exec = fn(&CStr, &[CString]) -> Result<Infallible, Errno>;

fn become_by(exec: Exec, program: &OsStr, words: &[OsString]) -> ExecError {
    let terminated = |word: &OsStr| CString::new(word.as_bytes());
    let argv: Result<Vec<CString>, _> = words.iter().map(|word| terminated(word)).collect();
    // A byte of zero cannot be on a command line, and the environment cannot hold one either.
    let (Ok(path), Ok(argv)) = (terminated(program), argv) else {
        return ExecError::Refused(Errno::EINVAL);
    };
    match exec(&path, &argv) {
        Err(errno) => ExecError::Refused(errno),
        Ok(never) => match never {},
    }
}

/// The caller's login shell, for a call that names no program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginShell {
    uid: u32,
    shell: Option<OsString>,
    /// Whether what cannot be executed is passed over.
    must_exist: bool,
}

impl LoginShell {
    /// Asks the name service for the caller's shell where `$SHELL` does not say it, or will not once the environment is
    /// replaced: without `keeps_shell`. Call it before any namespace or root is entered.
    ///
    /// An account whose shell is `/usr/sbin/nologin` must not get another one because a variable is missing.
    pub fn look_up(keeps_shell: bool) -> LoginShell {
        let uid = getuid().as_raw();
        let is_named = keeps_shell && from_environment().is_some();
        let shell = if is_named { None } else { shell_of(uid) };
        LoginShell {
            uid,
            shell,
            must_exist: false,
        }
    }

    /// Returns the same, but a shell that cannot be executed in the end is passed over: the `SHELL` of another process
    /// may name one that is not there.
    #[must_use]
    pub fn that_exists(mut self) -> LoginShell {
        self.must_exist = true;
        self
    }

    /// Returns the shell to run now: `$SHELL`, else that of the user whom this process has become (read from
    /// /etc/passwd as a file if that is another one than before, or if `root_changed`), else /bin/sh.
    pub fn path(&self, root_changed: bool) -> OsString {
        let uid = getuid().as_raw();
        let same = uid == self.uid && !root_changed;
        let of_user = || {
            if same {
                self.shell.clone()
            } else {
                from_file(uid)
            }
        };
        let is_there = |shell: &OsString| {
            !self.must_exist || access(Path::new(shell), AccessFlags::X_OK).is_ok()
        };
        let named = from_environment().filter(is_there);
        let named = named.or_else(|| of_user().filter(is_there));
        named
            .filter(|shell| !shell.is_empty())
            .unwrap_or_else(|| DEFAULT_SHELL.into())
    }
}

fn from_environment() -> Option<OsString> {
    env::var_os("SHELL").filter(|shell| !shell.is_empty())
}

fn from_file(uid: u32) -> Option<OsString> {
    let file = read_regular(Path::new("/etc/passwd")).ok()?;
    let entry = passwd_entries(&file).find(|entry| entry.uid == uid)?;
    Some(entry.shell.to_owned())
}

/// Returns what is behind the last slash, as `program_invocation_short_name(3)` has it.
pub fn base_name(path: &OsStr) -> &OsStr {
    let bytes = path.as_bytes();
    let start = bytes.iter().rposition(|byte| *byte == b'/');
    OsStr::from_bytes(&bytes[start.map_or(0, |slash| slash + 1)..])
}
