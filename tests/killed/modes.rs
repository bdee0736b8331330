//! The modes in which a tool has more than one process, and what becomes of the program in each.

/// What becomes of a program that runs when its tool is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    LivesOn,
    Ends,
}

/// What the tool does about INT and TERM while its program runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signals {
    /// It waits for the program's end; or the program, as PID 1, ignores what is handed on to it.
    Blocks,
    /// It ends, or has the program end.
    Ends,
}

/// A mode: its name, the tool, the options, in which `DIR` and `FILE`s are below a directory and `SELF` is a process.
pub(crate) struct Mode {
    pub(crate) name: &'static str,
    pub(crate) tool: &'static str,
    pub(crate) options: &'static [&'static str],
    pub(crate) fate: Fate,
    pub(crate) signals: Signals,
    /// Whether an ordinary user may do this, with `-r` before.
    pub(crate) for_all: bool,
    /// Whether root has an ordinary user do this.
    pub(crate) as_user: bool,
}

const fn mode(
    name: &'static str,
    options: &'static [&'static str],
    fate: Fate,
    signals: Signals,
) -> Mode {
    Mode {
        name,
        tool: "runshare",
        options,
        fate,
        signals,
        for_all: true,
        as_user: false,
    }
}

impl Mode {
    const fn root_only(self) -> Mode {
        Mode {
            for_all: false,
            ..self
        }
    }

    /// A mode of `--network`, in a network that root makes.
    const fn network(name: &'static str, options: &'static [&'static str], as_user: bool) -> Mode {
        let mode = mode(name, options, Fate::LivesOn, Signals::Blocks);
        Mode { as_user, ..mode }.root_only()
    }

    /// Returns whether the mode connects a network.
    pub(crate) fn has_network(&self) -> bool {
        let mut options = self.options.iter();
        options.any(|option| option.starts_with("--network"))
    }

    const fn run_by(self, tool: &'static str) -> Mode {
        Mode { tool, ..self }.root_only()
    }
}

pub(crate) const MODES: &[Mode] = &[
    mode("fork", &["--fork"], Fate::LivesOn, Signals::Blocks),
    mode(
        "fork-pid",
        &["--fork", "--pid"],
        Fate::LivesOn,
        Signals::Blocks,
    ),
    mode(
        "forward",
        &["--forward-signals"],
        Fate::LivesOn,
        Signals::Ends,
    ),
    mode("kill-child", &["--kill-child"], Fate::Ends, Signals::Blocks),
    mode(
        "kill-child-term",
        &["--pid", "--kill-child=TERM"],
        Fate::Ends,
        Signals::Blocks,
    ),
    mode("init", &["--pid", "--init"], Fate::Ends, Signals::Ends),
    mode(
        "init-term",
        &["--pid", "--init", "--kill-child=TERM"],
        Fate::Ends,
        Signals::Ends,
    ),
    mode(
        "new-session",
        &["--new-session"],
        Fate::LivesOn,
        Signals::Ends,
    ),
    mode(
        "new-session-kill-child",
        &["--new-session", "--pid", "--kill-child=TERM"],
        Fate::Ends,
        Signals::Blocks,
    ),
    mode(
        "pivot-root",
        &["--fork", "--mount", "--pivot-root", "--root", "/"],
        Fate::LivesOn,
        Signals::Blocks,
    )
    .root_only(),
    mode(
        "map-users",
        &["--fork", "--map-users=0:0:9", "--map-groups=0:0:9"],
        Fate::LivesOn,
        Signals::Blocks,
    )
    .root_only(),
    mode(
        "bind-idmap",
        &[
            "--fork",
            "--map-users=0:0:9",
            "--map-groups=0:0:9",
            "--bind=/usr/share:/mnt:idmap",
        ],
        Fate::LivesOn,
        Signals::Blocks,
    )
    .root_only(),
    mode("overlay", &["--overlay=LAYER"], Fate::Ends, Signals::Ends).root_only(),
    mode("all", &["--all"], Fate::LivesOn, Signals::Blocks),
    mode(
        "limits",
        &[
            "--fork",
            "--limit=nofile=64",
            "--cap-drop=all",
            "--reset-env",
        ],
        Fate::LivesOn,
        Signals::Blocks,
    ),
    mode(
        "mount-api",
        &["--fork", "--root=/", "--mount-api=private", "--tmpfs=/mnt"],
        Fate::LivesOn,
        Signals::Blocks,
    )
    .root_only(),
    mode(
        "ephemeral",
        &["--fork", "--root=/", "--ephemeral"],
        Fate::LivesOn,
        Signals::Blocks,
    )
    .root_only(),
    mode(
        "mount-file",
        &["--fork", "--mount=FILE0"],
        Fate::LivesOn,
        Signals::Blocks,
    )
    .root_only(),
    mode(
        "files",
        &["--uts=FILE0", "--ipc=FILE1"],
        Fate::LivesOn,
        Signals::Ends,
    )
    .root_only(),
    mode(
        "persist",
        &["--persist=DIR", "--uts", "--ipc", "--mount"],
        Fate::LivesOn,
        Signals::Ends,
    )
    .root_only(),
    mode(
        "persist-fork",
        &["--persist=DIR", "--uts", "--ipc", "--fork"],
        Fate::LivesOn,
        Signals::Blocks,
    )
    .root_only(),
    mode(
        "persist-all",
        &[
            "--persist=DIR",
            "--uts",
            "--map-users=0:0:9",
            "--pid",
            "--kill-child=TERM",
        ],
        Fate::Ends,
        Signals::Blocks,
    )
    .root_only(),
    mode(
        "persist-init",
        &["--persist=DIR", "--uts", "--mount", "--pid", "--init"],
        Fate::Ends,
        Signals::Ends,
    )
    .root_only(),
    Mode::network("network-slirp4netns", &["--network=slirp4netns"], false),
    Mode::network("network-pasta", &["--network=pasta"], false),
    Mode::network(
        "network-slirp4netns-user",
        &["-r", "--network=slirp4netns"],
        true,
    ),
    Mode::network("network-pasta-user", &["-c", "--network=pasta"], true),
    Mode::network(
        "network-publish",
        &["-r", "--network=slirp4netns", "--publish=8080:80"],
        true,
    ),
    mode(
        "rnsenter-pid",
        &["-t", "SELF", "-p"],
        Fate::LivesOn,
        Signals::Ends,
    )
    .run_by("rnsenter"),
    mode(
        "rnsenter-new-session",
        &["-t", "SELF", "-u", "--new-session"],
        Fate::LivesOn,
        Signals::Ends,
    )
    .run_by("rnsenter"),
    mode(
        "rnsenter-tools",
        &["-t", "SELF", "--tools", "--new-session"],
        Fate::LivesOn,
        Signals::Ends,
    )
    .run_by("rnsenter"),
    mode(
        "rnsenter-tools-init",
        &["-t", "SELF", "--tools", "--init"],
        Fate::Ends,
        Signals::Ends,
    )
    .run_by("rnsenter"),
    mode(
        "rnsenter-as-target",
        &["-t", "SELF", "--as-target", "--init"],
        Fate::Ends,
        Signals::Ends,
    )
    .run_by("rnsenter"),
    mode(
        "rnsenter-kill-child",
        &["-t", "SELF", "-u", "--kill-child"],
        Fate::Ends,
        Signals::Ends,
    )
    .run_by("rnsenter"),
    mode(
        "rnsenter-forward",
        &["-t", "SELF", "-p", "--forward-signals"],
        Fate::LivesOn,
        Signals::Ends,
    )
    .run_by("rnsenter"),
    mode(
        "rnsenter-init",
        &["-t", "SELF", "-p", "--init"],
        Fate::Ends,
        Signals::Ends,
    )
    .run_by("rnsenter"),
    mode(
        "rchroot-overlay",
        &["--overlay=LAYER", "/"],
        Fate::Ends,
        Signals::Ends,
    )
    .run_by("rchroot"),
    mode(
        "rchroot-mount-api",
        &["--mount-api", "--ephemeral", "--new-session", "/"],
        Fate::LivesOn,
        Signals::Ends,
    )
    .run_by("rchroot"),
    mode(
        "rchroot-new-session",
        &["--new-session", "/"],
        Fate::LivesOn,
        Signals::Ends,
    )
    .run_by("rchroot"),
];
