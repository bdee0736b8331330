//! `--cap-drop`: capabilities that neither the program nor what it runs can have.

use crate::fixture::{ordinary, runshare};
use testkit::{Tool, require};

/// The sets of capabilities of the program: inheritable, permitted, effective, bounding, ambient.
#[track_caller]
fn sets(tool: Tool, options: &[&str]) -> [u64; 5] {
    let outcome = tool
        .args(options)
        .args(["cat", "/proc/self/status"])
        .run()
        .ok();
    let out = outcome.out();
    ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map(|name| {
        let line = out.lines().find_map(|line| line.strip_prefix(name));
        let mask = line.and_then(|line| line.strip_prefix(":\t"));
        u64::from_str_radix(mask.unwrap(), 16).unwrap()
    })
}

const NET_RAW: u64 = 1 << 13;
const KILL: u64 = 1 << 5;

#[test]
fn what_is_dropped_is_in_no_set() {
    if !require::user_namespaces() {
        return;
    }
    let before = sets(ordinary(runshare()), &["-r"]);
    let after = sets(
        ordinary(runshare()),
        &["-r", "--cap-drop", "CAP_NET_RAW,kill"],
    );
    for (set, (before, after)) in before.into_iter().zip(after).enumerate() {
        assert_eq!(after, before & !(NET_RAW | KILL), "set {set}");
    }
    let repeated = ["-r", "--cap-drop=net_raw", "--cap-drop=kill"];
    assert_eq!(sets(ordinary(runshare()), &repeated), after);
    let all = sets(ordinary(runshare()), &["-r", "--cap-drop", "all"]);
    assert_eq!(all, [0; 5]);
}

#[test]
fn nor_after_keep_caps_or_another_program_of_root() {
    if !require::user_namespaces() {
        return;
    }
    // Both would give a program all that is permitted, or bounded.
    for options in [
        &["--map-current-user", "--keep-caps", "--cap-drop=net_raw"][..],
        &["-r", "--keep-caps", "--cap-drop=net_raw"],
        &[
            "-r",
            "--fork",
            "--cap-drop=net_raw",
            "sh",
            "-c",
            "exec \"$@\"",
            "sh",
        ],
    ] {
        let sets = sets(ordinary(runshare()), options);
        assert!(sets.iter().all(|set| set & NET_RAW == 0), "{options:?}");
    }
}

#[test]
fn ids_are_changed_in_spite_of_it() {
    if !require::root() {
        return;
    }
    let tool = runshare().args(["-S", "1001", "-G", "1001", "--cap-drop=all"]);
    let out = tool.args(["sh", "-c", "id -u; id -g"]).run().ok().out();
    assert_eq!(out, "1001\n1001\n");
    let sets = sets(runshare(), &["--cap-drop=sys_admin", "--setuid=0"]);
    assert!(
        sets.iter().all(|set| set & 1 << 21 == 0),
        "CAP_SYS_ADMIN is still in a set: {sets:?}"
    );
}

#[test]
fn dropping_without_privilege_is_an_error() {
    let tool = ordinary(runshare()).args(["--cap-drop=net_raw", "true"]);
    let outcome = tool.env("NSUTILS_HINTS", "always").run();
    assert_eq!(outcome.code(), 1, "{outcome}");
    let first = "runshare: prctl(PR_CAPBSET_DROP) failed: Operation not permitted\n";
    let hint = "runshare: hint: this requires CAP_SETPCAP, ";
    assert!(
        outcome.err().starts_with(&format!("{first}{hint}")),
        "{outcome}"
    );
}

#[test]
fn what_is_no_capability_is_refused() {
    for (list, name) in [("nosuch", "nosuch"), ("chown,", ""), ("chown,all", "all")] {
        let outcome = runshare().args(["--cap-drop", list, "true"]).run();
        outcome.fails(1, &format!("runshare: unknown capability: {name}\n"));
    }
    let tool = runshare().args(["--cap-drop=net_rwa", "true"]);
    let outcome = tool.env("NSUTILS_HINTS", "always").run();
    let hint = "runshare: hint: did you mean `net_raw`? possible values: chown, ";
    assert!(outcome.err().contains(hint), "{outcome}");
}
