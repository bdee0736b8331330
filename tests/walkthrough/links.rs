//! The links in `/proc/PID/ns` of a program in namespaces beside one's own: another text is another namespace.

use testkit::require;

use crate::fixture::{HERE, TELL_AND_STAY, is_root, namespace, ready, runshare};

/// The options, and what the links are called.
const KINDS: [(&str, &str); 8] = [
    ("--user", "user"),
    ("--cgroup", "cgroup"),
    ("--ipc", "ipc"),
    ("--uts", "uts"),
    ("--net", "net"),
    ("--pid", "pid"),
    ("--mount", "mnt"),
    ("--time", "time"),
];

/// The links that differ from our own where these options were given. With `--fork`, since a process never enters a new
/// PID or time namespace itself.
fn differing(options: &[&str]) -> Vec<&'static str> {
    let program = ["--fork", "sh", "-c", TELL_AND_STAY];
    let mut running = runshare(options.iter().copied().chain(program)).spawn();
    let line = running.read_until("\n");
    let pid = line.trim_end();
    let links = KINDS.iter().map(|(_, link)| *link);
    links
        .filter(|link| namespace(pid, link) != namespace(HERE, link))
        .collect()
}

#[test]
fn each_option_changes_its_own_link_alone() {
    if !ready() {
        return;
    }
    for (option, link) in KINDS {
        // An ordinary user has made a user namespace in any case.
        let expected = match is_root() || link == "user" {
            true => vec![link],
            false => vec!["user", link],
        };
        assert_eq!(differing(&[option]), expected, "{option}");
    }
}

#[test]
fn all_eight_options_change_all_eight_links() {
    if !ready() {
        return;
    }
    let (options, links): (Vec<_>, Vec<_>) = KINDS.into_iter().unzip();
    assert_eq!(differing(&options), links);
}

#[test]
fn no_option_changes_no_link_of_root() {
    if !require::root() || !ready() {
        return;
    }
    assert!(differing(&[]).is_empty());
}
