//! Why namespaces cannot be made: privilege, maps, filters, a process between two pid namespaces.

use nix::errno::Errno;
use nix::libc::{SYS_setns, SYS_unshare, c_long};

use super::{expected, hint, hint_inside};
use crate::fixture::{RUNSHARE, differential_test, ordinary};
use testkit::{Scratch, Tool, require};

#[test]
fn an_ordinary_user_lacks_a_capability_and_gets_it_by_a_user_namespace() {
    let Some(hint) = hint(&["--net", "true"]) else {
        return;
    };
    let start = "this requires CAP_SYS_ADMIN, which user ";
    assert!(
        hint.starts_with(start) && hint.contains(" does not have: add --map-root-user "),
        "{hint}"
    );
    if require::user_namespaces() {
        let mended =
            ordinary(crate::fixture::runshare()).args(["--net", "--map-root-user", "true"]);
        mended.run().ok();
    }
}

/// The hint that ours gives root without this capability.
#[track_caller]
fn without(capability: u32, args: &[&str]) -> Option<String> {
    let diff = differential_test()?;
    let hint = diff.hint(|tool| tool.without_capability(capability).args(args));
    Some(expected(hint))
}

const CAP_SETGID: u32 = 6;
const CAP_SETUID: u32 = 7;
const CAP_SYS_ADMIN: u32 = 21;
const CAP_SETFCAP: u32 = 31;

#[test]
fn root_without_a_capability_gets_a_hint_that_it_was_dropped() {
    if !require::root() {
        return;
    }
    for (capability, args, start) in [
        (
            CAP_SYS_ADMIN,
            ["--net", "true"],
            "this requires CAP_SYS_ADMIN, which root does not have here (CapEff 0",
        ),
        (
            CAP_SETUID,
            ["--map-users=0:5:9", "true"],
            "this requires CAP_SETUID, which root does not have here (CapEff 0",
        ),
        (
            CAP_SETGID,
            ["--map-groups=0:5:9", "true"],
            "this requires CAP_SETGID, which root does not have here (CapEff 0",
        ),
        (
            CAP_SETFCAP,
            ["--map-root-user", "true"],
            "mapping root requires CAP_SETFCAP in the parent user namespace ",
        ),
    ] {
        let Some(hint) = without(capability, &args) else {
            return;
        };
        assert!(
            hint.starts_with(start) && hint.contains("--cap-add S"),
            "{hint}"
        );
    }
}

#[test]
fn an_unmapped_user_cannot_own_a_user_namespace() {
    if !require::user_namespaces() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let nobody = |program: &std::path::Path| {
        let outside = ordinary(Tool::new(RUNSHARE)).arg("--user");
        outside.arg(program).args(["--user", "true"])
    };
    let hint = expected(diff.hint_in(nobody));
    assert!(
        hint.starts_with("user 65534 is not mapped in /proc/self/uid_map, "),
        "{hint}"
    );
    let mended = ordinary(Tool::new(RUNSHARE)).arg("--map-root-user");
    mended.arg(RUNSHARE).args(["--user", "true"]).run().ok();
}

/// The hint under a filter that answers this call so.
#[track_caller]
fn filtered(call: c_long, errno: Errno, args: &[&str]) -> Option<String> {
    differential_test()?.hint(|tool| ordinary(tool).refusing(call, errno).args(args))
}

#[test]
fn a_filter_that_refuses_the_call_is_named() {
    if !require::user_namespaces() {
        return;
    }
    for errno in [Errno::EPERM, Errno::ENOSYS, Errno::EACCES] {
        for args in [["--user", "true"], ["-rn", "true"]] {
            let Some(hint) = filtered(SYS_unshare, errno, &args) else {
                return;
            };
            let start = "a seccomp filter refuses unshare(2) (Seccomp: 2 in /proc/self/status), ";
            assert!(hint.starts_with(start), "{errno}: {hint}");
        }
    }
}

#[test]
fn an_unrelated_filter_is_not_blamed() {
    let Some(diff) = differential_test() else {
        return;
    };
    // The answer is not one that a filter gives to refuse, or another call is refused.
    let hint = diff.hint(|tool| {
        tool.refusing(SYS_unshare, Errno::ENOMEM)
            .args(["--user", "true"])
    });
    assert_eq!(hint, None);
    let Some(hint) = filtered(SYS_setns, Errno::EPERM, &["--net", "true"]) else {
        return;
    };
    assert!(hint.starts_with("this requires CAP_SYS_ADMIN"), "{hint}");
}

#[test]
fn a_second_pid_namespace_for_children_is_refused() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    let Some(hint) = hint_inside("-rp", "exec \"$1\" --pid true", scratch.path()) else {
        return;
    };
    assert!(
        hint.starts_with("this process already has a new pid namespace for its children, "),
        "{hint}"
    );
}

#[test]
fn a_pid_namespace_without_its_first_process_takes_no_other() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    for options in ["--fork", "--map-users=0:0:1"] {
        let script = format!("/bin/true; exec \"$1\" {options} true");
        let Some(hint) = hint_inside("-rp", &script, scratch.path()) else {
            return;
        };
        assert!(
            hint.starts_with(
                "process 1 of the pid namespace for this process's children has ended, "
            ),
            "{hint}"
        );
        assert!(hint.contains("--pid without --fork"), "{hint}");
    }
}
