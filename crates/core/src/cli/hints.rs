//! Whether hints are shown: to a user at a terminal, so that what a script sees stays the original's to the byte.

use std::io::{self, IsTerminal};

use crate::sys::environment::variable;

/// What the environment says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hints {
    Always,
    Never,
    /// Where standard error is a terminal.
    OnTerminal,
}

impl Hints {
    /// Returns what NSUTILS_HINTS says. To be asked at the start: the program that is run gets another environment,
    /// maybe, and it is this process's own before that program's.
    pub(super) fn from_environment() -> Hints {
        let named = variable(c"NSUTILS_HINTS", |value| match value {
            b"always" => Some(Hints::Always),
            b"never" => Some(Hints::Never),
            _ => None,
        });
        named.unwrap_or(Hints::OnTerminal)
    }

    /// Returns whether one is to be shown now.
    pub(super) fn are_shown(self) -> bool {
        match self {
            Hints::Always => true,
            Hints::Never => false,
            Hints::OnTerminal => io::stderr().is_terminal(),
        }
    }
}
