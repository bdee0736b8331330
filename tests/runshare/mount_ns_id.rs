//! A mount namespace is bound where it was made in, though Linux may number it lower: since 6.18 each processor takes
//! numbers from a batch of its own.

use std::fs;

use testkit::{Outcome, Scratch, Tool, require};

use crate::fixture::RUNSHARE;

/// How many numbers a batch has, and how often a mount namespace is made again on one processor at most.
const BATCH: usize = 4096;

/// What the tests below require of it.
const KERNEL: &str = "Linux since 6.18 numbers mount namespaces for each processor";

fn can_choose_processors() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let several = status.lines().any(|line| line == "Cpus_allowed_list:\t0-1");
    require::root()
        && require::installed("taskset")
        && require::condition(several, "this takes the processors 0 and 1")
}

#[test]
fn a_mount_namespace_persists_whichever_processors_made_it_and_its_parent() {
    if !can_choose_processors() {
        return;
    }
    let scratch = Scratch::new();
    scratch.file("mnt", "");
    let inside = "set -e; mount -t tmpfs none $1; touch $1/mnt; mount --make-private $1; \
                  for options in --mount=$1/mnt '--user --map-root-user --fork --pid --mount='$1/mnt; do \
                  taskset -c $2 $0 $options grep Cpus_allowed_list /proc/self/status; \
                  nsenter --mount=$1/mnt true; umount $1/mnt; done; \
                  taskset -c $2 $0 --persist $1/all --uts --mount true; $0 --unpersist $1/all";
    for [outer, inner] in [["0", "1"], ["1", "0"]] {
        for _ in 0..5 {
            let tool = Tool::new("/usr/bin/env");
            let tool = tool.args([
                "taskset", "-c", outer, "unshare", "-m", "taskset", "-c", "0,1",
            ]);
            let tool = tool.args(["sh", "-c", inside, &*RUNSHARE]);
            let outcome = tool.arg(scratch.path()).arg(inner).run().ok();
            assert_eq!(
                outcome.out(),
                format!("Cpus_allowed_list:\t{inner}\n").repeat(2)
            );
        }
    }
}

/// What becomes of a mount namespace that cannot be made on another processor, and how often it was made, where strace
/// has these options as well. The first of the two processors made the namespace around it.
fn keep_on_one_processor(
    scratch: &Scratch,
    [outer, inner]: [&str; 2],
    options: &[&str],
) -> (Outcome, usize) {
    let inside =
        "set -e; mount -t tmpfs none $1; touch $1/mnt; mount --make-private $1; shift; exec \"$@\"";
    let (log, point) = (scratch.path().join("calls"), scratch.dir("point"));
    let tool = Tool::new("/usr/bin/env").env("NSUTILS_HINTS", "always");
    let tool = tool.args([
        "taskset", "-c", outer, "unshare", "-m", "taskset", "-c", "0,1",
    ]);
    let tool = tool.args(["sh", "-c", inside, "sh"]).arg(&point);
    let tool = tool.args([
        "taskset",
        "-c",
        inner,
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-o",
    ]);
    let refused = "inject=sched_setaffinity:error=EPERM";
    let tool = tool
        .arg(&log)
        .args(["-e", "trace=unshare,sched_setaffinity", "-e", refused]);
    let tool = tool.args(options).arg(&*RUNSHARE);
    let outcome = tool
        .arg(format!("--mount={}", point.join("mnt").display()))
        .args(["echo", "ran"])
        .run();
    let log = fs::read_to_string(log).unwrap();
    (outcome, log.matches("unshare(").count())
}

#[test]
fn a_mount_namespace_is_made_again_on_one_processor_until_its_batch_is_used_up() {
    if !can_choose_processors() || !require::installed("strace") {
        return;
    }
    let scratch = Scratch::new();
    let orders = [["0", "1"], ["1", "0"]];
    let most = orders.map(|order| {
        let (outcome, made) = keep_on_one_processor(&scratch, order, &[]);
        assert_eq!(outcome.ok().out(), "ran\n");
        assert!((1..=1 + BATCH).contains(&made), "{made}");
        made
    });
    // One of the two processors has the lower numbers, and uses up its batch.
    let is_numbered_by_processor = most.into_iter().any(|made| made > 1);
    let _ = require::condition(is_numbered_by_processor, KERNEL);
}

#[test]
fn a_mount_namespace_that_stays_lower_is_made_4096_times_again_and_explained() {
    if !can_choose_processors() || !require::installed("strace") {
        return;
    }
    let scratch = Scratch::new();
    // The first namespace is made, and none after it.
    let useless = ["-e", "inject=unshare:retval=0:when=2+"];
    let orders = [["0", "1"], ["1", "0"]];
    let tried = orders.map(|order| keep_on_one_processor(&scratch, order, &useless));
    let refused = tried.into_iter().find(|(outcome, _)| outcome.code() != 0);
    if !require::condition(refused.is_some(), KERNEL) {
        return;
    }
    let (outcome, made) = refused.expect("it was asked for");
    assert_eq!(made, 1 + BATCH, "{outcome}");
    assert_eq!((outcome.code(), &*outcome.out()), (1, ""), "{outcome}");
    let err = outcome.err();
    assert!(err.contains("failed: Invalid argument\n"), "{err}");
    assert!(err.contains("whose number is lower"), "{err}");
}
