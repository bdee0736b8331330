//! The command line of `runshare`: the options of unshare(1) in its table's order, then ours.
//!
//! The order, the spelling and what takes a value are interface: ambiguity messages list the options so, and
//! completions and the man page's headings come from here.

use clap::{Arg, Command, ValueHint};
use nscore::cli::by_name::{ByName as Opt, CLOSE_FDS, NEW_SESSION, NO_NEW_PRIVS};
use nscore::cli::{self, EXTENSIONS, Family, Original, Tool, table};

/// What the command-line layer must know of `runshare`. unshare's short options never take an optional value:
/// `-mFILE` is a cluster of flags.
pub const TOOL: Tool = Tool {
    name: "runshare",
    original: Original {
        name: "unshare",
        package: "util-linux",
        version: "2.42.4",
    },
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
pub const OPTIONS: &[cli::Opt] = &[
    Opt::flag("help", "show this help and end").short('h'),
    Opt::flag("version", "show the version and end").short('V'),
    kept("mount", 'm', "new mounts, a copy of the caller's"),
    kept("uts", 'u', "a host name and domain name of its own"),
    kept("ipc", 'i', "System V IPC and POSIX message queues of its own"),
    kept("net", 'n', "a network of its own, with nothing but a loopback"),
    kept("pid", 'p', "process numbers from 1 on, for the children: see --fork"),
    kept("user", 'U', "users, groups and capabilities of its own"),
    kept("cgroup", 'C', "the present cgroup becomes the root of /proc/PID/cgroup"),
    kept("time", 'T', "clocks of its own, for the children"),
    Opt::flag("fork", "run the program as a child, which is PID 1 with --pid").short('f').under(PROCESS),
    Opt::optional("kill-child", "SIGNAME", "the child gets this signal (KILL) when runshare dies; implies --fork")
        .under(PROCESS),
    Opt::flag("forward-signals", "hand INT and TERM on to the child; implies --fork").under(PROCESS),
    directory("mount-proc", "a proc of the new namespaces on DIR (/proc); implies --mount"),
    directory("mount-binfmt", "a binfmt_misc of its own on DIR; implies --mount and --user"),
    Opt::required("map-user", "UID|NAME", "be this user inside").under(USERS).naming(ValueHint::Username),
    Opt::required("map-users", "MAP", "map users: INNER:OUTER:COUNT, auto, subids or all; may be repeated").under(USERS),
    Opt::required("map-group", "GID|NAME", "be this group inside").under(USERS),
    Opt::required("map-groups", "MAP", "map groups likewise").under(USERS),
    Opt::flag("map-root-user", "be root inside").short('r').under(USERS),
    Opt::flag("map-current-user", "be the same user and group inside").short('c').under(USERS),
    Opt::flag("map-auto", "map users and groups from 0 up to your subordinate ids").under(USERS),
    Opt::flag("map-subids", "map your subordinate ids to themselves").under(USERS),
    Opt::required("owner", "UID:GID", "become these before the user namespace is made, so that they own it").under(USERS),
    Opt::required(
        "propagation",
        "MODE",
        "how mounts travel between inside and outside: private (as it is without this option), shared, slave or unchanged",
    )
    .under(MOUNTS),
    Opt::required("setgroups", "allow|deny", "whether setgroups(2) may be called inside").under(USERS),
    Opt::flag("keep-caps", "the program keeps the capabilities of the user namespace").under(USERS),
    Opt::required("setuid", "UID", "become this user before the program starts").short('S').under(USERS),
    Opt::required("setgid", "GID", "become this group, with no others, before the program starts").short('G').under(USERS),
    Opt::required("root", "DIR", "run the program with this root directory")
        .short('R')
        .under(MOUNTS)
        .naming(ValueHint::DirPath),
    Opt::required("wd", "DIR", "run the program in this directory").short('w').under(MOUNTS).naming(ValueHint::DirPath),
    Opt::required("monotonic", "OFFSET", "shift the monotonic clock by so many seconds").under(CLOCKS),
    Opt::required("boottime", "OFFSET", "shift the clock since boot by so many seconds").under(CLOCKS),
    Opt::required("load-interp", "STRING", "register this interpreter with binfmt_misc inside; implies --mount-binfmt")
        .short('l')
        .under(MOUNTS),
    Opt::flag("clear-env", "the program gets an empty environment").under(EXTENSIONS),
    Opt::required("whitelist-env", "LIST", "the program gets only these variables, named with commas between them")
        .under(EXTENSIONS),
    Opt::required("hostname", "NAME", "the host name inside; implies --uts").under(EXTENSIONS).naming(ValueHint::Other),
    Opt::required("domainname", "NAME", "the NIS domain name inside; implies --uts").under(EXTENSIONS).naming(ValueHint::Other),
    Opt::flag("loopback", "the network's loopback device is up; implies --net").under(EXTENSIONS),
    Opt::flag("init", "run the program below an init of ours, which is PID 1; implies --fork and --pid").under(EXTENSIONS),
    Opt::flag("pivot-root", "with --root, exchange the root itself: nothing is left of the old one; implies --mount")
        .under(EXTENSIONS),
    Opt::required("persist", "DIR", "keep every namespace that has no FILE in DIR, which is made for it")
        .under(EXTENSIONS)
        .naming(ValueHint::DirPath),
    Opt::required("unpersist", "DIR", "let them go again, remove DIR, and run nothing")
        .under(EXTENSIONS)
        .naming(ValueHint::DirPath),
    Opt::flag("check", "tell which namespaces can be made here, those named or all, and run nothing").under(EXTENSIONS),
    Opt::flag("json", "with --check, tell it as JSON").under(EXTENSIONS),
    CLOSE_FDS,
    NO_NEW_PRIVS,
    NEW_SESSION,
];

/// A namespace, which a bind mount on FILE keeps alive.
const fn kept(name: &'static str, short: char, text: &'static str) -> cli::Opt {
    Opt::optional(name, "FILE", text)
        .short(short)
        .under(NAMESPACES)
        .naming(ValueHint::FilePath)
}

const fn directory(name: &'static str, text: &'static str) -> cli::Opt {
    Opt::optional(name, "DIR", text)
        .under(MOUNTS)
        .naming(ValueHint::DirPath)
}

/// The command line as clap has it.
pub fn command() -> Command {
    table::command(TOOL.name, OPTIONS)
        .about("Run a program in namespaces of its own.")
        .after_help("Without a program, a login shell runs. More in runshare(1).")
        .arg(
            Arg::new("program")
                .value_name("PROGRAM")
                .value_hint(ValueHint::CommandName),
        )
        .arg(
            Arg::new("argument")
                .value_name("ARGUMENT")
                .num_args(0..)
                .trailing_var_arg(true)
                .value_hint(ValueHint::CommandWithArguments),
        )
}
