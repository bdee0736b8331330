//! Errors that are not failures of the tool: a wrong command line, a request for the help or the version, and one that
//! a child has reported already. Each has an exit status of its own.

use std::ffi::c_int;
use std::fmt;

use crate::message::Message;

/// A command line that ends the program before it has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Usage {
    /// The command line asks for the help text.
    Help,
    /// It asks for the version.
    Version,
    /// getopt could not read it; the option that was probably meant.
    ParseError(Message, Option<&'static str>),
    /// getopt could read it, but the tool refuses it, with this sentence.
    InvalidUsage(Message),
}

impl fmt::Display for Usage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Usage::Help => formatter.write_str("--help"),
            Usage::Version => formatter.write_str("--version"),
            Usage::ParseError(sentence, _) | Usage::InvalidUsage(sentence) => {
                sentence.fmt(formatter)
            }
        }
    }
}

impl std::error::Error for Usage {}

/// What went wrong has been reported already, by another process of ours; only its exit status is left to pass on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlreadyReported(pub c_int);

impl fmt::Display for AlreadyReported {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "already reported, exit status {}", self.0)
    }
}

impl std::error::Error for AlreadyReported {}
