//! `--all`: a new namespace of every type that the kernel has.

use std::fs;
use std::path::Path;

use nix::unistd::geteuid;

use crate::fixture::{ordinary, runshare};
use testkit::require;

const TYPES: [&str; 8] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

/// The types of namespaces that the kernel has.
fn known_types() -> Vec<&'static str> {
    let exists = |name: &&str| Path::new("/proc/self/ns").join(name).exists();
    TYPES.into_iter().filter(exists).collect()
}

/// The links of the program's namespaces, as seen from outside.
fn links(out: &str) -> Vec<String> {
    out.lines().map(str::to_owned).collect()
}

#[test]
fn every_type_is_new() {
    if !require::user_namespaces() {
        return;
    }
    let types = known_types();
    let script = types
        .iter()
        .map(|name| format!("readlink /proc/self/ns/{name};"))
        .collect::<String>();
    for (tool, options) in [
        (ordinary(runshare()), &["--all", "--mount-proc"][..]),
        (ordinary(runshare()), &["--all", "-r", "--mount-proc"]),
    ] {
        let out = tool
            .args(options)
            .args(["sh", "-c", &script])
            .run()
            .ok()
            .out();
        for (name, link) in types.iter().zip(links(&out)) {
            let own = fs::read_link(format!("/proc/self/ns/{name}")).unwrap();
            assert_ne!(own.to_str(), Some(&*link), "{name} is the caller's");
        }
    }
}

#[test]
fn the_program_is_a_child_and_an_ordinary_user_remains_that_user() {
    if !require::user_namespaces() {
        return;
    }
    let ids = |options: &[&str]| {
        let tool = ordinary(runshare()).args(options);
        let out = tool.args(["sh", "-c", "echo $$; id -u"]).run().ok().out();
        out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let own = if geteuid().is_root() {
        1001
    } else {
        geteuid().as_raw()
    };
    assert_eq!(ids(&["--all"]), ["1".to_owned(), own.to_string()]);
    // A map that was named is the map, wherever it is.
    for options in [
        &["--all", "-r"][..],
        &["-r", "--all"],
        &["--map-user=0", "--all"],
    ] {
        assert_eq!(ids(options), ["1", "0"], "{options:?}");
    }
}

#[test]
fn root_is_mapped_to_nobody_unless_a_map_is_named() {
    if !require::root() {
        return;
    }
    let uid = |options: &[&str]| runshare().args(options).args(["id", "-u"]).run().ok().out();
    assert_eq!(uid(&["--all"]), "65534\n");
    assert_eq!(uid(&["--all", "-r"]), "0\n");
}
