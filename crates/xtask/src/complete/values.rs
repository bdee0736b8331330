//! What the value of an option may be, where clap cannot say it: it knows files, directories and users, but neither
//! processes nor namespaces. The three shells find such values by functions of the same names, in `functions.bash`,
//! `functions.zsh` and `functions.fish`; whoever adds an option with a new kind of value adds it here and there.

use std::iter::once;

use clap::{Arg, ValueHint};
use nscore::ns_type::NsType;
use nscore::sys::{capability_names, signal};

use super::takes_optional_value;

/// What values are completed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Values {
    /// Nothing can be said: a number, a text.
    Unknown,
    /// Any file.
    Files,
    /// A directory.
    Directories,
    /// These words.
    Words(Vec<String>),
    /// These names, each with a value: `NAME=VALUE`.
    Assignments(Vec<&'static str>),
    /// What a function finds.
    Found(&'static str),
    /// The same, and the word `follow`.
    FoundOrFollow(&'static str),
    /// What a target is named by, `processes` or `namespaces` where it is a number.
    Targets(&'static str),
    /// What a function finds that is paths, with the words that it is called with.
    FoundPaths(String),
    /// Several of these with commas between them.
    List(Box<Values>),
    /// A user, a group, or both with a colon between them.
    UserGroup,
    /// `directories` or `paths` of the new root.
    Inside(&'static str),
    /// SRC of outside, DST of the new root, and options.
    Bind,
}

impl Values {
    /// What this option takes, or this operand: by its name where that says it, by its value's otherwise.
    pub(crate) fn from_option(option: &Arg) -> Values {
        let names = option.get_value_names().unwrap_or_default();
        let value = names.first().map_or("", |name| name.as_str());
        match (option.get_id().as_str(), value) {
            ("task" | "target", _) => Values::Targets("processes"),
            ("compare", _) => Values::Targets("processes").list(),
            ("holders" | "namespace", _) => Values::Targets("namespaces"),
            ("map-user", _) | ("setuid", "UID|NAME") => Values::Found("users"),
            ("map-group", _) | ("setgid", "GID|NAME") => Values::Found("groups"),
            ("setuid", _) => Values::FoundOrFollow("users"),
            ("setgid", _) => Values::FoundOrFollow("groups"),
            ("groups", "G[,G...]|follow") => Values::FoundOrFollow("groups").list(),
            ("cap-drop", _) => words(once("all").chain(capability_names::names())).list(),
            ("limit", _) => Values::Assignments(runshare::resource_names().collect()),
            ("cgroup-limit", _) => {
                Values::Assignments(runshare::cgroup_limit_names().collect()).list()
            }
            ("chdir" | "tmpfs" | "mount-sys" | "mount-dev", _) => Values::Inside("directories"),
            // In rnsenter, where it may be left out, it is a directory of outside.
            ("wd", _) if !takes_optional_value(option) => Values::Inside("directories"),
            ("bind" | "bind-ro", _) => Values::Bind,
            ("groups", _) => Values::Found("groups").list(),
            ("userspec", _) => Values::UserGroup,
            ("kill-child", _) => words(signal::names()),
            ("output", _) => Values::Found("columns").list(),
            ("filter", _) => Values::Found("columns"),
            ("whitelist-env", _) => Values::Found("variables").list(),
            // The types as `lsns --type` has them, and as the links in `/proc/PID/ns` are called.
            ("type", _) => words(NsType::ALL.map(NsType::file)),
            ("network", _) => words(["pasta", "slirp4netns"]),
            ("tree", _) => words(["owner", "parent", "process"]),
            ("graph", _) => words(["dot", "mermaid", "json"]),
            ("map-users" | "map-groups", _) => words(["auto", "subids", "all"]),
            ("propagation", _) => words(["private", "shared", "slave", "unchanged"]),
            ("net", "FILE") => Values::FoundPaths("network_files".into()),
            (name, "FILE|:NSID") => kind(name).map_or(Values::Files, |kind| {
                Values::FoundPaths(format!("namespace_files {kind}"))
            }),
            _ => Values::named_by(option.get_value_hint(), value),
        }
    }

    fn list(self) -> Values {
        Values::List(Box::new(self))
    }

    fn named_by(hint: ValueHint, value: &str) -> Values {
        match hint {
            ValueHint::FilePath | ValueHint::AnyPath => Values::Files,
            ValueHint::DirPath => Values::Directories,
            ValueHint::Username => Values::Found("users"),
            _ => {
                // Capitals represent a value; anything else is to be typed as it is.
                let typed = |word: &&str| !word.contains(|letter: char| !letter.is_lowercase());
                let typed: Vec<_> = value.split('|').filter(typed).collect();
                match typed[..] {
                    [] | [""] => Values::Unknown,
                    _ => words(typed),
                }
            }
        }
    }
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Values {
    Values::Words(words.into_iter().map(str::to_owned).collect())
}

fn kind(option: &str) -> Option<&'static str> {
    let found = NsType::ALL.into_iter().find(|kind| kind.option() == option);
    found.map(NsType::file)
}
