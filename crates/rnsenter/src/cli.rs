//! The command line of `rnsenter`: the options of nsenter(1) in its table's order, then ours.
//!
//! The order, the spelling and what takes a value are interface: ambiguity messages list the options so, and
//! completions and the man page's headings come from here.

use clap::{Arg, Command, ValueHint};
use nscore::cli::{EXTENSIONS, Family, Opt, Original, Tool, table};
use nscore::hardening::HardeningOption;
use nscore::ns_type::NsType;

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

/// The options, one variant for each; [`Options`](crate::options::Options) has what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptionId {
    All,
    Target,
    Namespace(NsType),
    NetSocket,
    Setuid,
    Setgid,
    Root,
    Wd,
    Wdns,
    Env,
    NoFork,
    JoinCgroup,
    PreserveCredentials,
    KeepCaps,
    UserParent,
    FollowContext,
    ClearEnv,
    ResetEnv,
    AsTarget,
    Tools,
    NetnsEtc,
    Groups,
    KillChild,
    ForwardSignals,
    Init,
    Hardening(HardeningOption),
}

const TARGET: &str = "Target";
const NAMESPACES: &str = "Namespaces";
const USERS: &str = "Users and groups";
const DIRECTORIES: &str = "Directories";
const PROCESS: &str = "The program's process";

pub(crate) const OPTIONS: &[Opt<OptionId>] = &[
    Opt::flag(OptionId::All, "all", "enter all namespaces of the target")
        .short('a')
        .heading(NAMESPACES),
    Opt::help("show this help and exit").short('h'),
    Opt::version("show the version and exit").short('V'),
    Opt::required(
        OptionId::Target,
        "target",
        "PID[:INODE]|NS|PATH|ID",
        "a process (INODE: its pidfd's), a namespace by its inode, TYPE:[INODE], netns:NAME or file, \
         persistent namespaces, a container by its ID",
    )
    .short('t')
    .value_hint(ValueHint::DirPath)
    .heading(TARGET),
    namespace(NsType::Mount, 'm', "mounts"),
    namespace(NsType::Uts, 'u', "host name and domain name"),
    namespace(NsType::Ipc, 'i', "System V IPC and POSIX message queues"),
    namespace(NsType::Net, 'n', "network"),
    Opt::required(
        OptionId::NetSocket,
        "net-socket",
        "FD",
        "the network of this socket of the target",
    )
    .short('N')
    .heading(NAMESPACES),
    namespace(NsType::Pid, 'p', "process IDs; the program runs in a child"),
    namespace(NsType::User, 'U', "users, groups and capabilities"),
    namespace(NsType::Cgroup, 'C', "the root of /proc/PID/cgroup"),
    namespace(NsType::Time, 'T', "clocks"),
    Opt::required(
        OptionId::Setuid,
        "setuid",
        "UID|follow",
        "become this user inside, or the target's",
    )
    .short('S')
    .heading(USERS),
    Opt::required(
        OptionId::Setgid,
        "setgid",
        "GID|follow",
        "become this group inside, with no others, or the target's",
    )
    .short('G')
    .heading(USERS),
    directory(
        OptionId::Root,
        "root",
        'r',
        "the root directory: the target's, or DIR of the caller",
    ),
    directory(
        OptionId::Wd,
        "wd",
        'w',
        "the working directory: the target's, or DIR of the caller",
    ),
    directory(
        OptionId::Wdns,
        "wdns",
        'W',
        "the working directory, DIR looked up inside",
    ),
    Opt::flag(
        OptionId::Env,
        "env",
        "the program gets the target's environment",
    )
    .short('e')
    .heading(PROCESS),
    Opt::flag(
        OptionId::NoFork,
        "no-fork",
        "with --pid, do not run the program in a child",
    )
    .short('F')
    .heading(PROCESS),
    Opt::flag(
        OptionId::JoinCgroup,
        "join-cgroup",
        "move into the target's cgroup (version 2)",
    )
    .short('c')
    .heading(PROCESS),
    Opt::flag(
        OptionId::PreserveCredentials,
        "preserve-credentials",
        "keep the user and the groups in a user namespace",
    )
    .heading(USERS),
    Opt::flag(
        OptionId::KeepCaps,
        "keep-caps",
        "the program keeps the capabilities of the user namespace",
    )
    .heading(USERS),
    Opt::flag(
        OptionId::UserParent,
        "user-parent",
        "the parent of the target's user namespace",
    )
    .heading(NAMESPACES),
    Opt::flag(
        OptionId::FollowContext,
        "follow-context",
        "run the program in the target's SELinux context",
    )
    .short('Z')
    .heading(PROCESS),
    Opt::flag(
        OptionId::ClearEnv,
        "clear-env",
        "the program gets an empty environment",
    )
    .heading(EXTENSIONS),
    Opt::reset_env(OptionId::ResetEnv),
    Opt::flag(
        OptionId::AsTarget,
        "as-target",
        "be all that the target is: namespaces, root, user, groups, limits, capabilities …",
    )
    .heading(EXTENSIONS),
    Opt::optional(
        OptionId::Tools,
        "tools",
        "DIR",
        "run a program of this machine beside the target, whose root is on DIR (/mnt)",
    )
    .value_hint(ValueHint::DirPath)
    .heading(EXTENSIONS),
    Opt::flag(
        OptionId::NetnsEtc,
        "netns-etc",
        "with a network named in /run/netns, see /etc/netns/NAME over /etc",
    )
    .heading(EXTENSIONS),
    Opt::required(
        OptionId::Groups,
        "groups",
        "G[,G...]|follow",
        "have these supplementary groups, or the target's",
    )
    .heading(EXTENSIONS),
    Opt::optional(
        OptionId::KillChild,
        "kill-child",
        "SIGNAME",
        "run the program as a child that gets this signal (KILL) if rnsenter dies",
    )
    .heading(EXTENSIONS),
    Opt::flag(
        OptionId::ForwardSignals,
        "forward-signals",
        "run the program as a child and forward INT and TERM to it",
    )
    .heading(EXTENSIONS),
    Opt::flag(
        OptionId::Init,
        "init",
        "run the program below an init that reaps, forwards signals and kills what is left",
    )
    .heading(EXTENSIONS),
    hardening(HardeningOption::CloseFds),
    hardening(HardeningOption::NoNewPrivs),
    hardening(HardeningOption::NewSession),
];

/// Returns a type of namespace to enter.
const fn namespace(ns_type: NsType, short: char, text: &'static str) -> Opt<OptionId> {
    let id = OptionId::Namespace(ns_type);
    Opt::optional(id, ns_type.option(), "FILE|:NSID", text)
        .short(short)
        .heading(NAMESPACES)
        .value_hint(ValueHint::FilePath)
}

const fn directory(
    id: OptionId,
    name: &'static str,
    short: char,
    text: &'static str,
) -> Opt<OptionId> {
    Opt::optional(id, name, "DIR", text)
        .short(short)
        .heading(DIRECTORIES)
        .value_hint(ValueHint::DirPath)
}

const fn hardening(option: HardeningOption) -> Opt<OptionId> {
    Opt::hardening(OptionId::Hardening(option), option)
}

/// Returns the command line as clap has it.
pub fn command() -> Command {
    table::command(TOOL.name, OPTIONS)
        .about("Run a program in the namespaces of another process.")
        .after_help(
            "A namespace is the target's unless FILE or the ID NSID names another. Without a program, \
             a login shell runs. See rnsenter(1).",
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
