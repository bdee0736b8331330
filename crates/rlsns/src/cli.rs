//! The command line of `rlsns`: the options of lsns(8) in its table's order, then ours.
//!
//! The order, the spelling and what takes a value are interface: ambiguity messages list the options so, and
//! completions and the man output's headings come from here.

use clap::{Arg, Command};
use nscore::cli::{EXTENSIONS, Family, Opt, Original, Tool, table};

/// What the command-line layer must know of `rlsns`. lsns takes options after its operand, and the value of `-T`
/// attached.
pub const TOOL: Tool = Tool {
    name: "rlsns",
    original: Original {
        name: "lsns",
        package: "util-linux",
        version: "2.42.4",
    },
    command,
    family: Family::UtilLinux,
    short_values: true,
    operands_anywhere: true,
};

const CHOICE: &str = "Which namespaces";
const FORM: &str = "Output format";

/// The options, one variant for each; `options.rs` has what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptionId {
    Json,
    Task,
    Output,
    OutputAll,
    Persistent,
    Filter,
    NoTruncate,
    NoHeadings,
    NoWrap,
    List,
    Raw,
    Type,
    Tree,
    ListColumns,
    Hidden,
    NoHidden,
    Holders,
    Compare,
    Graph,
}

pub(crate) const OPTIONS: &[Opt<OptionId>] = &[
    Opt::flag(OptionId::Json, "json", "write JSON")
        .short('J')
        .heading(FORM),
    Opt::required(
        OptionId::Task,
        "task",
        "PID",
        "those that this process is in",
    )
    .short('p')
    .heading(CHOICE),
    Opt::help("show this help and end").short('h'),
    Opt::required(
        OptionId::Output,
        "output",
        "LIST",
        "these columns; +LIST: these besides the default ones",
    )
    .short('o')
    .heading(FORM),
    Opt::flag(OptionId::OutputAll, "output-all", "all columns").heading(FORM),
    Opt::flag(
        OptionId::Persistent,
        "persistent",
        "those that no process is in",
    )
    .short('P')
    .heading(CHOICE),
    Opt::required(
        OptionId::Filter,
        "filter",
        "EXPR",
        "those for which the expression holds",
    )
    .short('Q')
    .heading(CHOICE),
    Opt::flag(
        OptionId::NoTruncate,
        "notruncate",
        "never cut a text to the terminal's width",
    )
    .short('u')
    .heading(FORM),
    Opt::version("show the version and end").short('V'),
    Opt::flag(
        OptionId::NoHeadings,
        "noheadings",
        "without the line of headings",
    )
    .short('n')
    .heading(FORM),
    Opt::flag(
        OptionId::NoWrap,
        "nowrap",
        "one line a namespace: several paths joined by commas",
    )
    .short('W')
    .heading(FORM),
    Opt::flag(OptionId::List, "list", "a list, not a tree")
        .short('l')
        .heading(FORM),
    Opt::flag(
        OptionId::Raw,
        "raw",
        "one blank between columns, blanks inside them as \\x20",
    )
    .short('r')
    .heading(FORM),
    Opt::required(
        OptionId::Type,
        "type",
        "NAME",
        "those of this type; may be given several times",
    )
    .short('t')
    .heading(CHOICE),
    Opt::optional(
        OptionId::Tree,
        "tree",
        "REL",
        "a tree by owner (the default), parent or process",
    )
    .short('T')
    .heading(FORM),
    Opt::flag(
        OptionId::ListColumns,
        "list-columns",
        "what columns there are",
    )
    .short('H'),
    Opt::flag(
        OptionId::Hidden,
        "hidden",
        "also those that the original does not find",
    )
    .heading(EXTENSIONS),
    Opt::flag(
        OptionId::NoHidden,
        "no-hidden",
        "only those that the original finds",
    )
    .heading(EXTENSIONS),
    Opt::required(
        OptionId::Holders,
        "holders",
        "NS",
        "who keeps this namespace alive, and how",
    )
    .heading(EXTENSIONS),
    Opt::required(
        OptionId::Compare,
        "compare",
        "PID[,PID...]",
        "which namespaces these processes share; one PID: with the caller",
    )
    .heading(EXTENSIONS),
    Opt::optional(
        OptionId::Graph,
        "graph",
        "FORM",
        "a picture, for Graphviz: dot (the default), or mermaid",
    )
    .heading(EXTENSIONS),
];

/// The command line as clap has it.
pub fn command() -> Command {
    table::command(TOOL.name, OPTIONS)
        .about("List the namespaces of this machine, or the processes in one of them.")
        .after_help(
            "For the columns, see --list-columns. More about trees, filters and where namespaces are found in rlsns(8).",
        )
        .arg(
            Arg::new("namespace")
                .value_name("NAMESPACE")
                .help("the inode number of a namespace, whose processes are to be listed"),
        )
}
