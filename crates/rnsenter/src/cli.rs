//! The command line of `rnsenter`: the options of nsenter(1) in its table's order.
//!
//! The order, the spelling and what takes a value are interface: ambiguity messages list the options so, and
//! completions and the man page's headings come from here.

use clap::{Arg, ArgAction, Command, ValueHint};
use nscore::cli::{Family, Tool};

/// What the command-line layer must know of `rnsenter`. nsenter's short options take an optional value attached:
/// `-n/run/netns/a`.
pub const TOOL: Tool = Tool {
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
pub fn command() -> Command {
    Command::new("rnsenter")
        .version(env!("CARGO_PKG_VERSION"))
        .long_version("util-linux 2.42.4")
        .about("Run a program in the namespaces of another process.")
        .after_help(
            "A namespace is the target's unless FILE or the id NSID names another. Without a program,\n\
             a login shell runs. More in rnsenter(1).",
        )
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(general())
        .args(namespaces())
        .args(credentials())
        .args(directories())
        .args(process())
        .args(operands())
}

fn general() -> [Arg; 4] {
    [
        flag("all", 'a', "enter all namespaces of the target").help_heading(NAMESPACES),
        flag("help", 'h', "show this help and end"),
        flag("version", 'V', "show the version and end"),
        required(
            "target",
            "PID[:INODE]",
            "the process; INODE is its pidfd's, so that no other with this number is taken",
        )
        .short('t')
        .help_heading(TARGET),
    ]
}

fn namespaces() -> [Arg; 9] {
    [
        entered("mount", 'm', "mounts"),
        entered("uts", 'u', "host name and domain name"),
        entered("ipc", 'i', "System V IPC and POSIX message queues"),
        entered("net", 'n', "network"),
        required(
            "net-socket",
            "FD",
            "the network of this socket of the target",
        )
        .short('N')
        .help_heading(NAMESPACES),
        entered("pid", 'p', "process numbers, for the children"),
        entered("user", 'U', "users, groups and capabilities"),
        entered("cgroup", 'C', "the root of /proc/PID/cgroup"),
        entered("time", 'T', "clocks"),
    ]
}

fn credentials() -> [Arg; 2] {
    [
        required(
            "setuid",
            "UID|follow",
            "become this user inside, or the target's",
        )
        .short('S'),
        required(
            "setgid",
            "GID|follow",
            "become this group inside, with no others, or the target's",
        )
        .short('G'),
    ]
    .map(|option| option.help_heading(USERS))
}

fn directories() -> [Arg; 3] {
    [
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
    ]
    .map(|option| option.help_heading(DIRECTORIES))
}

fn process() -> [Arg; 7] {
    [
        flag("env", 'e', "the program gets the target's environment").help_heading(PROCESS),
        flag(
            "no-fork",
            'F',
            "with --pid, become the program and do not run it as a child",
        )
        .help_heading(PROCESS),
        flag(
            "join-cgroup",
            'c',
            "move into the target's cgroup (version 2)",
        )
        .help_heading(PROCESS),
        long_flag(
            "preserve-credentials",
            "stay the same user and group in a user namespace",
        )
        .help_heading(USERS),
        long_flag(
            "keep-caps",
            "the program keeps the capabilities of the user namespace",
        )
        .help_heading(USERS),
        long_flag("user-parent", "the parent of the target's user namespace")
            .help_heading(NAMESPACES),
        flag(
            "follow-context",
            'Z',
            "run the program in the target's SELinux context",
        )
        .help_heading(PROCESS),
    ]
}

fn operands() -> [Arg; 2] {
    [
        Arg::new("program")
            .value_name("PROGRAM")
            .value_hint(ValueHint::CommandName),
        Arg::new("argument")
            .value_name("ARGUMENT")
            .num_args(0..)
            .trailing_var_arg(true)
            .value_hint(ValueHint::CommandWithArguments),
    ]
}

fn long_flag(name: &'static str, text: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .help(text)
        .action(ArgAction::SetTrue)
}

fn flag(name: &'static str, short: char, text: &'static str) -> Arg {
    long_flag(name, text).short(short)
}

fn required(name: &'static str, value: &'static str, text: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .help(text)
        .value_name(value)
        .action(ArgAction::Append)
}

fn directory(name: &'static str, short: char, text: &'static str) -> Arg {
    let option = required(name, "DIR", text).short(short);
    option
        .num_args(0..=1)
        .require_equals(true)
        .value_hint(ValueHint::DirPath)
}

/// A namespace to enter.
fn entered(name: &'static str, short: char, text: &'static str) -> Arg {
    let option = required(name, "FILE|:NSID", text)
        .short(short)
        .help_heading(NAMESPACES);
    option
        .num_args(0..=1)
        .require_equals(true)
        .value_hint(ValueHint::FilePath)
}
