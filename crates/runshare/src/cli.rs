//! The command line of `runshare`: the options of unshare(1) in its table's order, then ours.
//!
//! The order, the spelling and what takes a value are interface: ambiguity messages list the options so, and
//! completions and the man page's headings come from here.

use clap::{Arg, ArgAction, Command, ValueHint};
use nscore::cli::{ADDED, Family, Tool};

/// What the command-line layer must know of `runshare`. unshare's short options never take an optional value:
/// `-mFILE` is a cluster of flags.
pub const TOOL: Tool = Tool {
    command,
    family: Family::UtilLinux,
    short_values: false,
    operands_anywhere: false,
};

const NAMESPACES: &str = "Namespaces";
const USERS: &str = "Users and groups";
const MOUNTS: &str = "Mounts and directories";
const PROCESS: &str = "The program's process";
const CLOCKS: &str = "Clocks";

/// The table of options.
pub fn command() -> Command {
    Command::new("runshare")
        .version(env!("CARGO_PKG_VERSION"))
        .long_version("util-linux 2.42.4")
        .about("Run a program in namespaces of its own.")
        .after_help("Without a program, a login shell runs. More in runshare(1).")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(general())
        .args(namespaces())
        .args(process())
        .args(mounts())
        .args(maps())
        .args(credentials())
        .args(directories())
        .args(clocks())
        .args(beyond())
        .args(operands())
}

fn general() -> [Arg; 2] {
    [
        flag("help", "show this help and end").short('h'),
        flag("version", "show the version and end").short('V'),
    ]
}

fn namespaces() -> [Arg; 8] {
    [
        kept("mount", 'm', "new mounts, a copy of the caller's"),
        kept("uts", 'u', "a host name and domain name of its own"),
        kept(
            "ipc",
            'i',
            "System V IPC and POSIX message queues of its own",
        ),
        kept(
            "net",
            'n',
            "a network of its own, with nothing but a loopback",
        ),
        kept(
            "pid",
            'p',
            "process numbers from 1 on, for the children: see --fork",
        ),
        kept("user", 'U', "users, groups and capabilities of its own"),
        kept(
            "cgroup",
            'C',
            "the present cgroup becomes the root of /proc/PID/cgroup",
        ),
        kept("time", 'T', "clocks of its own, for the children"),
    ]
}

fn process() -> [Arg; 3] {
    [
        flag(
            "fork",
            "run the program as a child, which is PID 1 with --pid",
        )
        .short('f'),
        optional(
            "kill-child",
            "SIGNAME",
            "the child gets this signal (KILL) when runshare dies; implies --fork",
        ),
        flag(
            "forward-signals",
            "hand INT and TERM on to the child; implies --fork",
        ),
    ]
    .map(|option| option.help_heading(PROCESS))
}

fn mounts() -> [Arg; 2] {
    [
        directory(
            "mount-proc",
            "a proc of the new namespaces on DIR (/proc); implies --mount",
        ),
        directory(
            "mount-binfmt",
            "a binfmt_misc of its own on DIR; implies --mount and --user",
        ),
    ]
    .map(|option| option.help_heading(MOUNTS))
}

fn maps() -> [Arg; 9] {
    [
        required("map-user", "UID|NAME", "be this user inside"),
        required(
            "map-users",
            "MAP",
            "map users: INNER:OUTER:COUNT, auto, subids or all; may be repeated",
        ),
        required("map-group", "GID|NAME", "be this group inside"),
        required("map-groups", "MAP", "map groups likewise"),
        flag("map-root-user", "be root inside").short('r'),
        flag("map-current-user", "be the same user and group inside").short('c'),
        flag(
            "map-auto",
            "map users and groups from 0 up to your subordinate ids",
        ),
        flag("map-subids", "map your subordinate ids to themselves"),
        required(
            "owner",
            "UID:GID",
            "become these before the user namespace is made, so that they own it",
        ),
    ]
    .map(|option| option.help_heading(USERS))
}

fn credentials() -> [Arg; 5] {
    [
        required("propagation", "MODE", "how mounts travel between inside and outside: private (as it is without this option), shared, slave or unchanged")
            .help_heading(MOUNTS),
        required("setgroups", "allow|deny", "whether setgroups(2) may be called inside").help_heading(USERS),
        flag("keep-caps", "the program keeps the capabilities of the user namespace").help_heading(USERS),
        required("setuid", "UID", "become this user before the program starts").short('S').help_heading(USERS),
        required("setgid", "GID", "become this group, with no others, before the program starts").short('G').help_heading(USERS),
    ]
}

fn directories() -> [Arg; 2] {
    [
        required("root", "DIR", "run the program with this root directory")
            .short('R')
            .value_hint(ValueHint::DirPath),
        required("wd", "DIR", "run the program in this directory")
            .short('w')
            .value_hint(ValueHint::DirPath),
    ]
    .map(|option| option.help_heading(MOUNTS))
}

fn clocks() -> [Arg; 3] {
    [
        required(
            "monotonic",
            "OFFSET",
            "shift the monotonic clock by so many seconds",
        )
        .help_heading(CLOCKS),
        required(
            "boottime",
            "OFFSET",
            "shift the clock since boot by so many seconds",
        )
        .help_heading(CLOCKS),
        required(
            "load-interp",
            "STRING",
            "register this interpreter with binfmt_misc inside; implies --mount-binfmt",
        )
        .short('l')
        .help_heading(MOUNTS),
    ]
}

fn beyond() -> [Arg; 2] {
    [
        flag("clear-env", "the program gets an empty environment"),
        required(
            "whitelist-env",
            "LIST",
            "the program gets only these variables, named with commas between them",
        ),
    ]
    .map(|option| option.help_heading(ADDED))
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

fn option(name: &'static str, text: &'static str) -> Arg {
    Arg::new(name).long(name).help(text)
}

fn flag(name: &'static str, text: &'static str) -> Arg {
    option(name, text).action(ArgAction::SetTrue)
}

fn required(name: &'static str, value: &'static str, text: &'static str) -> Arg {
    option(name, text)
        .value_name(value)
        .action(ArgAction::Append)
}

fn optional(name: &'static str, value: &'static str, text: &'static str) -> Arg {
    required(name, value, text)
        .num_args(0..=1)
        .require_equals(true)
}

fn directory(name: &'static str, text: &'static str) -> Arg {
    optional(name, "DIR", text).value_hint(ValueHint::DirPath)
}

/// A namespace, which a bind mount on FILE keeps alive.
fn kept(name: &'static str, short: char, text: &'static str) -> Arg {
    optional(name, "FILE", text)
        .short(short)
        .help_heading(NAMESPACES)
        .value_hint(ValueHint::FilePath)
}
