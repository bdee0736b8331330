//! Where a program is looked for that is not on the caller's PATH: on the target's, but never among the host's files.

use testkit::{Outcome, Scratch, Tool, require};

use crate::fixture::{Caller, Container, rnsenter};

/// A directory with a program of this name that no other directory has.
fn directory() -> Scratch {
    let scratch = Scratch::shared();
    scratch.program("only-there", "#!/bin/sh\necho found\n");
    scratch
}

/// A container of root's whose PATH is the directory.
fn container(scratch: &Scratch) -> Option<Container> {
    let path = scratch.path().display().to_string();
    let set = |tool: Tool| tool.env("PATH", format!("relative:{path}:/usr/bin:/bin"));
    Container::unshared_as(set, &["-mnp", "-f"])
}

fn enter(tool: Tool, container: &Container, options: &[&str]) -> Outcome {
    let pid = container.pid().to_string();
    tool.args(["-t", &pid])
        .args(options)
        .arg("only-there")
        .run()
}

const MISSING: &str = ": failed to execute only-there: No such file or directory\n";

#[test]
fn the_program_is_found_on_the_targets_path() {
    if !require::root() {
        return;
    }
    let scratch = directory();
    let Some(container) = container(&scratch) else {
        return;
    };
    for options in [
        &["-m", "-r"][..],
        &["-a", "-r"],
        &["--as-target"],
        &["-m", "-r", "-p", "-w"],
    ] {
        let outcome = enter(rnsenter(), &container, options).ok();
        assert_eq!(outcome.out(), "found\n", "{options:?}");
    }
    let outcome = enter(rnsenter().argv0("nsenter"), &container, &["-m", "-r"]);
    outcome.fails(127, &format!("nsenter{MISSING}"));
}

#[test]
fn another_users_path_is_never_searched_on_the_host() {
    if !require::root() {
        return;
    }
    let scratch = directory();
    let Some(container) = container(&scratch) else {
        return;
    };
    let (mnt, root) = (container.proc("ns/mnt"), container.proc("root"));
    let (mnt, root) = (
        format!("--mount={}", mnt.display()),
        format!("--root={}", root.display()),
    );
    for options in [
        &["-n"][..],
        &["-m"],
        &["-n", "-r"],
        &["-n", "-e"],
        &[&mnt, "-r"],
        &["-m", &root],
    ] {
        if options == ["-n", "-e"] {
            // The environment, and so its PATH, was asked for.
            assert_eq!(enter(rnsenter(), &container, options).ok().out(), "found\n");
            continue;
        }
        enter(rnsenter(), &container, options).fails(127, &format!("rnsenter{MISSING}"));
    }
    // The process of a user who is only entered for its network.
    let path = scratch.path().display().to_string();
    let process = Container::none(|tool| Caller::Tester.runs(tool).env("PATH", &path));
    enter(rnsenter(), &process, &["--net"]).fails(127, &format!("rnsenter{MISSING}"));
}

#[test]
fn after_the_targets_path_comes_the_default_one() {
    let caller = Caller::ordinary();
    let process = Container::none(|tool| caller.runs(tool).env("PATH", "/nowhere"));
    let pid = process.pid().to_string();
    let tool = caller
        .runs(rnsenter())
        .args(["-t", &pid, "--as-target", "echo", "found"]);
    assert_eq!(tool.run().ok().out(), "found\n");
    let tool = caller
        .runs(rnsenter())
        .args(["-t", &pid, "--as-target", "only-there"]);
    tool.run().fails(127, &format!("rnsenter{MISSING}"));
}
