//! The command line of `rchroot`: the options of GNU chroot(8) in its table's order.
//!
//! The order, the spelling and what takes a value are interface: ambiguity messages list the options so, and
//! completions and the man page's headings come from here.

use clap::{Arg, ArgAction, Command, ValueHint};
use nscore::cli::{Family, Tool};

/// What the command-line layer must know of `rchroot`. It has no short options at all.
pub const TOOL: Tool = Tool {
    command,
    family: Family::Coreutils,
    short_values: false,
    operands_anywhere: false,
};

/// The table of options.
pub fn command() -> Command {
    Command::new("rchroot")
        .version(env!("CARGO_PKG_VERSION"))
        .long_version("GNU coreutils 9.10")
        .about("Run a command with NEWROOT as its root directory.")
        .after_help(
            "Without a command, \"$SHELL\" -i runs, or /bin/sh -i. The status is that of the command, 127 if there is \
             none, 126 if it cannot be run, 125 if rchroot itself fails. More in rchroot(1).",
        )
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(options())
        .args(operands())
}

fn options() -> [Arg; 5] {
    [
        required(
            "groups",
            "GROUP,...",
            "have these supplementary groups, and no others; none if empty",
        ),
        required(
            "userspec",
            "USER:GROUP",
            "be this user, in this group or else the user's own; either may be left out",
        ),
        flag(
            "skip-chdir",
            "stay in the present directory; only if NEWROOT is the old '/'",
        ),
        flag("help", "show this help and end"),
        flag("version", "show the version and end"),
    ]
}

fn operands() -> [Arg; 3] {
    [
        Arg::new("newroot")
            .value_name("NEWROOT")
            .required(true)
            .value_hint(ValueHint::DirPath),
        Arg::new("command")
            .value_name("COMMAND")
            .value_hint(ValueHint::CommandName),
        Arg::new("argument")
            .value_name("ARGUMENT")
            .num_args(0..)
            .trailing_var_arg(true)
            .value_hint(ValueHint::CommandWithArguments),
    ]
}

fn flag(name: &'static str, text: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .help(text)
        .action(ArgAction::SetTrue)
}

fn required(name: &'static str, value: &'static str, text: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .help(text)
        .value_name(value)
        .action(ArgAction::Append)
}
