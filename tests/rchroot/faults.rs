//! What is told where a system call fails that never fails by itself, by faults that strace(1) injects.

use std::path::Path;

use crate::fixture::{Fixture, RCHROOT};
use testkit::{Outcome, Tool, require};

/// Runs a program, by the name `chroot`, with this fault.
fn with_fault(fixture: &Fixture, program: &Path, fault: &str, line: &[&str]) -> Outcome {
    let tool = fixture.leads_to(fixture.root(Tool::new("/usr/bin/strace")), program);
    let inject = format!("inject={fault}");
    let tool = tool.args(["-qq", "-o", "/dev/null", "-e", &inject, "chroot"]);
    tool.args(line).run()
}

#[test]
fn each_step_that_fails_is_reported_and_is_the_last() {
    if !require::root() || !require::installed("strace") {
        return;
    }
    let Some(original) = require::original("chroot") else {
        return;
    };
    let fixture = Fixture::new();
    for (fault, status, sentence) in [
        (
            "chroot:error=EIO",
            125,
            "cannot change root directory to 'jail': Input/output error",
        ),
        (
            "chdir:error=EACCES",
            125,
            "cannot chdir to root directory: Permission denied",
        ),
        (
            "setgroups:error=ENOMEM",
            125,
            "failed to set supplemental groups: Cannot allocate memory",
        ),
        (
            "setgid:error=EPERM",
            125,
            "failed to set group-ID: Operation not permitted",
        ),
        (
            "setuid:error=EAGAIN",
            125,
            "failed to set user-ID: Resource temporarily unavailable",
        ),
        (
            "execve:error=ENOMEM:when=2+",
            126,
            "failed to run command 'show': Cannot allocate memory",
        ),
    ] {
        for program in [RCHROOT.path(), &original] {
            let line = ["--userspec=5:6", "--groups=7", "jail", "show"];
            let outcome = with_fault(&fixture, program, fault, &line);
            outcome.fails(status, &format!("chroot: {sentence}\n"));
        }
    }
}

#[test]
fn an_interrupted_or_short_write_is_continued() {
    if !require::root() || !require::installed("strace") {
        return;
    }
    let fixture = Fixture::new();
    for fault in ["write:error=EINTR:when=1", "write:error=EINTR:when=1+2"] {
        let outcome = with_fault(&fixture, RCHROOT.path(), fault, &["--groups=a,b", "jail"]);
        let message = "chroot: invalid group 'a'\nchroot: invalid group 'b'\n";
        outcome.fails(125, message);
    }
}
