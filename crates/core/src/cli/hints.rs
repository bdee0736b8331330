//! Whether hints are shown: to a person at a terminal, so that what a script sees stays the original's to the byte.

use std::env;
use std::io::{self, IsTerminal};

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
        let value = env::var_os("NSUTILS_HINTS");
        match value.as_deref().and_then(|value| value.to_str()) {
            Some("always") => Hints::Always,
            Some("never") => Hints::Never,
            _ => Hints::OnTerminal,
        }
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
