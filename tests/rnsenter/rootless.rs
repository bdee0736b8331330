//! A rootless container, which shares namespaces with the machine, and its owner: ours enters it where the original
//! does not, and does as the original where nothing is left to enter.

use crate::fixture::{Caller, Container, differential_test};
use testkit::{Tool, require};

#[test]
fn the_owner_of_a_rootless_container_enters_it_with_all_though_it_shares_namespaces() {
    if !require::user_namespaces() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let caller = Caller::ordinary();
    let Some(container) = Container::unshared(caller, &["-r", "-mupf"]) else {
        return;
    };
    let pid = container.pid().to_string();
    let show = [
        "readlink",
        "/proc/self/ns/user",
        "/proc/self/ns/uts",
        "/proc/self/ns/mnt",
        "/proc/self/ns/net",
    ];
    for options in [&["-a"][..], &["-a", "-F"], &["-U", "-u", "-m", "-n"]] {
        let line = |tool: Tool| {
            let tool = caller
                .runs(tool)
                .args(["-t", &pid, "--preserve-credentials"]);
            tool.args(options).args(show)
        };
        let (ours, theirs) = diff.run_both(line);
        let inside = ["user", "uts", "mnt", "net"]
            .map(|name| container.namespace(name) + "\n")
            .concat();
        assert_eq!(ours.ok().out(), inside);
        assert_eq!(theirs.code(), 1, "{theirs}");
        assert_eq!(
            theirs.err(),
            "nsenter: reassociate to namespaces failed: Operation not permitted\n"
        );
    }
}

#[test]
fn a_user_namespace_that_is_named_by_a_file_is_entered_before_what_it_owns() {
    if !require::user_namespaces() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let caller = Caller::ordinary();
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    let (pid, user) = (container.pid().to_string(), container.proc("ns/user"));
    let line = |tool: Tool| {
        let tool = caller
            .runs(tool)
            .args(["-t", &pid, "--preserve-credentials"]);
        let tool = tool.arg(format!("--user={}", user.display()));
        tool.args(["-m", "readlink", "/proc/self/ns/mnt"])
    };
    let (ours, theirs) = diff.run_both(line);
    assert_eq!(ours.ok().out(), container.namespace("mnt") + "\n");
    assert_eq!(theirs.code(), 1, "{theirs}");
}

#[test]
fn the_parent_user_namespace_is_entered_before_what_it_owns() {
    if !require::user_namespaces() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let Some(unshare) = require::original("unshare") else {
        return;
    };
    let caller = Caller::ordinary();
    let unshare = unshare.to_str().unwrap();
    let tool = Tool::new(unshare).args(["-r", "-mpf", unshare, "-U", "sleep", "1000"]);
    let container = Container::made_by(caller.runs(tool));
    let pid = container.pid().to_string();
    let line = |tool: Tool| {
        let tool = caller
            .runs(tool)
            .args(["-t", &pid, "--preserve-credentials"]);
        tool.args(["--user-parent", "-m", "-p", "readlink", "/proc/self/ns/mnt"])
    };
    let (ours, theirs) = diff.run_both(line);
    assert_eq!(ours.ok().out(), container.namespace("mnt") + "\n");
    assert_eq!(theirs.code(), 1, "{theirs}");
    assert_eq!(
        theirs.err(),
        "nsenter: reassociate to namespaces failed: Operation not permitted\n"
    );
}

#[test]
fn where_everything_is_shared_the_original_is_right() {
    let Some(diff) = differential_test() else {
        return;
    };
    if !require::user_namespaces() {
        return;
    }
    let caller = Caller::ordinary();
    let none = Container::none(|tool| caller.runs(tool));
    let pid = none.pid().to_string();
    for options in [&["-a"][..], &["-a", "-U"], &["-n", "-m"]] {
        diff.assert_same_with(|tool| {
            caller
                .runs(tool)
                .args(["-t", &pid])
                .args(options)
                .arg("true")
        });
    }
}
