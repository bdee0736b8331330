//! Limits on the number and the depth of namespaces, in a user namespace whose limits are the test's own.

use super::{expected, hint_inside};
use crate::fixture::{differential_test, ordinary};
use testkit::{Scratch, Tool, require};

/// The hint where, in a user namespace of the test's own, the limit of this type is set to `limit`, and then the tool
/// is called so.
#[track_caller]
fn limited(kind: &str, limit: u32, call: &str) -> Option<String> {
    if !require::user_namespaces() {
        return None;
    }
    let scratch = Scratch::new();
    let script = format!("echo {limit} > /proc/sys/user/max_{kind}_namespaces; {call}");
    hint_inside("-r", &script, scratch.path())
}

#[test]
fn a_limit_of_0_is_named_for_each_type() {
    for (option, kind) in [
        ("--user", "user"),
        ("--cgroup", "cgroup"),
        ("--ipc", "ipc"),
        ("--uts", "uts"),
        ("--net", "net"),
        ("--pid", "pid"),
        ("--mount", "mnt"),
        ("--time", "time"),
    ] {
        let Some(hint) = limited(kind, 0, &format!("exec \"$1\" {option} true")) else {
            return;
        };
        let (limit, name) = (format!("user.max_{kind}_namespaces"), &option[2..]);
        let start = format!(
            "{limit} is 0, so no {name} namespace can be created here: `sysctl -w {limit}=NUMBER`"
        );
        assert!(hint.starts_with(&start), "{hint}");
    }
}

#[test]
fn among_several_types_the_one_whose_limit_is_reached_is_named() {
    let Some(hint) = limited("ipc", 0, "exec \"$1\" --uts --ipc --net true") else {
        return;
    };
    assert!(hint.starts_with("user.max_ipc_namespaces is 0, "), "{hint}");
    let nested = "exec \"$1\" --net \"$1\" --user --map-root-user --uts --net true";
    let Some(hint) = limited("net", 1, nested) else {
        return;
    };
    assert!(hint.contains("allows no more net namespaces"), "{hint}");
}

#[test]
fn a_limit_that_is_in_use_is_named_with_its_value() {
    let Some(hint) = limited("net", 1, "exec \"$1\" --net \"$1\" --net true") else {
        return;
    };
    let start = "user.max_net_namespaces is 1, which this user has reached, or a parent of this user namespace allows \
                 no more net namespaces: `sysctl -w user.max_net_namespaces=NUMBER`";
    assert!(hint.starts_with(start), "{hint}");
}

#[test]
fn a_limit_of_a_parent_user_namespace_is_distinguished_from_its_own() {
    let nested = "exec \"$1\" --net --user --map-root-user \"$1\" --net true";
    let Some(hint) = limited("net", 1, nested) else {
        return;
    };
    assert_eq!(
        hint,
        "a parent of this user namespace allows no more net namespaces"
    );
}

#[test]
fn a_raised_limit_mends_it() {
    if !require::user_namespaces() {
        return;
    }
    let script = "echo 1 > /proc/sys/user/max_net_namespaces
        \"$1\" --net \"$1\" --net true && exit 9
        echo 9 > /proc/sys/user/max_net_namespaces
        exec \"$1\" --net \"$1\" --net true";
    let tool = super::inside("-r", script, crate::fixture::RUNSHARE.path(), "/".as_ref());
    tool.run().ok();
}

#[test]
fn user_namespaces_nested_too_deep_are_reported() {
    if !require::user_namespaces() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let chain = |program: &std::path::Path| {
        let program = program.to_str().unwrap();
        let steps = std::iter::repeat_n([program, "--map-root-user"], 40).flatten();
        let words: Vec<&str> = steps.chain(["true"]).collect();
        ordinary(Tool::new(program)).args(&words[1..])
    };
    let hint = expected(diff.hint_in(chain));
    assert!(
        hint.contains("user namespaces are nested 32 levels deep here"),
        "{hint}"
    );
}

#[test]
fn pid_namespaces_nested_too_deep_are_reported() {
    if !require::user_namespaces() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let chain = |program: &std::path::Path| {
        let program = program.to_str().unwrap();
        let steps = std::iter::repeat_n([program, "--pid", "--fork"], 40).flatten();
        let words: Vec<&str> = steps.chain(["true"]).collect();
        ordinary(Tool::new(crate::fixture::RUNSHARE))
            .arg("-r")
            .args(words)
    };
    let hint = expected(diff.hint_in(chain));
    assert!(
        hint.ends_with("pid namespaces are nested 32 levels deep here, which is the maximum"),
        "{hint}"
    );
}
