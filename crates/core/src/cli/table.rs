//! The one table of a tool's options, and the clap `Command` that is made of it.
//!
//! The table is a constant: reading a command line by it takes no allocation. A `Command` of forty options is a hundred
//! kilobytes of heap and stack, and touching those pages for the first time was a tenth of a start, so it is made
//! where clap is needed and nowhere else: for help, for completions, for the man pages' headings.

use clap::{Arg, ArgAction, Command, ValueHint};

/// The help heading of the options that the original at its pinned version lacks. It is more than a heading: the
/// prefix rule of [`getopt`](super::getopt) asks it, so that no option of ours changes what an original's prefix means.
pub const ADDED: &str = "Beyond the original";

/// Whether an option takes a value, and what that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// It takes none.
    None,
    /// It may have one, attached to it.
    Optional(&'static str),
    /// It must have one, attached or in the next word.
    Required(&'static str),
}

/// One option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opt {
    /// Its long name without the dashes, by which the programs know it.
    pub long: &'static str,
    /// Its short name, if it has one.
    pub short: Option<char>,
    /// Its value.
    pub value: Value,
    heading: Option<&'static str>,
    hint: ValueHint,
    text: &'static str,
}

impl Opt {
    /// An option without a value; `text` is its line in the help.
    pub const fn flag(long: &'static str, text: &'static str) -> Opt {
        Opt::with(long, Value::None, text)
    }

    /// An option whose value may be left out.
    pub const fn optional(long: &'static str, value: &'static str, text: &'static str) -> Opt {
        Opt::with(long, Value::Optional(value), text)
    }

    /// An option that must have a value.
    pub const fn required(long: &'static str, value: &'static str, text: &'static str) -> Opt {
        Opt::with(long, Value::Required(value), text)
    }

    const fn with(long: &'static str, value: Value, text: &'static str) -> Opt {
        let (short, heading, hint) = (None, None, ValueHint::Unknown);
        Opt {
            long,
            short,
            value,
            heading,
            hint,
            text,
        }
    }

    /// The same with a short name.
    #[must_use]
    pub const fn short(mut self, short: char) -> Opt {
        self.short = Some(short);
        self
    }

    /// The same below this heading of the help.
    #[must_use]
    pub const fn under(mut self, heading: &'static str) -> Opt {
        self.heading = Some(heading);
        self
    }

    /// The same, completions knowing what its value names.
    #[must_use]
    pub const fn naming(mut self, hint: ValueHint) -> Opt {
        self.hint = hint;
        self
    }

    /// Whether the original at its pinned version lacks it.
    pub fn is_added(&self) -> bool {
        self.heading == Some(ADDED)
    }

    /// The option as clap has it.
    fn arg(&self) -> Arg {
        let arg = Arg::new(self.long)
            .long(self.long)
            .help(self.text)
            .value_hint(self.hint);
        let arg = match self.value {
            Value::None => arg.action(ArgAction::SetTrue),
            Value::Required(name) => arg.action(ArgAction::Append).value_name(name),
            Value::Optional(name) => arg
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

/// `--close-fds`, which several tools have beyond their originals; [`crate::hardening`] is what it does.
pub const CLOSE_FDS: Opt = Opt::flag(
    "close-fds",
    "the program gets no descriptors but standard input, output and error",
)
.under(ADDED);

/// `--no-new-privs`, likewise.
pub const NO_NEW_PRIVS: Opt = Opt::flag(
    "no-new-privs",
    "no program inside gains privileges, by its set-user-ID bit or otherwise",
)
.under(ADDED);

/// `--new-session`, likewise.
pub const NEW_SESSION: Opt = Opt::flag(
    "new-session",
    "the program, a child, is in a session of its own and cannot type into the terminal",
)
.under(ADDED);

/// The clap `Command` of a table. clap itself offers neither help nor version: ours are in the table.
pub fn command(name: &'static str, options: &[Opt]) -> Command {
    let command = Command::new(name)
        .disable_help_flag(true)
        .disable_version_flag(true);
    command.args(options.iter().map(Opt::arg))
}
