//! Whose a namespace is, and who may enter it.

use std::fs::File;
use std::path::Path;

use super::{hint, hint_for};
use crate::fixture::{Caller, Container, bind, differential_test, original, rnsenter};
use testkit::{Scratch, require};

#[test]
fn a_namespace_of_ones_own_user_namespace_is_entered_with_that() {
    let caller = Caller::ordinary();
    if !require::user_namespaces() {
        return;
    }
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    for (option, name) in [("-n", "net"), ("-m", "mount"), ("-u", "uts"), ("-p", "pid")] {
        let Some(hint) = hint_for(caller, container.pid(), &[option, "true"]) else {
            return;
        };
        let start = format!(
            "the {name} namespace of process {} belongs to a user namespace that you own: ",
            container.pid()
        );
        assert!(
            hint.starts_with(&start) && hint.contains("with --user"),
            "{hint}"
        );
        let pid = container.pid().to_string();
        let mended = caller
            .runs(rnsenter())
            .args(["-t", &pid, option, "--user", "true"]);
        mended.run().ok();
    }
}

#[test]
fn the_owner_of_a_persistent_namespace_and_the_missing_capability_are_reported() {
    if !require::root() {
        return;
    }
    let roots = Container::owned_by(Caller::Whoever);
    let (Some(plain), Some(roots)) = (Container::plain(), roots) else {
        return;
    };
    let Some(own) = Container::owned_by(Caller::Tester) else {
        return;
    };
    let of_root = "belongs to a user namespace owned by user 0; entering it requires CAP_SYS_ADMIN there: run this as \
                   user 0 or as root";
    for (container, name, hint_text) in [
        (
            &plain,
            "net",
            "belongs to the user namespace that this process is in: this requires CAP_SYS_ADMIN, \
             which user 1001 does not have: run this as root",
        ),
        (&roots, "net", of_root),
        (&roots, "user", of_root),
        (
            &own,
            "net",
            "belongs to a user namespace that you own: enter that too, with --user, to have \
             CAP_SYS_ADMIN in it",
        ),
    ] {
        let scratch = Scratch::new();
        let file = scratch.file("kept", "");
        bind(&container.proc(&format!("ns/{name}")), &file);
        let option = format!("--{name}={}", file.display());
        let Some(hint) = hint(Caller::Tester, &[&option, "true"]) else {
            return;
        };
        assert_eq!(hint, format!("this {name} namespace {hint_text}"));
    }
}

#[test]
fn from_inside_nothing_outside_can_be_entered() {
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
    let pid = container.pid().to_string();
    let uts = File::open("/proc/self/ns/uts").unwrap();
    let hint = diff.hint_in(|program: &Path| {
        // The file is open outside; inside it is reached by its number.
        let tool = caller
            .runs(original())
            .args(["-t", &pid, "-U", "--preserve-credentials"]);
        tool.arg(program)
            .args(["--uts=/proc/self/fd/5", "true"])
            .fd(5, uts.try_clone().unwrap())
    });
    let hint = hint.expect("it can be told");
    assert!(
        hint.starts_with(
            "this uts namespace belongs to a user namespace that is not a descendant of "
        ),
        "{hint}"
    );
}

#[test]
fn a_namespace_that_cannot_be_entered_is_reported() {
    let Some(own) = hint_for(Caller::Whoever, std::process::id(), &["-U", "true"]) else {
        return;
    };
    let start = "this process is already in the user namespace of process ";
    assert!(own.starts_with(start), "{own}");
    let Some(none) = hint(Caller::Whoever, &["--net=/etc/passwd", "true"]) else {
        return;
    };
    assert!(none.starts_with("the file is not a namespace: "), "{none}");
    let Some(other) = hint(Caller::Whoever, &["--net=/proc/self/ns/uts", "true"]) else {
        return;
    };
    assert_eq!(
        other,
        "the file is a uts namespace, not a net namespace: enter it with --uts"
    );
}

#[test]
fn there_is_no_way_out_of_a_pid_namespace() {
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
    let outside = File::open("/proc/self/ns/pid").unwrap();
    let hint = diff.hint_in(|program: &Path| {
        let tool = original().args(["-t", &pid, "-p"]).arg(program);
        tool.args(["--pid=/proc/thread-self/fd/5", "true"])
            .fd(5, outside.try_clone().unwrap())
    });
    let hint = hint.expect("it can be told");
    assert!(
        hint.starts_with("this pid namespace is not a descendant of this process's own "),
        "{hint}"
    );
}
