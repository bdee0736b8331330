//! `--limit`: resource limits of the program.

use crate::fixture::{ordinary, runshare};
use testkit::{Tool, require};

/// The soft and the hard limit of a line of /proc/self/limits.
#[track_caller]
fn limit(tool: Tool, options: &[&str], name: &str) -> [String; 2] {
    let outcome = tool
        .args(options)
        .args(["cat", "/proc/self/limits"])
        .run()
        .ok();
    let out = outcome.out();
    let line = out
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap();
    let mut words = line.split_whitespace().map(str::to_owned);
    [(); 2].map(|()| words.next().unwrap())
}

#[test]
fn the_program_has_the_limits() {
    let nofile = |options: &[&str]| limit(ordinary(runshare()), options, "Max open files");
    assert_eq!(nofile(&["--limit", "nofile=64"]), ["64", "64"]);
    assert_eq!(nofile(&["--limit=nofile=64:128"]), ["64", "128"]);
    // The last one of a resource counts.
    let repeated = [
        "--limit=nofile=64",
        "--limit=core=0",
        "--limit=nofile=32:48",
    ];
    assert_eq!(nofile(&repeated), ["32", "48"]);
    let core = limit(
        ordinary(runshare()),
        &["--limit=core=0"],
        "Max core file size",
    );
    assert_eq!(core, ["0", "0"]);
}

#[test]
fn limits_are_the_programs_alone() {
    if !require::user_namespaces() {
        return;
    }
    // The tool itself, which waits, could not even fork with these.
    let options = [
        "-rpf",
        "--init",
        "--mount-proc",
        "--limit=nproc=0",
        "--limit=nofile=4",
    ];
    let files = limit(ordinary(runshare()), &options, "Max open files");
    assert_eq!(files, ["4", "4"]);
}

#[test]
fn root_raises_a_hard_limit_in_a_new_user_namespace_too() {
    // CAP_SYS_RESOURCE, which root of a container often lacks.
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:\t"));
    let mask = u64::from_str_radix(line.unwrap(), 16).unwrap();
    if !require::root()
        || !require::machine_feature(mask >> 24 & 1 == 1, "root lacks CAP_SYS_RESOURCE")
    {
        return;
    }
    let raised = |options: &[&str]| {
        let tool = runshare().args(["--limit=nofile=64", "sh", "-c", "exec \"$@\"", "sh"]);
        let tool = tool.arg(crate::fixture::RUNSHARE.path());
        limit(tool, options, "Max open files")
    };
    assert_eq!(raised(&["--limit=nofile=64:256"]), ["64", "256"]);
    assert_eq!(raised(&["-r", "--limit=nofile=128:256"]), ["128", "256"]);
}

#[test]
fn who_may_not_raise_one_is_told_so() {
    let tool = ordinary(runshare()).args(["--limit=nofile=64", "sh", "-c", "exec \"$@\"", "sh"]);
    let tool = tool.arg(crate::fixture::RUNSHARE.path());
    let tool = tool
        .args(["--limit=nofile=128", "true"])
        .env("NSUTILS_HINTS", "always");
    let outcome = tool.run();
    assert_eq!(outcome.code(), 1, "{outcome}");
    let message = "runshare: cannot set the limit nofile: Operation not permitted\nrunshare: hint: a hard limit is raised by ";
    assert!(outcome.err().starts_with(message), "{outcome}");
}

#[test]
fn what_is_no_limit_is_refused() {
    for text in ["nofile", "nofile=", "nofile=2:1", "nofile=-1", "nofile=x"] {
        let outcome = runshare().args(["--limit", text, "true"]).run();
        outcome.fails(1, &format!("runshare: invalid limit '{text}'\n"));
    }
    let unknown = runshare().args(["--limit=nofiles=5", "true"]).run();
    unknown.fails(1, "runshare: unknown resource: nofiles\n");
    let tool = runshare().args(["--limit=nofiles=5", "true"]);
    let outcome = tool.env("NSUTILS_HINTS", "always").run();
    let hint = "hint: did you mean `nofile`? possible values: as, core, ";
    assert!(outcome.err().contains(hint), "{outcome}");
}
