//! The command line of `rlsns`: the options of lsns(8) in its table's order, then ours.
//!
//! The order, the spelling and what takes a value are interface: ambiguity messages list the options so, and
//! completions and the man page's headings come from here.

use clap::{Arg, Command};
use nscore::cli::by_name::ByName as Opt;
use nscore::cli::{self, EXTENSIONS, Family, Original, Tool, table};

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

/// The table of options.
pub const OPTIONS: &[cli::Opt] = &[
    Opt::flag("json", "write JSON").short('J').under(FORM),
    Opt::required("task", "PID", "those that this process is in")
        .short('p')
        .under(CHOICE),
    Opt::flag("help", "show this help and end").short('h'),
    Opt::required(
        "output",
        "LIST",
        "these columns; +LIST: these besides the default ones",
    )
    .short('o')
    .under(FORM),
    Opt::flag("output-all", "all columns").under(FORM),
    Opt::flag("persistent", "those that no process is in")
        .short('P')
        .under(CHOICE),
    Opt::required("filter", "EXPR", "those for which the expression holds")
        .short('Q')
        .under(CHOICE),
    Opt::flag("notruncate", "never cut a text to the terminal's width")
        .short('u')
        .under(FORM),
    Opt::flag("version", "show the version and end").short('V'),
    Opt::flag("noheadings", "without the line of headings")
        .short('n')
        .under(FORM),
    Opt::flag(
        "nowrap",
        "one line a namespace: several paths joined by commas",
    )
    .short('W')
    .under(FORM),
    Opt::flag("list", "a list, not a tree")
        .short('l')
        .under(FORM),
    Opt::flag(
        "raw",
        "one blank between columns, blanks inside them as \\x20",
    )
    .short('r')
    .under(FORM),
    Opt::required(
        "type",
        "NAME",
        "those of this type; may be given several times",
    )
    .short('t')
    .under(CHOICE),
    Opt::optional(
        "tree",
        "REL",
        "a tree by owner (the default), parent or process",
    )
    .short('T')
    .under(FORM),
    Opt::flag("list-columns", "what columns there are").short('H'),
    Opt::flag("hidden", "also those that the original does not find").under(EXTENSIONS),
    Opt::flag("no-hidden", "only those that the original finds").under(EXTENSIONS),
    Opt::required("holders", "NS", "who keeps this namespace alive, and how").under(EXTENSIONS),
    Opt::required(
        "compare",
        "PID[,PID...]",
        "which namespaces these processes share; one PID: with the caller",
    )
    .under(EXTENSIONS),
    Opt::optional(
        "graph",
        "FORM",
        "a picture, for Graphviz: dot (the default), or mermaid",
    )
    .under(EXTENSIONS),
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
