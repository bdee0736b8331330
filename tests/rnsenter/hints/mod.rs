//! Hints: a second line with the cause of a failure, each cause made here as it comes about on a machine. What is not
//! asked for hints says what the original says, to the byte: [`DifferentialTest::hint`] sees to that every time.

mod owner;
mod target;
mod usage;

use std::fmt::Display;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::errno::Errno;
use nix::libc::{SYS_pidfd_open, SYS_setns};

use crate::fixture::{Caller, Container, NOBODY, differential_test, rnsenter, zombie};
use testkit::{Tool, require};

/// The hint that ours gives when `caller` calls it so; none where the originals are missing.
#[track_caller]
fn hint(caller: Caller, args: &[&str]) -> Option<String> {
    let hint = differential_test()?.hint(|tool| caller.runs(tool).args(args));
    Some(hint.unwrap_or_else(|| panic!("there is a hint for {args:?}")))
}

/// The hint for this target and these options.
#[track_caller]
fn hint_for(caller: Caller, target: impl Display, options: &[&str]) -> Option<String> {
    let target = target.to_string();
    let words: Vec<&str> = ["-t", &target].iter().chain(options).copied().collect();
    hint(caller, &words)
}

#[test]
fn a_number_that_no_process_has_is_reported() {
    for options in [
        &["-n", "true"][..],
        &["-a", "true"],
        &["-N", "5", "true"],
        &["-n", "-r", "true"],
    ] {
        let Some(hint) = hint_for(Caller::Whoever, NOBODY, options) else {
            return;
        };
        assert_eq!(hint, format!("there is no process {NOBODY}"));
    }
}

#[test]
fn a_zombie_is_distinguished_from_a_process() {
    let zombie = zombie();
    for options in [&["-n", "true"][..], &["-n", "-r", "true"]] {
        let Some(hint) = hint_for(Caller::Whoever, zombie.pid(), options) else {
            return;
        };
        let start = format!(
            "process {} has exited and is a zombie: it has no namespaces any more; ",
            zombie.pid()
        );
        assert!(hint.starts_with(&start), "{hint}");
        assert!(
            hint.ends_with(&format!(
                "process {}, has not reaped it",
                std::process::id()
            )),
            "{hint}"
        );
    }
}

#[test]
fn a_kernel_thread_is_distinguished_from_a_process() {
    let name = std::fs::read_to_string("/proc/2/comm").unwrap_or_default();
    if !require::condition(
        name.trim() == "kthreadd",
        "process 2 is no kernel thread here",
    ) {
        return;
    }
    for options in [&["-n", "true"][..], &["-a", "true"], &["-n", "-r", "true"]] {
        let Some(hint) = hint_for(Caller::ordinary(), 2, options) else {
            return;
        };
        assert!(
            hint.starts_with("process 2 is a kernel thread, owned by root, "),
            "{hint}"
        );
    }
    if require::root() {
        let Some(hint) = hint_for(Caller::Whoever, 2, &["-n", "-e", "true"]) else {
            return;
        };
        assert_eq!(
            hint,
            "process 2 is a kernel thread: it has no program and no environment"
        );
    }
}

#[test]
fn the_process_of_another_user_is_reported_with_its_owner() {
    // In a container, PID 1 may be the caller's.
    let is_roots = std::fs::metadata("/proc/1").is_ok_and(|status| status.uid() == 0);
    if !require::condition(is_roots, "process 1 is not root's here") {
        return;
    }
    for options in [
        &["-n", "true"][..],
        &["-U", "true"],
        &["-a", "true"],
        &["-n", "-w", "true"],
    ] {
        let Some(hint) = hint_for(Caller::ordinary(), 1, options) else {
            return;
        };
        assert!(
            hint.starts_with("process 1 belongs to user 0; user "),
            "{hint}"
        );
    }
}

#[test]
fn a_filter_that_refuses_the_call_is_named() {
    if !require::root() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let Some(container) = Container::plain() else {
        return;
    };
    let pid = container.pid().to_string();
    let refused = |tool: Tool| tool.refusing(SYS_setns, Errno::EPERM);
    let hint = diff.hint(|tool| refused(tool).args(["-t", &pid, "-n", "true"]));
    let hint = hint.expect("it can be told");
    assert!(
        hint.starts_with("a seccomp filter refuses setns(2) (Seccomp: 2 in /proc/self/status), "),
        "{hint}"
    );
    // Without a pidfd there is none to ask; by their files the namespaces are refused all the same.
    let older = |tool: Tool| refused(tool).refusing(SYS_pidfd_open, Errno::ENOSYS);
    let outcome = older(rnsenter())
        .env("NSUTILS_HINTS", "always")
        .args(["-t", &pid, "-n", "true"])
        .run();
    assert!(
        outcome
            .err()
            .contains("hint: a seccomp filter refuses setns(2)"),
        "{outcome}"
    );
}

#[test]
fn a_hidden_process_is_distinguished_from_a_missing_one() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let script = "mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid 1001 --regid 1001 --clear-groups \
                  \"$1\" -t 1 -n true";
    let hint = diff.hint_in(|program: &Path| {
        let unshare = Tool::new(testkit::originals().join("bin/unshare"));
        unshare
            .args(["-mpf", "sh", "-c", &format!("({script})"), "sh"])
            .arg(program)
    });
    let hint = hint.expect("it can be told");
    let hidden = "process 1 belongs to another user, and /proc is mounted with hidepid=";
    assert!(hint.starts_with(hidden), "{hint}");
}

#[test]
fn a_program_that_is_not_inside_is_reported() {
    if !require::user_namespaces() {
        return;
    }
    let caller = Caller::ordinary();
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    let options = ["-U", "--preserve-credentials", "-m", "/no/such/program"];
    let Some(hint) = hint_for(caller, container.pid(), &options) else {
        return;
    };
    assert_eq!(hint, "/no does not exist");
}

#[test]
fn on_a_terminal_a_hint_is_the_second_line() {
    let tool = rnsenter().args(["-t", NOBODY, "-n", "true"]);
    let outcome = tool.terminal(80, 24).run();
    let expected_message = format!(
        "rnsenter: cannot open /proc/{NOBODY}/ns/net: No such file or directory\n\
         rnsenter: hint: there is no process {NOBODY}\n"
    );
    assert_eq!((outcome.code(), outcome.out()), (1, expected_message));
}
