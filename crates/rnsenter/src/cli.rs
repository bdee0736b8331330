//! The command line of `rnsenter`: the options of nsenter(1) in its table's order, then ours.
//!
//! The order, the spelling and what takes a value are interface: ambiguity messages list the options so, and
//! completions and the man page's headings come from here.

use clap::{Arg, Command, ValueHint};
use nscore::cli::by_name::{ByName as Opt, CLOSE_FDS, NEW_SESSION, NO_NEW_PRIVS};
use nscore::cli::{self, EXTENSIONS, Family, Original, Tool, table};

/// What the command-line layer must know of `rnsenter`. nsenter's short options take an optional value attached:
/// `-n/run/netns/a`.
pub const TOOL: Tool = Tool {
    name: "rnsenter",
    original: Original {
        name: "nsenter",
        package: "util-linux",
        version: "2.42.4",
    },
    command,
    family: Family::UtilLinux,
    short_values: true,
    operands_anywhere: false,
};

const TARGET: &str = "Whose namespaces";
const NAMESPACES: &str = "Namespaces";
const USERS: &str = "Users and groups";
const DIRECTORIES: &str = "Directories";
const PROCESS: &str = "The program's process";

/// The table of options.
pub const OPTIONS: &[cli::Opt] = &[
    Opt::flag("all", "enter all namespaces of the target")
        .short('a')
        .under(NAMESPACES),
    Opt::flag("help", "show this help and end").short('h'),
    Opt::flag("version", "show the version and end").short('V'),
    Opt::required(
        "target",
        "PID[:INODE]|NS|DIR|ID",
        "a process (INODE: its pidfd's), a namespace by its inode, kept namespaces, a container by its id",
    )
    .short('t')
    .naming(ValueHint::DirPath)
    .under(TARGET),
    entered("mount", 'm', "mounts"),
    entered("uts", 'u', "host name and domain name"),
    entered("ipc", 'i', "System V IPC and POSIX message queues"),
    entered("net", 'n', "network"),
    Opt::required(
        "net-socket",
        "FD",
        "the network of this socket of the target",
    )
    .short('N')
    .under(NAMESPACES),
    entered("pid", 'p', "process numbers, for the children"),
    entered("user", 'U', "users, groups and capabilities"),
    entered("cgroup", 'C', "the root of /proc/PID/cgroup"),
    entered("time", 'T', "clocks"),
    Opt::required(
        "setuid",
        "UID|follow",
        "become this user inside, or the target's",
    )
    .short('S')
    .under(USERS),
    Opt::required(
        "setgid",
        "GID|follow",
        "become this group inside, with no others, or the target's",
    )
    .short('G')
    .under(USERS),
    directory(
        "root",
        'r',
        "the root directory: the target's, or DIR as it is here",
    ),
    directory(
        "wd",
        'w',
        "the working directory: the target's, or DIR as it is here",
    ),
    directory("wdns", 'W', "the working directory, DIR as it is inside"),
    Opt::flag("env", "the program gets the target's environment")
        .short('e')
        .under(PROCESS),
    Opt::flag(
        "no-fork",
        "with --pid, become the program and do not run it as a child",
    )
    .short('F')
    .under(PROCESS),
    Opt::flag("join-cgroup", "move into the target's cgroup (version 2)")
        .short('c')
        .under(PROCESS),
    Opt::flag(
        "preserve-credentials",
        "stay the same user and group in a user namespace",
    )
    .under(USERS),
    Opt::flag(
        "keep-caps",
        "the program keeps the capabilities of the user namespace",
    )
    .under(USERS),
    Opt::flag("user-parent", "the parent of the target's user namespace").under(NAMESPACES),
    Opt::flag(
        "follow-context",
        "run the program in the target's SELinux context",
    )
    .short('Z')
    .under(PROCESS),
    Opt::flag("clear-env", "the program gets an empty environment").under(EXTENSIONS),
    CLOSE_FDS,
    NO_NEW_PRIVS,
    NEW_SESSION,
];

/// A namespace to enter.
const fn entered(name: &'static str, short: char, text: &'static str) -> cli::Opt {
    Opt::optional(name, "FILE|:NSID", text)
        .short(short)
        .under(NAMESPACES)
        .naming(ValueHint::FilePath)
}

const fn directory(name: &'static str, short: char, text: &'static str) -> cli::Opt {
    Opt::optional(name, "DIR", text)
        .short(short)
        .under(DIRECTORIES)
        .naming(ValueHint::DirPath)
}

/// The command line as clap has it.
pub fn command() -> Command {
    table::command(TOOL.name, OPTIONS)
        .about("Run a program in the namespaces of another process.")
        .after_help(
            "A namespace is the target's unless FILE or the id NSID names another. Without a program, \
             a login shell runs. More in rnsenter(1).",
        )
        .arg(Arg::new("program").value_name("PROGRAM").value_hint(ValueHint::CommandName))
        .arg(
            Arg::new("argument")
                .value_name("ARGUMENT")
                .num_args(0..)
                .trailing_var_arg(true)
                .value_hint(ValueHint::CommandWithArguments),
        )
}
