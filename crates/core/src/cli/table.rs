//! The one table of a tool's options, and the clap `Command` that is made of it.
//!
//! The table is a constant: parsing a command line by it makes no allocation. A `Command` of forty options is a hundred
//! kilobytes of heap and stack, and touching those pages for the first time was a tenth of a start, so it is made
//! where clap is needed and nowhere else: for help, for completions, for the man pages' headings.
//!
//! # Options are an enum
//!
//! Each program has an `enum OptionId` with one variant for each option. The table names the variant, and the program
//! matches on it without a `_` arm. So the compiler finds an option that is only half there:
//!
//! ```
//! use nscore::cli::Opt;
//!
//! #[derive(Clone, Copy, PartialEq)]
//! enum OptionId {
//!     Fork,
//!     Root,
//! }
//!
//! const OPTIONS: &[Opt<OptionId>] = &[
//!     Opt::help("show this help and exit").short('h'),
//!     Opt::flag(OptionId::Fork, "fork", "run the program as a child").short('f'),
//!     Opt::required(OptionId::Root, "root", "DIR", "run the program with this root directory"),
//! ];
//!
//! fn apply(id: OptionId) -> &'static str {
//!     match id {
//!         OptionId::Fork => "fork(2)",
//!         OptionId::Root => "chroot(2)",
//!     }
//! }
//! # let _ = (OPTIONS, apply(OptionId::Fork), apply(OptionId::Root));
//! ```
//!
//! An option in the table that the program does not handle does not compile:
//!
//! ```compile_fail,E0004
//! # use nscore::cli::Opt;
//! # #[derive(Clone, Copy, PartialEq)]
//! # enum OptionId {
//! #     Fork,
//! #     Root,
//! # }
//! # const OPTIONS: &[Opt<OptionId>] = &[
//! #     Opt::help("show this help and exit").short('h'),
//! #     Opt::flag(OptionId::Fork, "fork", "run the program as a child").short('f'),
//! #     Opt::required(OptionId::Root, "root", "DIR", "run the program with this root directory"),
//! # ];
//! fn apply(id: OptionId) -> &'static str {
//!     match id {
//!         OptionId::Fork => "fork(2)",
//!     }
//! }
//! # let _ = (OPTIONS, apply(OptionId::Fork));
//! ```
//!
//! An option that the program handles and the table lacks is a dead-code warning, which the checks of this repository
//! turn into an error; with it in the table, the same lines compile:
//!
//! ```compile_fail
//! #![deny(dead_code)]
//! # use nscore::cli::Opt;
//! # #[derive(Clone, Copy, PartialEq)]
//! # enum OptionId {
//! #     Fork,
//! #     Root,
//! # }
//! const OPTIONS: &[Opt<OptionId>] =
//!     &[Opt::flag(OptionId::Fork, "fork", "run the program as a child")];
//! # fn apply(id: OptionId) -> &'static str {
//! #     match id {
//! #         OptionId::Fork => "fork(2)",
//! #         OptionId::Root => "chroot(2)",
//! #     }
//! # }
//! # fn main() {
//! #     for option in OPTIONS {
//! #         if let nscore::cli::table::Action::Set(id) = option.action {
//! #             apply(id);
//! #         }
//! #     }
//! # }
//! ```
//!
//! ```
//! #![deny(dead_code)]
//! # use nscore::cli::Opt;
//! # #[derive(Clone, Copy, PartialEq)]
//! # enum OptionId {
//! #     Fork,
//! #     Root,
//! # }
//! const OPTIONS: &[Opt<OptionId>] = &[
//!     Opt::flag(OptionId::Fork, "fork", "run the program as a child"),
//!     Opt::required(OptionId::Root, "root", "DIR", "run the program with this root directory"),
//! ];
//! # fn apply(id: OptionId) -> &'static str {
//! #     match id {
//! #         OptionId::Fork => "fork(2)",
//! #         OptionId::Root => "chroot(2)",
//! #     }
//! # }
//! # fn main() {
//! #     for option in OPTIONS {
//! #         if let nscore::cli::table::Action::Set(id) = option.action {
//! #             apply(id);
//! #         }
//! #     }
//! # }
//! ```
//!
//! The warning needs `OptionId` to be `pub(crate)` or private: of a public enum the compiler must assume that another
//! crate makes every variant. So [`Tool`](super::Tool), which other crates read, does not contain the table, and a
//! program passes its table to [`main`](super::main()) itself.

use clap::{Arg, ArgAction, Command, ValueHint};

use crate::hardening::HardeningOption;
use crate::rootfs::RootfsOption;

/// The help heading of the options that the original at its pinned version lacks. It is more than a heading: the
/// prefix rule of [`getopt`](super::getopt) depends on it, so that no option of ours changes what an original's prefix
/// means.
pub const EXTENSIONS: &str = "Extensions";

/// Whether an option has a value, and what that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionValue {
    /// It has none.
    None,
    /// It may have one, attached to it.
    Optional(&'static str),
    /// It must have one, attached or in the next word.
    Required(&'static str),
}

/// What an option on the command line makes the program do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action<Id> {
    /// The program handles the option by this id.
    Set(Id),
    /// Parsing stops, and the help text is printed if nothing before it was wrong.
    Help,
    /// Likewise the version.
    Version,
}

/// One option of a program; `Id` is the program's enum of options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opt<Id = &'static str> {
    /// What it does.
    pub action: Action<Id>,
    /// Its long name without the dashes.
    pub long: &'static str,
    /// Its short name, if it has one.
    pub short: Option<char>,
    /// Its value.
    pub value: OptionValue,
    heading: Option<&'static str>,
    hint: ValueHint,
    text: &'static str,
}

impl<Id: Copy> Opt<Id> {
    /// Returns an option without a value; `text` is its line in the help.
    pub const fn flag(id: Id, long: &'static str, text: &'static str) -> Opt<Id> {
        Opt::new(Action::Set(id), long, OptionValue::None, text)
    }

    /// Returns an option whose value may be left out.
    pub const fn optional(
        id: Id,
        long: &'static str,
        value: &'static str,
        text: &'static str,
    ) -> Opt<Id> {
        Opt::new(Action::Set(id), long, OptionValue::Optional(value), text)
    }

    /// Returns an option that must have a value.
    pub const fn required(
        id: Id,
        long: &'static str,
        value: &'static str,
        text: &'static str,
    ) -> Opt<Id> {
        Opt::new(Action::Set(id), long, OptionValue::Required(value), text)
    }

    /// Returns `--help`.
    pub const fn help(text: &'static str) -> Opt<Id> {
        Opt::new(Action::Help, "help", OptionValue::None, text)
    }

    /// Returns `--version`.
    pub const fn version(text: &'static str) -> Opt<Id> {
        Opt::new(Action::Version, "version", OptionValue::None, text)
    }

    /// Returns one of the options of [`crate::hardening`], which several programs have beyond their originals.
    pub const fn hardening(id: Id, option: HardeningOption) -> Opt<Id> {
        let (long, text) = match option {
            HardeningOption::CloseFds => (
                "close-fds",
                "pass the program no descriptors but standard input, output and error",
            ),
            HardeningOption::NoNewPrivs => (
                "no-new-privs",
                "set-user-ID bits and file capabilities give no program privileges",
            ),
            HardeningOption::NewSession => (
                "new-session",
                "run the program as a child in a new session: it cannot type into the terminal",
            ),
        };
        Opt::flag(id, long, text).heading(EXTENSIONS)
    }

    /// Returns `--reset-env`, which all programs that run another have beyond their originals.
    pub const fn reset_env(id: Id) -> Opt<Id> {
        let text = "reset the environment to a login's: HOME, SHELL, USER, LOGNAME, PATH, TERM";
        Opt::flag(id, "reset-env", text).heading(EXTENSIONS)
    }

    /// Returns one of the options of [`crate::rootfs`], which `runshare` and `rchroot` have beyond their originals.
    pub const fn rootfs(id: Id, option: RootfsOption) -> Opt<Id> {
        let (long, value, text) = rootfs_line(option);
        let opt = Opt::new(Action::Set(id), long, value, text);
        opt.value_hint(rootfs_value_hint(option))
            .heading(EXTENSIONS)
    }

    const fn new(
        action: Action<Id>,
        long: &'static str,
        value: OptionValue,
        text: &'static str,
    ) -> Opt<Id> {
        Opt {
            action,
            long,
            short: None,
            value,
            heading: None,
            hint: ValueHint::Unknown,
            text,
        }
    }

    /// Returns the same option with a short name.
    #[must_use]
    pub const fn short(mut self, short: char) -> Opt<Id> {
        self.short = Some(short);
        self
    }

    /// Returns the same option below this heading of the help.
    #[must_use]
    pub const fn heading(mut self, heading: &'static str) -> Opt<Id> {
        self.heading = Some(heading);
        self
    }

    /// Returns the same option with what completes its value.
    #[must_use]
    pub const fn value_hint(mut self, hint: ValueHint) -> Opt<Id> {
        self.hint = hint;
        self
    }
}

impl<Id> Opt<Id> {
    /// Returns whether the original at its pinned version lacks it.
    pub fn is_extension(&self) -> bool {
        self.heading == Some(EXTENSIONS)
    }

    /// Returns the option as clap has it.
    fn arg(&self) -> Arg {
        let arg = Arg::new(self.long)
            .long(self.long)
            .help(self.text)
            .value_hint(self.hint);
        let arg = match self.value {
            OptionValue::None => arg.action(ArgAction::SetTrue),
            OptionValue::Required(name) => arg.action(ArgAction::Append).value_name(name),
            OptionValue::Optional(name) => arg
                .action(ArgAction::Append)
                .value_name(name)
                .num_args(0..=1)
                .require_equals(true),
        };
        let arg = match self.short {
            Some(short) => arg.short(short),
            None => arg,
        };
        match self.heading {
            Some(heading) => arg.help_heading(heading),
            None => arg,
        }
    }
}

/// Returns the name of an option of [`crate::rootfs`], its value, and its line in the help.
const fn rootfs_line(option: RootfsOption) -> (&'static str, OptionValue, &'static str) {
    use OptionValue::{None, Optional, Required};
    match option {
        RootfsOption::MountApi => (
            "mount-api",
            Optional("host|private|rescue"),
            "mount proc, sys, dev, run, tmp and resolv.conf inside",
        ),
        RootfsOption::MountSys => (
            "mount-sys",
            Optional("DIR"),
            "mount a read-only sysfs on DIR (/sys)",
        ),
        RootfsOption::MountDev => (
            "mount-dev",
            Optional("DIR"),
            "mount a /dev with few devices on DIR (/dev)",
        ),
        RootfsOption::ResolvConf => (
            "resolv-conf",
            Required("auto|off"),
            "whether the caller's /etc/resolv.conf is seen inside",
        ),
        RootfsOption::Bind => (
            "bind",
            Required("SRC[:DST[:OPTIONS]]"),
            "show a file or directory of outside at DST inside; may be repeated",
        ),
        RootfsOption::BindRo => (
            "bind-ro",
            Required("SRC[:DST[:OPTIONS]]"),
            "the same, read-only",
        ),
        RootfsOption::Ephemeral => (
            "ephemeral",
            None,
            "write changes of the root to memory, and discard them at the end",
        ),
        RootfsOption::Overlay => (
            "overlay",
            Required("DIR"),
            "what is written to the root goes to DIR/upper; implies --fork",
        ),
        RootfsOption::Changes => (
            "changes",
            Required("DIR"),
            "list what differs in the DIR of --overlay, and run nothing",
        ),
        RootfsOption::Tmpfs => (
            "tmpfs",
            Required("DIR[:OPTIONS]"),
            "mount a tmpfs on DIR inside; may be repeated",
        ),
    }
}

/// Returns what completes the value of an option of [`crate::rootfs`].
const fn rootfs_value_hint(option: RootfsOption) -> ValueHint {
    match option {
        RootfsOption::MountSys
        | RootfsOption::MountDev
        | RootfsOption::Overlay
        | RootfsOption::Changes
        | RootfsOption::Tmpfs => ValueHint::DirPath,
        RootfsOption::Bind | RootfsOption::BindRo => ValueHint::AnyPath,
        RootfsOption::MountApi | RootfsOption::ResolvConf | RootfsOption::Ephemeral => {
            ValueHint::Unknown
        }
    }
}

/// Returns the clap `Command` of a table. clap itself offers neither help nor version: the table has both.
pub fn command<Id>(name: &'static str, options: &[Opt<Id>]) -> Command {
    let command = Command::new(name)
        .disable_help_flag(true)
        .disable_version_flag(true);
    command.args(options.iter().map(Opt::arg))
}
