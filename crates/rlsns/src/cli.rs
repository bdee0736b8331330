//! The command line of `rlsns`: the options of lsns(8) in the order of its table, then the extensions.
//!
//! Scripts depend on the order, the spelling and the values: ambiguity messages list the options in this order.
//! Completions and the headings of the man page are generated from here.

use clap::{Arg, Command};
use nscore::cli::{EXTENSIONS, Family, Opt, Original, Tool, table};

/// What the command-line layer must know of `rlsns`. lsns accepts options after its operand; the value of `-T` must be
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
        "TARGET",
        "namespaces of this process, see rnsenter(1) for others",
    )
    .short('p')
    .heading(CHOICE),
    Opt::help("show this help and exit").short('h'),
    Opt::required(
        OptionId::Output,
        "output",
        "LIST",
        "show these columns; +LIST: add them to the default ones",
    )
    .short('o')
    .heading(FORM),
    Opt::flag(
        OptionId::OutputAll,
        "output-all",
        "show all columns of the original",
    )
    .heading(FORM),
    Opt::flag(
        OptionId::Persistent,
        "persistent",
        "namespaces without processes",
    )
    .short('P')
    .heading(CHOICE),
    Opt::required(
        OptionId::Filter,
        "filter",
        "EXPR",
        "namespaces for which the expression is true",
    )
    .short('Q')
    .heading(CHOICE),
    Opt::flag(
        OptionId::NoTruncate,
        "notruncate",
        "do not truncate at the width of the terminal",
    )
    .short('u')
    .heading(FORM),
    Opt::version("show the version and exit").short('V'),
    Opt::flag(OptionId::NoHeadings, "noheadings", "do not print headings")
        .short('n')
        .heading(FORM),
    Opt::flag(
        OptionId::NoWrap,
        "nowrap",
        "print each namespace on one line, paths joined by commas",
    )
    .short('W')
    .heading(FORM),
    Opt::flag(OptionId::List, "list", "show a list instead of a tree")
        .short('l')
        .heading(FORM),
    Opt::flag(
        OptionId::Raw,
        "raw",
        "separate columns by one space, write others as \\x20",
    )
    .short('r')
    .heading(FORM),
    Opt::required(
        OptionId::Type,
        "type",
        "NAME",
        "namespaces of this type; may be given several times",
    )
    .short('t')
    .heading(CHOICE),
    Opt::optional(
        OptionId::Tree,
        "tree",
        "REL",
        "show a tree by owner (default), parent or process",
    )
    .short('T')
    .heading(FORM),
    Opt::flag(OptionId::ListColumns, "list-columns", "list the columns").short('H'),
    Opt::flag(
        OptionId::Hidden,
        "hidden",
        "also namespaces that the original does not find",
    )
    .heading(EXTENSIONS),
    Opt::flag(
        OptionId::NoHidden,
        "no-hidden",
        "only namespaces that the original finds",
    )
    .heading(EXTENSIONS),
    Opt::required(
        OptionId::Holders,
        "holders",
        "TARGET",
        "show what keeps this namespace alive",
    )
    .heading(EXTENSIONS),
    Opt::required(
        OptionId::Compare,
        "compare",
        "TARGET[,TARGET...]",
        "compare the namespaces of these processes; one: with the caller",
    )
    .heading(EXTENSIONS),
    Opt::optional(
        OptionId::Graph,
        "graph",
        "FORM",
        "draw a graph for Graphviz: dot (default), mermaid or json",
    )
    .heading(EXTENSIONS),
];

/// Returns the command line as a clap `Command`.
pub fn command() -> Command {
    table::command(TOOL.name, OPTIONS)
        .about("List the namespaces of this machine, or the processes in one of them.")
        .after_help(
            "For the columns, see --list-columns; for trees, filters and where namespaces are found, see rlsns(8).",
        )
        .arg(
            Arg::new("namespace")
                .value_name("NAMESPACE")
                .help("list the processes in the namespace with this inode number"),
        )
}
