//! Every type of namespace, judged by the links in /proc/PID/ns of the program.

use std::collections::BTreeMap;
use std::fs;

use crate::fixture::{ordinary, runshare};
use testkit::require;

/// Option, file below /proc/PID/ns.
const TYPES: [(&str, &str); 8] = [
    ("user", "user"),
    ("cgroup", "cgroup"),
    ("ipc", "ipc"),
    ("uts", "uts"),
    ("net", "net"),
    ("pid", "pid"),
    ("mount", "mnt"),
    ("time", "time"),
];

/// The namespaces of the process that runs the tests.
fn own() -> BTreeMap<String, String> {
    let link = |(_, file): (&str, &str)| {
        let target = fs::read_link(format!("/proc/self/ns/{file}")).unwrap();
        (file.to_owned(), target.to_string_lossy().into_owned())
    };
    TYPES.into_iter().map(link).collect()
}

/// The namespaces of a program that runs with these options.
fn inside(options: &[&str]) -> BTreeMap<String, String> {
    let script =
        "for type in user cgroup ipc uts net pid mnt time; do readlink /proc/self/ns/$type; done";
    let outcome = ordinary(runshare())
        .args(options)
        .args(["sh", "-c", script])
        .run()
        .ok();
    let out = outcome.out();
    let links = out
        .lines()
        .map(|link| (link.split(':').next().unwrap().to_owned(), link.to_owned()));
    links.collect()
}

#[test]
fn each_option_gives_a_new_namespace_of_its_type_and_of_no_other() {
    if !require::user_namespaces() {
        return;
    }
    let own = own();
    for (option, file) in TYPES {
        let option = format!("--{option}");
        let inside = inside(&["-r", &option, "--fork"]);
        let changed: Vec<&str> = TYPES
            .iter()
            .map(|(_, file)| *file)
            .filter(|file| inside[*file] != own[*file])
            .collect();
        let expected = if file == "user" {
            vec!["user"]
        } else {
            vec!["user", file]
        };
        assert_eq!(changed, expected, "{option}");
    }
}

#[test]
fn all_types_at_once_are_all_new() {
    if !require::user_namespaces() {
        return;
    }
    let (own, inside) = (own(), inside(&["-rmuinpCTf"]));
    assert!(
        own.iter().all(|(file, link)| inside[file] != *link),
        "{inside:?}"
    );
}

#[test]
fn without_fork_a_pid_namespace_is_for_the_children_alone() {
    if !require::user_namespaces() {
        return;
    }
    let script = "echo $$; sh -c 'echo $$'";
    let outcome = ordinary(runshare())
        .args(["-rp", "sh", "-c", script])
        .run()
        .ok();
    let pids: Vec<String> = outcome.out().lines().map(str::to_owned).collect();
    assert_ne!(pids[0], "1");
    assert_eq!(pids[1], "1");
}

#[test]
fn nothing_at_all_leaves_every_namespace_as_it_was() {
    assert_eq!(inside(&[]), own());
    assert_eq!(inside(&["--fork"]), own());
}
