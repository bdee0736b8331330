//! What the value of an option may be, where clap cannot say it: it knows files, directories and users, but neither
//! processes nor namespaces. The three shells find such values by functions of the same names, in `functions.bash`,
//! `functions.zsh` and `functions.fish`; whoever adds an option with a new kind of value adds it here and there.

use clap::{Arg, ValueHint};
use nscore::ns_type::NsType;

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
    /// What a function finds.
    Found(&'static str),
    /// What a process, a container or a directory with namespaces is named by.
    Targets,
    /// What a function finds for this word, paths too.
    FoundFor(&'static str, &'static str),
    /// Several with commas between them, each of which a function finds.
    List(&'static str),
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
            ("task", _) => Values::Found("processes"),
            ("target", _) => Values::Targets,
            ("compare", _) => Values::List("processes"),
            ("holders" | "namespace", _) => Values::Found("namespaces"),
            ("map-user", _) | ("setuid", "UID|NAME") => Values::Found("users"),
            ("map-group", _) | ("setgid", "GID|NAME") => Values::Found("groups"),
            ("cap-drop", _) => Values::List("capabilities"),
            ("limit", _) => Values::List("resources"),
            ("cgroup-limit", _) => Values::List("cgroup_limits"),
            ("chdir" | "tmpfs" | "mount-sys" | "mount-dev", _) => Values::Inside("directories"),
            // In rnsenter, where it may be left out, it is a directory of outside.
            ("wd", _) if !takes_optional_value(option) => Values::Inside("directories"),
            ("bind" | "bind-ro", _) => Values::Bind,
            ("groups", _) => Values::List("groups"),
            ("userspec", _) => Values::UserGroup,
            ("kill-child", _) => Values::Found("signals"),
            ("output", _) => Values::List("columns"),
            ("filter", _) => Values::Found("columns"),
            ("whitelist-env", _) => Values::List("variables"),
            ("type", _) => words(&kinds()),
            ("network", _) => words(&["pasta", "slirp4netns"]),
            ("tree", _) => words(&["owner", "parent", "process"]),
            ("graph", _) => words(&["dot", "mermaid", "json"]),
            ("map-users" | "map-groups", _) => words(&["auto", "subids", "all"]),
            ("propagation", _) => words(&["private", "shared", "slave", "unchanged"]),
            (name, "FILE|:NSID") => kind(name).map_or(Values::Files, |kind| {
                Values::FoundFor("namespace_files", kind)
            }),
            _ => Values::named_by(option.get_value_hint(), value),
        }
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
                    _ => words(&typed),
                }
            }
        }
    }
}

fn words(words: &[&str]) -> Values {
    Values::Words(words.iter().map(ToString::to_string).collect())
}

/// The types as `lsns --type` has them, and as the links in `/proc/PID/ns` are called.
fn kinds() -> Vec<&'static str> {
    NsType::ALL.map(NsType::file).to_vec()
}

fn kind(option: &str) -> Option<&'static str> {
    let found = NsType::ALL.into_iter().find(|kind| kind.option() == option);
    found.map(NsType::file)
}
