//! The command line of `nsutils` itself, which runs none of its programs.

use clap::{Arg, Command};
use nscore::cli::{Family, Opt, Original, Tool, table};

use crate::PROGRAMS;

/// What the command-line layer must know of `nsutils`. It has no original.
pub const TOOL: Tool = Tool {
    name: "nsutils",
    original: Original {
        name: "nsutils",
        package: "nsutils",
        version: env!("CARGO_PKG_VERSION"),
    },
    command,
    family: Family::UtilLinux,
    short_values: false,
    operands_anywhere: false,
};

/// `nsutils` has no option but `--help` and `--version`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptionId {}

pub(crate) const OPTIONS: &[Opt<OptionId>] = &[
    Opt::help("show this help and exit").short('h'),
    Opt::version("show the version and exit").short('V'),
];

/// The command line as clap has it.
pub fn command() -> Command {
    let programs = PROGRAMS.each_ref().map(|program| {
        let tool = program.tool;
        format!("{} ({})", tool.name, tool.original.name)
    });
    table::command(TOOL.name, OPTIONS)
        .about("Run one of the programs that this file contains.")
        .after_help(format!(
            "PROGRAM is one of these, or the name in parentheses: {}. A link to this file with \
             such a name is that program. More in nsutils(1).",
            programs.join(", ")
        ))
        .arg(Arg::new("program").value_name("PROGRAM").required(true))
        .arg(
            Arg::new("argument")
                .value_name("ARGUMENT")
                .num_args(0..)
                .trailing_var_arg(true),
        )
}
