//! The command line of `runshare`: the options of unshare(1) in its table's order, then the extensions.
//!
//! The order, the spelling and what has a value are interface: ambiguity messages list the options so, and
//! completions and the man page's headings come from here.

use clap::{Arg, Command, ValueHint};
use nscore::cli::{EXTENSIONS, Family, Opt, Original, Tool, table};
use nscore::hardening::HardeningOption;
use nscore::ns_type::NsType;
use nscore::rootfs::RootfsOption;

use crate::extensions::ExtensionId;
use crate::option_id::{MapOption, OptionId};
use crate::option_kinds::{
    USERS, extension_flag, extension_value, hardening, map_flag, map_value, namespace, rootfs,
};

/// What the command-line layer must know of `runshare`. unshare's short options never have an optional value:
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

const MOUNTS: &str = "Mounts and directories";
const PROCESS: &str = "The program's process";
const CLOCKS: &str = "Clocks";

/// The table of options.
pub(crate) const OPTIONS: &[Opt<OptionId>] = &[
    Opt::help("show this help and exit").short('h'),
    Opt::version("show the version and exit").short('V'),
    namespace(
        NsType::Mount,
        'm',
        "new mounts, initially a copy of the caller's",
    ),
    namespace(NsType::Uts, 'u', "a new host name and domain name"),
    namespace(
        NsType::Ipc,
        'i',
        "new System V IPC and POSIX message queues",
    ),
    namespace(
        NsType::Net,
        'n',
        "a new network, with only a loopback device",
    ),
    namespace(
        NsType::Pid,
        'p',
        "new process IDs from 1 on, for the children: see --fork",
    ),
    namespace(NsType::User, 'U', "new users, groups and capabilities"),
    namespace(
        NsType::Cgroup,
        'C',
        "the current cgroup becomes the root of /proc/PID/cgroup",
    ),
    namespace(NsType::Time, 'T', "new clocks, for the children"),
    Opt::flag(
        OptionId::Fork,
        "fork",
        "run the program as a child, which is PID 1 with --pid",
    )
    .short('f')
    .heading(PROCESS),
    Opt::optional(
        OptionId::KillChild,
        "kill-child",
        "SIGNAME",
        "send this signal (KILL) to the child when runshare dies; implies --fork",
    )
    .heading(PROCESS),
    Opt::flag(
        OptionId::ForwardSignals,
        "forward-signals",
        "forward INT and TERM to the child; implies --fork",
    )
    .heading(PROCESS),
    Opt::optional(
        OptionId::MountProc,
        "mount-proc",
        "DIR",
        "mount a proc of the new namespaces on DIR (/proc); implies --mount",
    )
    .heading(MOUNTS)
    .value_hint(ValueHint::DirPath),
    Opt::optional(
        OptionId::MountBinfmt,
        "mount-binfmt",
        "DIR",
        "mount a new binfmt_misc on DIR; implies --mount and --user",
    )
    .heading(MOUNTS)
    .value_hint(ValueHint::DirPath),
    map_value(
        MapOption::User,
        "map-user",
        "UID|NAME",
        "map the caller's user to this one inside",
    )
    .value_hint(ValueHint::Username),
    map_value(
        MapOption::Users,
        "map-users",
        "MAP",
        "map users: INNER:OUTER:COUNT, auto, subids or all; may be repeated",
    ),
    map_value(
        MapOption::Group,
        "map-group",
        "GID|NAME",
        "map the caller's group to this one inside",
    ),
    map_value(
        MapOption::Groups,
        "map-groups",
        "MAP",
        "map groups, with the same MAP",
    ),
    map_flag(
        MapOption::RootUser,
        "map-root-user",
        "map the caller to root inside",
    )
    .short('r'),
    map_flag(
        MapOption::CurrentUser,
        "map-current-user",
        "map the caller's user and group to themselves",
    )
    .short('c'),
    map_flag(
        MapOption::Auto,
        "map-auto",
        "map users and groups from 0 on to your subordinate IDs",
    ),
    map_flag(
        MapOption::Subids,
        "map-subids",
        "map your subordinate IDs to themselves",
    ),
    map_value(
        MapOption::Owner,
        "owner",
        "UID:GID",
        "change to these IDs first, so that they own the user namespace",
    ),
    Opt::required(
        OptionId::Propagation,
        "propagation",
        "MODE",
        "propagation of the new mounts: private (default), shared, slave or unchanged",
    )
    .heading(MOUNTS),
    Opt::required(
        OptionId::Setgroups,
        "setgroups",
        "allow|deny",
        "allow or deny setgroups(2) inside",
    )
    .heading(USERS),
    Opt::flag(
        OptionId::KeepCaps,
        "keep-caps",
        "the program retains the capabilities of the user namespace",
    )
    .heading(USERS),
    Opt::required(
        OptionId::Setuid,
        "setuid",
        "UID|NAME",
        "change to this user before the program starts",
    )
    .short('S')
    .heading(USERS),
    Opt::required(
        OptionId::Setgid,
        "setgid",
        "GID|NAME",
        "change to this group, and drop all others, before the program starts",
    )
    .short('G')
    .heading(USERS),
    Opt::required(
        OptionId::Root,
        "root",
        "DIR",
        "run the program with this root directory",
    )
    .short('R')
    .heading(MOUNTS)
    .value_hint(ValueHint::DirPath),
    Opt::required(
        OptionId::Wd,
        "wd",
        "DIR",
        "run the program in this directory",
    )
    .short('w')
    .heading(MOUNTS)
    .value_hint(ValueHint::DirPath),
    Opt::required(
        OptionId::Monotonic,
        "monotonic",
        "OFFSET",
        "add this many seconds to the monotonic clock",
    )
    .heading(CLOCKS),
    Opt::required(
        OptionId::Boottime,
        "boottime",
        "OFFSET",
        "add this many seconds to the clock since boot",
    )
    .heading(CLOCKS),
    Opt::required(
        OptionId::LoadInterp,
        "load-interp",
        "STRING",
        "register this interpreter with the new binfmt_misc; implies --mount-binfmt",
    )
    .short('l')
    .heading(MOUNTS),
    Opt::flag(
        OptionId::ClearEnv,
        "clear-env",
        "run the program with an empty environment",
    )
    .heading(EXTENSIONS),
    Opt::required(
        OptionId::WhitelistEnv,
        "whitelist-env",
        "LIST",
        "run the program with only these variables, separated by commas",
    )
    .heading(EXTENSIONS),
    Opt::reset_env(OptionId::ResetEnv),
    extension_flag(
        ExtensionId::All,
        "all",
        "a new namespace of every type that the kernel has; implies --fork",
    ),
    extension_value(
        ExtensionId::Hostname,
        "hostname",
        "NAME",
        "set the host name inside; implies --uts",
        ValueHint::Other,
    ),
    extension_value(
        ExtensionId::Domainname,
        "domainname",
        "NAME",
        "set the NIS domain name inside; implies --uts",
        ValueHint::Other,
    ),
    extension_flag(
        ExtensionId::Loopback,
        "loopback",
        "bring up the loopback device inside; implies --net",
    ),
    extension_value(
        ExtensionId::Network,
        "network",
        "HELPER[:ARGUMENTS]",
        "connect the network by pasta or slirp4netns; implies --net and --fork",
        ValueHint::Other,
    ),
    extension_value(
        ExtensionId::Publish,
        "publish",
        "[ADDRESS:]HOST:INSIDE[/udp]",
        "have port HOST (of 127.0.0.1) lead to port INSIDE of --network",
        ValueHint::Other,
    ),
    Opt::flag(
        OptionId::Init,
        "init",
        "run the program below an init, which is PID 1; implies --fork and --pid",
    )
    .heading(EXTENSIONS),
    extension_flag(
        ExtensionId::PivotRoot,
        "pivot-root",
        "with --root, change the root of the mount namespace; implies --mount",
    ),
    extension_value(
        ExtensionId::Persist,
        "persist",
        "DIR",
        "make each namespace without a FILE persistent in DIR, which is created",
        ValueHint::DirPath,
    ),
    extension_value(
        ExtensionId::Unpersist,
        "unpersist",
        "DIR",
        "remove the persistent namespaces in DIR, and DIR, and run nothing",
        ValueHint::DirPath,
    ),
    extension_flag(
        ExtensionId::Check,
        "check",
        "report which of these (or all) namespaces can be created, and run nothing",
    ),
    extension_flag(
        ExtensionId::Json,
        "json",
        "with --check or --changes, report as JSON",
    ),
    extension_value(
        ExtensionId::CapDrop,
        "cap-drop",
        "LIST|all",
        "drop these capabilities, separated by commas, for good; may be repeated",
        ValueHint::Other,
    ),
    extension_value(
        ExtensionId::Limit,
        "limit",
        "RESOURCE=SOFT[:HARD]",
        "set a resource limit, as prlimit names them; may be repeated",
        ValueHint::Other,
    ),
    extension_value(
        ExtensionId::CgroupLimit,
        "cgroup-limit",
        "memory=SIZE,pids=N,cpu=N%",
        "run the program in a new cgroup v2 with these limits; implies --fork",
        ValueHint::Other,
    ),
    hardening(HardeningOption::CloseFds),
    hardening(HardeningOption::NoNewPrivs),
    hardening(HardeningOption::NewSession),
    rootfs(RootfsOption::MountApi),
    rootfs(RootfsOption::MountSys),
    rootfs(RootfsOption::MountDev),
    rootfs(RootfsOption::ResolvConf),
    rootfs(RootfsOption::Bind),
    rootfs(RootfsOption::BindRo),
    rootfs(RootfsOption::Tmpfs),
    rootfs(RootfsOption::Ephemeral),
    rootfs(RootfsOption::Overlay),
    rootfs(RootfsOption::Changes),
];

/// Returns the command line as clap has it.
pub fn command() -> Command {
    table::command(TOOL.name, OPTIONS)
        .about("Run a program in new namespaces.")
        .after_help("Without a program, a login shell runs. See runshare(1).")
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
