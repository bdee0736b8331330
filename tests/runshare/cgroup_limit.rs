//! `--cgroup-limit`: what is refused, and that nothing was made by then. Where cgroups of version 2 have the
//! controllers, tests/kernels has the rest.

use std::fs;

use testkit::{Scratch, Tool, require};

use crate::fixture::{RUNSHARE, ordinary, runshare};

/// Where cgroups of version 2 are mounted, if they are and lack the controllers.
fn incomplete_hierarchy() -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    let mut mounts = mounts
        .lines()
        .map(|line| line.split(' ').collect::<Vec<_>>());
    let point = mounts
        .find(|words| words[2] == "cgroup2")
        .map(|words| words[1].to_owned());
    let lacks = |point: &String| {
        let controllers = fs::read_to_string(format!("{point}/cgroup.controllers")).unwrap();
        let own = fs::read_to_string("/proc/self/cgroup").unwrap();
        !controllers.contains("pids") && own.lines().any(|line| line == "0::/")
    };
    let point = point.filter(lacks);
    let why = "no cgroup v2 without the controllers, with this process in its root, is mounted";
    require::machine_feature(point.is_some(), why).then_some(point?)
}

#[test]
fn a_value_that_is_no_limit_is_refused() {
    for (value, message) in [
        ("", "invalid cgroup limit ''"),
        ("memory", "invalid cgroup limit 'memory'"),
        ("memory=", "invalid cgroup limit 'memory='"),
        ("memory=0", "invalid cgroup limit 'memory=0'"),
        ("memory=1GB", "invalid cgroup limit 'memory=1GB'"),
        (
            "memory=18446744073709551616",
            "invalid cgroup limit 'memory=18446744073709551616'",
        ),
        ("pids=-1", "invalid cgroup limit 'pids=-1'"),
        ("cpu=50", "invalid cgroup limit 'cpu=50'"),
        ("cpu=0%", "invalid cgroup limit 'cpu=0%'"),
        ("pids=1,cpu=x", "invalid cgroup limit 'cpu=x'"),
        ("pids=1,", "invalid cgroup limit ''"),
        ("io=1", "unknown cgroup limit: io"),
        ("Memory=1", "unknown cgroup limit: Memory"),
    ] {
        let outcome = ordinary(runshare())
            .args(["--cgroup-limit", value, "true"])
            .run();
        outcome.fails(1, &format!("runshare: {message}\n"));
    }
}

#[test]
fn a_word_that_is_almost_right_is_named() {
    let tool = ordinary(runshare()).env("NSUTILS_HINTS", "always");
    let outcome = tool.args(["--cgroup-limit=mem=1G", "true"]).run();
    let expected = "runshare: unknown cgroup limit: mem\n\
                    runshare: hint: did you mean `memory`? possible values: memory, pids, cpu\n";
    outcome.fails(1, expected);
}

#[test]
fn a_persistent_cgroup_namespace_would_outlive_its_root() {
    let message =
        "runshare: option --cgroup-limit cannot be combined with a persistent cgroup namespace\n";
    let scratch = Scratch::new();
    let file = scratch.file("cgroup", "");
    let dir = scratch.path().join("box");
    for options in [
        [format!("--cgroup={}", file.display()), "-u".to_owned()],
        [format!("--persist={}", dir.display()), "-C".to_owned()],
    ] {
        let tool = ordinary(runshare()).args(options);
        tool.args(["--cgroup-limit=pids=9", "true"])
            .run()
            .fails(1, message);
        assert!(!dir.exists());
    }
}

#[test]
fn a_controller_that_is_not_there_is_named_before_anything_is_made() {
    let Some(point) = incomplete_hierarchy().filter(|_| require::root()) else {
        return;
    };
    let scratch = Scratch::new();
    let dir = scratch.path().join("box");
    let before = fs::read_to_string(format!("{point}/cgroup.subtree_control")).unwrap();
    let tool = runshare().arg("--persist").arg(&dir).arg("-u");
    let outcome = tool
        .args(["--cgroup-limit=pids=9,cpu=50%,pids=8", "true"])
        .run();
    let expected =
        format!("runshare: no cgroup controller cpu, pids in {point}/cgroup.controllers\n");
    outcome.fails(1, &expected);
    assert!(!dir.exists(), "the namespaces were made");
    let after = fs::read_to_string(format!("{point}/cgroup.subtree_control")).unwrap();
    assert_eq!(after, before);
    let tool = runshare().env("NSUTILS_HINTS", "always");
    let outcome = tool.args(["--cgroup-limit=pids=9", "true"]).run();
    let is_of_version_1 = fs::read_to_string("/proc/self/mounts")
        .unwrap()
        .contains("pids");
    let hint = "hint: pids is mounted as a cgroup hierarchy of version 1";
    assert_eq!(outcome.err().contains(hint), is_of_version_1, "{outcome}");
}

#[test]
fn a_user_to_whom_no_cgroup_is_delegated_is_told_so() {
    let Some(point) = incomplete_hierarchy().filter(|_| require::root()) else {
        return;
    };
    let tool = ordinary(runshare()).env("NSUTILS_HINTS", "always");
    let outcome = tool.args(["--cgroup-limit=pids=9", "true"]).run();
    let expected = format!(
        "runshare: cannot make a cgroup in {point}: Permission denied\n\
         runshare: hint: a cgroup must be delegated to the caller: `systemd-run --user --scope -p Delegate=yes`, \
         cgroups(7)\n"
    );
    outcome.fails(1, &expected);
}

#[test]
fn a_machine_without_version_2_is_named() {
    if !require::root() || !require::installed("unshare") {
        return;
    }
    let script = "for point in $(awk '$3 == \"cgroup2\" { print $2 }' /proc/self/mounts); do umount \"$point\"; done; \
                  exec \"$0\" --cgroup-limit pids=9 true";
    let tool = Tool::new("/usr/bin/unshare").args(["-m", "sh", "-c", script]);
    let outcome = tool.arg(RUNSHARE).run();
    let expected =
        "runshare: option --cgroup-limit requires a cgroup v2 hierarchy, and none is mounted\n";
    outcome.fails(1, expected);
}
