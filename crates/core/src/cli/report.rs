//! Everything that a tool says to its user, and the exit status that goes with it.
//!
//! The sentence is err(3)'s: `NAME: what failed: reason`, where the reason is the C library's text for the error
//! number, never Rust's `(os error 2)` and never nix's own wording. It is written in one piece, so that the messages
//! of several processes do not mix.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;

use anyhow::Error;
use nix::errno::Errno;
use nix::libc::c_int;

use super::error_json::{self, Report};
use super::hints::Hints;
use super::{AlreadyReported, Family, Message, Tool, Usage, help, message, sentence, version};
use crate::exec::{self, base_name};
use crate::hint::{Explanation, Hint, explanation};
use crate::language::{self, Domain};
use crate::message::translated_reason;
use crate::procfs::Proc;
use crate::sys::errno::of_error;
use crate::sys::file::write_all;
use crate::sys::process::ExitReason;
use crate::sys::signal::die_by;

/// The voice of one called program: its name, and its family's habits.
#[derive(Debug, Clone)]
pub struct Diagnostics {
    family: Family,
    /// argv\[0\] as it was given.
    called: OsString,
    hints: Hints,
    /// Whether messages are written as JSON.
    is_json: bool,
}

impl Diagnostics {
    /// Returns the voice of a program called as `called`.
    pub fn new(family: Family, called: OsString) -> Diagnostics {
        let is_json = error_json::is_requested();
        let hints = match is_json {
            true => Hints::Always,
            false => Hints::from_environment(),
        };
        Diagnostics {
            family,
            called,
            hints,
            is_json,
        }
    }

    /// Returns the name that is before a message.
    fn name(&self) -> &OsStr {
        base_name(&self.called)
    }

    /// Returns the name that help is to be asked for by, and that the help itself shows.
    fn name_for_help(&self) -> &OsStr {
        match self.family {
            Family::UtilLinux => self.name(),
            Family::Coreutils => &self.called,
        }
    }

    /// Returns the exit status of a failure of the tool's own.
    fn failure(&self) -> c_int {
        match self.family {
            Family::UtilLinux => 1,
            Family::Coreutils => 125,
        }
    }

    /// Says `sentence` and continues, also if it cannot be delivered.
    pub fn warn(&self, sentence: &Message) {
        if self.is_json {
            let report = Report::of_sentence(sentence);
            let _ = self.write_json(report.with_translation(self.translate(sentence)));
            return;
        }
        let _ = self.write_line(&[&self.name(), &": ", &self.translate(sentence)]);
    }

    /// Prints a warning of an error that does not change how the tool ends.
    pub fn warn_of(&self, error: &Error) {
        if self.is_json {
            let _ = self.write_json(self.describe(error));
            return;
        }
        let sentence = self.translate_chain(error);
        let _ = self.write_line(&[&self.name(), &": warning: ", &sentence]);
    }

    /// Ends a process of the tool's: as the program that it waited for, or with a report of what went wrong. Returns
    /// the exit status; it does not return where the program died by a signal.
    pub fn finish(&self, ended: Result<ExitReason, Error>) -> c_int {
        match ended {
            Ok(ExitReason::Status(status)) => status,
            Ok(ExitReason::Signal(signal)) => die_by(signal),
            Err(error) => self.report(&error),
        }
    }

    /// Says what went wrong and returns the exit status that it means.
    pub fn report(&self, error: &Error) -> c_int {
        if let Some(AlreadyReported(status)) = error.downcast_ref() {
            return *status;
        }
        let failure = error.downcast_ref::<exec::ExecError>();
        let status = failure.map_or(self.failure(), exec::ExecError::status);
        let said = match error.downcast_ref::<Usage>() {
            _ if self.is_json => self.write_json(self.describe(error)),
            Some(usage) => self.report_usage(usage),
            None => {
                let sentence = self.translate_chain(error);
                self.write_line(&[&self.name(), &": ", &sentence])
            }
        };
        if said.is_ok() && !self.is_json {
            self.print_hint(|| find_hint(error));
        }
        // As in the originals, a message that cannot be delivered makes the status that of a failure of our own.
        said.map_or(self.failure(), |()| status)
    }

    /// Says in a second line why something failed, or why there is less than was asked for; `find` is asked only if
    /// there is a user to read it.
    pub fn print_hint(&self, find: impl FnOnce() -> Option<Explanation>) {
        if !self.hints.are_shown() {
            return;
        }
        if let Some(why) = find() {
            if self.is_json {
                let _ = self.write_json(Report::of_hint(why));
                return;
            }
            // That it cannot be delivered changes nothing: the sentence itself was.
            let why = why.translated();
            let _ = self.write_line(&[&self.name(), &": hint: ", &why]);
        }
    }

    /// Keeps what hints read in /proc for another root or mount namespace, which may have none; to be called before it
    /// is entered. Without a user to read hints this does nothing.
    pub fn hold_proc(&self) {
        if self.hints.are_shown() {
            Proc::hold();
        }
    }

    fn report_usage(&self, usage: &Usage) -> Result<(), Errno> {
        let what = match usage {
            Usage::InvalidUsage(sentence) => {
                message(&[&self.name(), &": ", &self.translate(sentence)]).english()
            }
            // getopt's sentence has the name in it.
            Usage::ParseError(sentence, _) => self.translate(sentence),
            Usage::Help | Usage::Version => usage.to_string().into(),
        };
        let more = sentence(
            "Try '%s --help' for more information.\n",
            &[&self.name_for_help()],
        );
        self.write_line(&[&what, &"\n", &self.translate(&more)])
    }

    /// Reads the catalogues of the reader's language now, and no other later. To be called before a root or a mount
    /// namespace is entered: what is there is somebody else's.
    pub fn load_language(&self) {
        match self.family {
            Family::UtilLinux => language::load_all(&[Domain::UtilLinux]),
            Family::Coreutils => language::load_all(&[Domain::Coreutils, Domain::Gnulib]),
        }
    }

    /// Returns the sentence in the reader's language.
    fn translate(&self, sentence: &Message) -> OsString {
        sentence.translated(self.family.domain())
    }

    /// Describes an error for programs.
    fn describe(&self, error: &Error) -> Report {
        let mut report = Report::new(error, &self.called);
        report.hint = find_hint(error);
        match error.downcast_ref::<Usage>() {
            Some(_) => report,
            None => report.with_translation(self.translate_chain(error)),
        }
    }

    /// Writes an object to standard error.
    fn write_json(&self, report: Report) -> Result<(), Errno> {
        write_all(io::stderr(), &report.line(self.name()))
    }

    /// Writes one line to standard error.
    fn write_line(&self, parts: &[&dyn AsRef<OsStr>]) -> Result<(), Errno> {
        let mut line = message(parts).english();
        line.push("\n");
        write_all(io::stderr(), line.as_bytes())
    }

    pub(super) fn print_help(&self, tool: &Tool) -> c_int {
        self.print(&help::text(tool, self.name(), self.name_for_help()))
    }

    pub(super) fn print_version(&self, tool: &Tool) -> c_int {
        let text = version::text(tool, self.name());
        self.print(text.english().as_bytes())
    }

    /// Writes `text` to standard output and returns the exit status: a write that fails is an error, but for what
    /// each family lets pass.
    pub fn print(&self, text: &[u8]) -> c_int {
        let forgiven = |errno: Errno| {
            self.family == Family::UtilLinux && matches!(errno, Errno::EBADF | Errno::EPIPE)
        };
        match write_all(io::stdout(), text) {
            Err(errno) if !forgiven(errno) => {
                self.report(&Error::new(errno).context("write error"))
            }
            _ => 0,
        }
    }

    /// Returns the error and its causes, as err(3) would report them, in the reader's language. A cause without text is
    /// a [`Hint`].
    fn translate_chain(&self, error: &Error) -> OsString {
        let causes = error
            .chain()
            .map(|cause| self.translate_cause(error, cause));
        let mut sentence = OsString::new();
        for cause in causes.filter(|cause| !cause.is_empty()) {
            if !sentence.is_empty() {
                sentence.push(": ");
            }
            sentence.push(cause);
        }
        sentence
    }

    /// Returns one cause: the C library's text if it is an error number, and the bytes of a [`Message`]. anyhow gives
    /// out a context by its type alone, so it is the text that shows which cause it is.
    fn translate_cause(
        &self,
        error: &Error,
        cause: &(dyn std::error::Error + 'static),
    ) -> OsString {
        if let Some(errno) = of_error(cause) {
            return translated_reason(errno);
        }
        if let Some(failure) = cause.downcast_ref::<exec::ExecError>() {
            return self.translate(&failure.sentence());
        }
        let shown = cause.to_string();
        let message = cause.downcast_ref().or_else(|| error.downcast_ref());
        if let Some(message) = message.filter(|message: &&Message| message.to_string() == shown) {
            return self.translate(message);
        }
        let translate = |msgid: &'static str| self.translate(&sentence(msgid, &[]));
        match error.downcast_ref::<&'static str>() {
            Some(msgid) if *msgid == shown => translate(msgid),
            _ => shown.into(),
        }
    }
}

/// Finds out why an error happened, if that is known.
fn find_hint(error: &Error) -> Option<Explanation> {
    match error.downcast_ref() {
        Some(Usage::ParseError(_, Some(option))) => Some(explanation(
            "did-you-mean-option",
            "did you mean `--%s`?",
            &[option],
        )),
        _ => error.downcast_ref::<Hint>()?.evaluate(),
    }
}
