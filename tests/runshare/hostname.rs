//! `--hostname` and `--domainname`: the kernel's names inside are those, and outside they are what they were.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::fixture::{ordinary, runshare};
use testkit::{Tool, require};

/// Shows both names, a line each.
const SHOW: [&str; 3] = [
    "cat",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/domainname",
];

fn names_outside() -> [String; 2] {
    SHOW[1..]
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

/// Asserts what both names are inside, in a user namespace of its own, and that nothing has changed outside.
fn named(setup: impl Fn(Tool) -> Tool, host: &str, domain: &str) {
    let before = names_outside();
    let outcome = setup(ordinary(runshare()).arg("-r")).args(SHOW).run().ok();
    assert_eq!(outcome.out(), format!("{host}\n{domain}\n"));
    assert_eq!(names_outside(), before);
}

#[test]
fn each_name_is_set_by_its_own_option_and_stays_inside() {
    if !require::user_namespaces() {
        return;
    }
    let [host, domain] = names_outside().map(|name| name.trim_end().to_owned());
    named(|tool| tool.args(["--hostname", "box"]), "box", &domain);
    named(|tool| tool.args(["--domainname", "dom"]), &host, "dom");
    named(
        |tool| tool.args(["--hostname=box", "--domainname=dom"]),
        "box",
        "dom",
    );
    named(
        |tool| tool.args(["-pf", "--hostname=box", "--hostname=crate"]),
        "crate",
        &domain,
    );
}

#[test]
fn root_needs_no_user_namespace_and_the_program_may_be_anybody() {
    if !require::root() {
        return;
    }
    let before = names_outside();
    let tool = runshare().args(["--hostname", "box", "-S", "1001", "-G", "1001"]);
    let outcome = tool.args(["sh", "-c", "id -u; uname -n"]).run().ok();
    assert_eq!(outcome.out(), "1001\nbox\n");
    assert_eq!(names_outside(), before);
}

#[test]
fn a_name_is_bytes_and_may_be_empty() {
    if !require::user_namespaces() {
        return;
    }
    let odd = OsStr::from_bytes(b"\xff \xc3\xa9");
    let tool = ordinary(runshare()).args(["-r", "--hostname"]).arg(odd);
    let outcome = tool.args(&SHOW[..2]).run().ok();
    assert_eq!(outcome.stdout, b"\xff \xc3\xa9\n");
    let [_, domain] = names_outside();
    named(|tool| tool.args(["--hostname", ""]), "", domain.trim_end());
}

#[test]
fn a_persistent_namespace_keeps_its_host_name() {
    if !require::root() {
        return;
    }
    let scratch = testkit::Scratch::new();
    let file = scratch.file("uts", "");
    let keep = format!("--uts={}", file.display());
    let _ = runshare()
        .args(["--hostname", "box", &keep, "true"])
        .run()
        .ok();
    let namespace = fs::File::open(file).unwrap();
    let inside = std::thread::spawn(move || {
        nix::sched::setns(namespace, testkit::CloneFlags::CLONE_NEWUTS).unwrap();
        nix::sys::utsname::uname().unwrap().nodename().to_owned()
    });
    assert_eq!(inside.join().unwrap(), "box");
}

#[test]
fn what_the_kernel_refuses_is_reported_with_the_name() {
    if !require::user_namespaces() {
        return;
    }
    let long = "x".repeat(65);
    for option in ["host", "domain"] {
        let tool = ordinary(runshare())
            .arg("-r")
            .arg(format!("--{option}name={long}"));
        let refused = format!("runshare: cannot set {option} name to '{long}': Invalid argument\n");
        tool.arg("true").run().fails(1, &refused);
    }
    let alone = ordinary(runshare()).args(["--hostname", "box", "true"]);
    if !nix::unistd::geteuid().is_root() {
        alone
            .run()
            .fails(1, "runshare: unshare failed: Operation not permitted\n");
    }
}
