//! The command line that all four programs share: reading it, its help, its errors, and the one `main`.
//!
//! A program hands its [`Tool`] and its `run` to [`main`] and never prints by itself: what it has to say is a
//! [`message()`] in an `anyhow::Error`, printed here in the words and with the status of the original's family. Three
//! kinds of error have a type, because they end otherwise than "the tool failed": [`Usage`] (with the line that points
//! to `--help`), [`exec::ExecError`] (126 and 127) and [`AlreadyReported`] (nothing is left to say).

mod changes;
mod entry;
mod error_json;
pub mod getopt;
mod help;
mod hints;
pub mod quote;
mod report;
pub mod signal;
pub mod table;
mod usage;
mod version;

use std::ffi::{OsStr, OsString};

use clap::Command;

pub use crate::message::{Argument, Message, ToArgument, message, sentence};
pub use crate::number;
pub use entry::main;
use getopt::{ParseStop, ParsedArgs, ParsedOption};
pub use report::Diagnostics;
pub use table::{EXTENSIONS, Opt};
pub use usage::{AlreadyReported, Usage};

#[cfg(doc)]
use crate::exec;
use crate::exec::base_name;
use crate::hint::PrecedingOption;
use crate::language::Domain;

/// Whose habits a tool follows where the originals differ among themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Help is asked for by the base name, a failure is 1, a standard output that was closed from the start is no
    /// error.
    UtilLinux,
    /// Help is asked for by argv\[0\] as it was given, a failure is 125, a closed standard output is an error.
    Coreutils,
}

impl Family {
    /// Returns where the original's sentences are translated.
    fn domain(self) -> Domain {
        match self {
            Family::UtilLinux => Domain::UtilLinux,
            Family::Coreutils => Domain::Coreutils,
        }
    }
}

/// The program that a tool replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its name.
    pub name: &'static str,
    /// The package that it is from, as its version text names it.
    pub package: &'static str,
    /// The version of that package that the tool is compatible with.
    pub version: &'static str,
}

/// What the command-line layer must know of a program.
#[derive(Debug)]
pub struct Tool {
    /// Its own name.
    pub name: &'static str,
    /// What it replaces.
    pub original: Original,
    /// Its table of options as clap has it, with all that is in the help.
    pub command: fn() -> Command,
    /// Whose habits it follows.
    pub family: Family,
    /// Whether an optional value may be attached to a short option (`-n/run/netns/a`).
    pub short_values: bool,
    /// Whether options may follow operands.
    pub operands_anywhere: bool,
}

/// One call of a program: the name that it was called by, and its parsed command line.
#[derive(Debug)]
pub struct Invocation<Id = &'static str> {
    /// Prints messages in the tool's name.
    pub diagnostics: Diagnostics,
    /// Whether it was called by the name of its original, whose behaviour scripts rely on.
    pub is_original: bool,
    args: ParsedArgs<Id>,
}

impl<Id: Copy> Invocation<Id> {
    /// Parses a command line, the first word of which is the name that the program is called by. `options` is the
    /// table in the original's order, which ambiguity messages show.
    pub fn parse<W>(
        tool: &Tool,
        options: &'static [Opt<Id>],
        mut words: impl Iterator<Item = W>,
    ) -> Invocation<Id>
    where
        W: AsRef<OsStr> + Into<OsString>,
    {
        let called = words.next().map(Into::into).unwrap_or_default();
        Invocation {
            is_original: base_name(&called) == tool.original.name,
            args: getopt::parse(tool, options, &called, words),
            diagnostics: Diagnostics::new(tool.family, called),
        }
    }

    /// Returns the options in the order of the command line, up to the first error; apply them all, then call
    /// [`operands`].
    ///
    /// [`operands`]: Invocation::operands
    pub fn options(&self) -> &[ParsedOption<Id>] {
        &self.args.options
    }

    /// Returns the last option before the operands, for a hint about the first of these.
    pub fn preceding_option(&self) -> Option<PrecedingOption<'_>> {
        let option = self.args.options.last()?;
        Some(PrecedingOption {
            name: option.name(),
            may_have_value: option.may_have_value(),
            value: option.optional_value(),
        })
    }

    /// Returns the words that are not options.
    ///
    /// # Errors
    /// [`Usage`] if parsing stopped early: at an error, at `--help` or at `--version`.
    pub fn operands(&self) -> Result<&[OsString], Usage> {
        match &self.args.stop {
            None => Ok(&self.args.operands),
            Some(ParseStop::Help) => Err(Usage::Help),
            Some(ParseStop::Version) => Err(Usage::Version),
            Some(ParseStop::Error(sentence, meant)) => {
                Err(Usage::ParseError(sentence.clone(), *meant))
            }
        }
    }
}
