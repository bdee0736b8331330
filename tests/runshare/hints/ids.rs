//! Subordinate ids, and the programs that map them.

use std::fs;

use super::{command_in, expected, hint};
use crate::fixture::{Machine, differential_test};
use testkit::{Scratch, Tool, require};

/// The hint for the user `tester` on a machine with these subordinate ids.
#[track_caller]
fn without_ids(lines: &str) -> Option<String> {
    let machine = Machine::new().subids(lines);
    let line = |tool| machine.tester(tool).args(["--map-auto", "true"]);
    Some(expected(differential_test()?.hint(line)))
}

#[test]
fn a_user_without_subordinate_ids_gets_a_hint_with_the_command() {
    if !require::root() {
        return;
    }
    for (lines, range) in [
        ("", "100000-165535"),
        ("other:100000:65536\nmore:165536:65536\n", "231072-296607"),
        ("other:5:5\n", "100000-165535"),
    ] {
        let Some(hint) = without_ids(lines) else {
            return;
        };
        let command = format!("usermod --add-subuids {range} --add-subgids {range} tester");
        assert_eq!(command_in(&hint), command);
        assert!(
            hint.starts_with("user tester has no subordinate ids to map: "),
            "{hint}"
        );
    }
}

#[test]
fn the_command_mends_it() {
    if !require::root() || !require::installed("usermod") || !require::installed("newuidmap") {
        return;
    }
    let Some(hint) = without_ids("other:100000:65536\n") else {
        return;
    };
    let scratch = Scratch::new();
    scratch.dir("etc");
    scratch.file("etc/passwd", "tester:x:1001:1001::/:/bin/sh\n");
    scratch.file("etc/group", "tester:x:1001:\n");
    for file in ["shadow", "subuid", "subgid"] {
        scratch.file(format!("etc/{file}"), "");
    }
    let words = command_in(&hint).split(' ').skip(1);
    let usermod = Tool::new("/usr/sbin/usermod")
        .arg("--prefix")
        .arg(scratch.path());
    usermod.args(words).run().ok();
    let given = fs::read_to_string(scratch.path().join("etc/subuid")).unwrap();
    let machine = Machine::new().subids(&given);
    let mended = machine.tester(crate::fixture::runshare()).args([
        "--map-auto",
        "cat",
        "/proc/self/uid_map",
    ]);
    let map = mended.run().ok().out();
    assert_eq!(
        map.split_whitespace().collect::<Vec<_>>(),
        ["0", "165536", "65536"]
    );
}

#[test]
fn a_missing_newuidmap_is_reported_with_its_package() {
    if !require::root() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let scratch = Scratch::new();
    let nothing = scratch.dir("nothing");
    let machine = Machine::new();
    let line = |tool: Tool| {
        let tool = tool
            .bind_over(&nothing, "/usr/bin")
            .bind_over(&nothing, "/usr/sbin");
        machine.tester(tool).args(["--map-auto", "true"])
    };
    let hint = expected(diff.hint(line));
    let start =
        "newuidmap(1), which maps subordinate ids, is not installed: install the package uidmap ";
    assert!(hint.starts_with(start), "{hint}");
}

#[test]
fn an_id_that_the_user_namespace_does_not_have_is_reported_with_its_map() {
    if !require::user_namespaces() {
        return;
    }
    for (option, name, file) in [
        ("--setuid", "user", "uid_map"),
        ("--setgid", "group", "gid_map"),
    ] {
        // A group is only tried where setgroups(2) is allowed, and so where root has made the map.
        let root = ["--map-users=0:0:1", "--map-groups=0:0:1"];
        let hint_text = match name {
            "user" => hint(&["-r", option, "5", "true"]),
            _ if require::root() => differential_test()
                .and_then(|diff| diff.hint(|tool| tool.args(root).args([option, "5", "true"]))),
            _ => return,
        };
        let Some(hint_text) = hint_text else { return };
        let start = format!(
            "{name} 5 does not exist in this user namespace: /proc/self/{file} does not map it; "
        );
        assert!(
            hint_text.starts_with(&start) && hint_text.contains(&format!("--map-{name}s")),
            "{hint_text}"
        );
    }
}

#[test]
fn a_user_namespace_that_denies_setgroups_is_reported() {
    if !require::user_namespaces() {
        return;
    }
    let Some(hint_text) = hint(&["-r", "--setgid", "0", "true"]) else {
        return;
    };
    assert!(
        hint_text.starts_with("this user namespace denies setgroups(2) (/proc/self/setgroups), "),
        "{hint_text}"
    );
    let Some(hint_text) = hint(&["--user", "--setgid", "0", "true"]) else {
        return;
    };
    assert!(
        hint_text.starts_with(
            "no group is mapped in this user namespace (/proc/self/gid_map is empty): "
        ),
        "{hint_text}"
    );
}

#[test]
fn changing_ids_without_the_capability_is_explained() {
    for (option, capability) in [("--setuid", "CAP_SETUID"), ("--setgid", "CAP_SETGID")] {
        let Some(hint_text) = hint(&[option, "5", "true"]) else {
            return;
        };
        assert!(
            hint_text.starts_with(&format!("this requires {capability}, which user ")),
            "{hint_text}"
        );
    }
}
