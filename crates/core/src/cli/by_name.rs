//! Temporary: options by their long name, for the programs that have no `OptionId` yet. This file goes with the last of
//! them.

use clap::ValueHint;

use super::Opt;
use crate::hardening::HardeningOption;

/// Makes options whose id is their long name: `use nscore::cli::by_name::ByName as Opt;`.
#[derive(Debug)]
pub struct ByName;

impl ByName {
    /// An option without a value.
    pub const fn flag(long: &'static str, text: &'static str) -> Opt {
        match long.as_bytes() {
            b"help" => Opt::help(text),
            b"version" => Opt::version(text),
            _ => Opt::flag(long, long, text),
        }
    }

    /// An option whose value may be left out.
    pub const fn optional(long: &'static str, value: &'static str, text: &'static str) -> Opt {
        Opt::optional(long, long, value, text)
    }

    /// An option that must have a value.
    pub const fn required(long: &'static str, value: &'static str, text: &'static str) -> Opt {
        Opt::required(long, long, value, text)
    }
}

impl Opt {
    /// [`Opt::heading`].
    #[must_use]
    pub const fn under(self, heading: &'static str) -> Opt {
        self.heading(heading)
    }

    /// [`Opt::value_hint`].
    #[must_use]
    pub const fn naming(self, hint: ValueHint) -> Opt {
        self.value_hint(hint)
    }
}

/// `--close-fds`.
pub const CLOSE_FDS: Opt = Opt::hardening("close-fds", HardeningOption::CloseFds);
/// `--no-new-privs`.
pub const NO_NEW_PRIVS: Opt = Opt::hardening("no-new-privs", HardeningOption::NoNewPrivs);
/// `--new-session`.
pub const NEW_SESSION: Opt = Opt::hardening("new-session", HardeningOption::NewSession);
