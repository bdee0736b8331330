//! The command line of `rchroot`: the options of GNU chroot(8) in its table's order, then the extensions.
//!
//! Order, spelling and values are an interface: messages list ambiguous options in this order, and the completions and
//! the headings of the man page come from here.

use clap::{Arg, Command, ValueHint};
use nscore::cli::{EXTENSIONS, Family, Opt, Original, Tool, table};
use nscore::hardening::HardeningOption;
use nscore::rootfs::RootfsOption;

/// What the command-line layer must know of `rchroot`. It has no short options at all.
pub const TOOL: Tool = Tool {
    name: "rchroot",
    original: Original {
        name: "chroot",
        package: "GNU coreutils",
        version: "9.10",
    },
    command,
    family: Family::Coreutils,
    short_values: false,
    operands_anywhere: false,
};

/// The options, one variant for each; [`Options`](crate::options::Options) has what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptionId {
    Groups,
    Userspec,
    SkipChdir,
    Chdir,
    Hardening(HardeningOption),
    Rootfs(RootfsOption),
    Json,
    ClearEnv,
    WhitelistEnv,
    ResetEnv,
}

const USERS: &str = "Users and groups";
const DIRECTORY: &str = "Working directory";

pub(crate) const OPTIONS: &[Opt<OptionId>] = &[
    Opt::required(
        OptionId::Groups,
        "groups",
        "G_LIST",
        "set these supplementary groups (GROUP,...) and no others; none if empty",
    )
    .heading(USERS),
    Opt::required(
        OptionId::Userspec,
        "userspec",
        "USER:GROUP",
        "run as this user, in this group or the user's own; either may be omitted",
    )
    .heading(USERS),
    Opt::flag(
        OptionId::SkipChdir,
        "skip-chdir",
        "keep the working directory; only if NEWROOT is the old '/'",
    )
    .heading(DIRECTORY),
    Opt::help("show this help and exit"),
    Opt::version("show the version and exit"),
    Opt::required(
        OptionId::Chdir,
        "chdir",
        "DIR",
        "start in this directory, a path inside NEWROOT",
    )
    .heading(EXTENSIONS)
    .value_hint(ValueHint::DirPath),
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
    Opt::flag(OptionId::Json, "json", "with --changes, report as JSON").heading(EXTENSIONS),
    Opt::flag(
        OptionId::ClearEnv,
        "clear-env",
        "the command gets an empty environment",
    )
    .heading(EXTENSIONS),
    Opt::required(
        OptionId::WhitelistEnv,
        "whitelist-env",
        "LIST",
        "the command gets only these variables, named with commas between them",
    )
    .heading(EXTENSIONS),
    Opt::reset_env(OptionId::ResetEnv),
];

const fn rootfs(option: RootfsOption) -> Opt<OptionId> {
    Opt::rootfs(OptionId::Rootfs(option), option)
}

const fn hardening(option: HardeningOption) -> Opt<OptionId> {
    Opt::hardening(OptionId::Hardening(option), option)
}

/// The command line as clap has it.
pub fn command() -> Command {
    table::command(TOOL.name, OPTIONS)
        .about("Run a command with NEWROOT as its root directory.")
        .after_help(
            "Without a command, \"$SHELL\" -i runs, or /bin/sh -i. The exit status is that of \
             the command, 127 if it is not found, 126 if it cannot be run, 125 if rchroot \
             itself fails. See rchroot(8).",
        )
        .arg(
            Arg::new("newroot")
                .value_name("NEWROOT")
                .required(true)
                .value_hint(ValueHint::DirPath),
        )
        .arg(
            Arg::new("command")
                .value_name("COMMAND")
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
