//! A name server on loopback is reached through the helper, and the program finds its address in resolv.conf.

use std::fs;
use std::os::unix::fs::symlink;

use crate::fixture::runshare;
use crate::network::fixture::in_outside_network;
use crate::network::{CALLERS, called_by};

/// Looks a name up as every program does, and shows the file.
const LOOK_UP: &str = "getent ahostsv4 any.example | head -n 1; cat /etc/resolv.conf; grep -c resolv.conf /proc/self/mountinfo";

fn looks_names_up(helper: &str, address: &str) {
    in_outside_network(helper, |_| {
        let before = fs::read("/proc/self/mountinfo").unwrap();
        for (is_ordinary, options) in CALLERS {
            let tool = called_by(is_ordinary, options).arg(format!("--network={helper}"));
            let outcome = tool.args(["sh", "-c", LOOK_UP]).run().ok().out();
            let mut lines = outcome.lines();
            let found = lines.next().unwrap_or_default();
            assert!(found.starts_with("198.51.100.1 "), "{options:?}: {outcome}");
            // The file of this test, which is mounted too, and the one above it.
            let rest: Vec<&str> = lines.collect();
            let server = format!("nameserver {address}");
            assert_eq!(rest, [&server, "2"], "{options:?}");
        }
        assert_eq!(fs::read("/proc/self/mountinfo").unwrap(), before);
    });
}

#[test]
fn slirp4netns_hands_on_what_is_asked() {
    looks_names_up("slirp4netns", "10.0.2.3");
}

#[test]
fn pasta_hands_on_what_is_asked() {
    looks_names_up("pasta", "169.254.1.1");
}

#[test]
fn a_root_gets_the_file_with_the_api_and_keeps_its_own_without() {
    in_outside_network("slirp4netns", |scratch| {
        let root = scratch.dir("root");
        fs::create_dir(root.join("etc")).unwrap();
        symlink("../run/missing", root.join("etc/resolv.conf")).unwrap();
        let binds = ["/usr", "/bin", "/lib", "/lib64"].map(|path| format!("--bind-ro={path}"));
        let root = root.to_str().unwrap();
        let tool = || {
            let tool = runshare().args(["-r", "--network=slirp4netns", "--root", root]);
            tool.args(&binds)
        };
        let show = ["cat", "/etc/resolv.conf"];
        let with = tool().arg("--mount-api=private").args(show).run().ok();
        assert_eq!(with.out(), "nameserver 10.0.2.3\n");
        let off = ["--mount-api=private", "--resolv-conf=off"];
        for options in [&off[..], &[]] {
            let without = tool().args(options).args(show).run();
            assert_eq!(without.code(), 1, "{options:?}: {without}");
        }
    });
}

#[test]
fn mounts_that_propagate_are_refused() {
    in_outside_network("slirp4netns", |_| {
        let options = ["-r", "--network=slirp4netns", "--propagation=shared"];
        let outcome = runshare().args(options).arg("true").run();
        let why = "mounts below the root require --propagation private or slave";
        outcome.fails(1, &format!("runshare: {why}\n"));
    });
}
