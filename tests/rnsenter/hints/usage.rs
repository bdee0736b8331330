//! Mistakes of usage: a value that is not attached, a target that is missing, types that cannot be entered.

use super::{hint, hint_for};
use crate::fixture::{Caller, Container, bind, differential_test};
use testkit::{Scratch, require};

#[test]
fn a_file_that_is_not_attached_is_told_from_a_program() {
    let scratch = Scratch::new();
    let directory = scratch.dir("dir").display().to_string();
    let own = "/proc/self/ns/net";
    for (option, name, value) in [
        ("--net", "net", own),
        ("-n", "net", own),
        ("-m", "mount", "/proc/1/ns/mnt"),
        ("--root", "root", &directory),
        ("-w", "wd", &directory),
    ] {
        let Some(hint_text) = hint(Caller::Whoever, &[option, value, "true"]) else {
            return;
        };
        let attached = format!("a value of --{name} is attached: --{name}={value}");
        assert_eq!(hint_text, attached);
    }
    if require::root() {
        let file = scratch.file("blue", "");
        bind("/proc/self/ns/net".as_ref(), &file);
        let file = file.display().to_string();
        let Some(hint_text) = hint(Caller::Whoever, &["--net", &file, "ip", "a"]) else {
            return;
        };
        assert_eq!(
            hint_text,
            format!("a value of --net is attached: --net={file}")
        );
    }
}

#[test]
fn a_target_that_is_missing_is_named() {
    for line in [
        &["-a", "true"][..],
        &["--all"],
        &["-n", "true"],
        &["-e", "true"],
        &["-n", "-S", "follow", "true"],
        &["--user-parent", "true"],
        &["-N", "5", "true"],
    ] {
        let Some(hint_text) = hint(Caller::Whoever, line) else {
            return;
        };
        assert!(
            hint_text.starts_with("--target is missing: "),
            "{line:?}: {hint_text}"
        );
    }
    for line in [&["true"][..], &[]] {
        let Some(hint_text) = hint(Caller::Whoever, line) else {
            return;
        };
        assert!(
            hint_text.starts_with("no target was named: "),
            "{hint_text}"
        );
    }
}

#[test]
fn an_option_that_is_almost_right_is_named() {
    for (option, meant) in [
        ("--tarhet=1", "--target"),
        ("--al1", "--all"),
        ("--evn", "--env"),
    ] {
        let Some(hint_text) = hint(Caller::Whoever, &[option, "true"]) else {
            return;
        };
        assert_eq!(hint_text, format!("did you mean `{meant}`?"));
    }
}

#[test]
fn the_types_that_can_be_entered_are_named() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    // Root has made the network, another user the rest.
    let made = |tool: testkit::Tool| tool.argv0("unshare");
    let Some(unshare) = require::original("unshare") else {
        return;
    };
    let inner = "exec setpriv --reuid 1001 --regid 1001 --clear-groups \"$0\" -r -u -i sleep 1000";
    let tool = made(testkit::Tool::new(&unshare))
        .args(["-n", "sh", "-c", inner])
        .arg(&unshare);
    let container = Container::made_by(tool);
    let Some(hint_text) = hint_for(Caller::Tester, container.pid(), &["--all", "true"]) else {
        return;
    };
    assert!(
        hint_text.contains("the net namespace of process "),
        "{hint_text}"
    );
    assert!(
        hint_text.ends_with("; this user can enter --user --ipc --uts"),
        "{hint_text}"
    );
    let pid = container.pid().to_string();
    let entered = Caller::Tester.runs(crate::fixture::rnsenter());
    entered
        .args([
            "-t",
            &pid,
            "--user",
            "--ipc",
            "--uts",
            "--preserve-credentials",
            "true",
        ])
        .run()
        .ok();
}

#[test]
fn a_shell_that_is_not_inside_is_told_from_a_program() {
    if !require::user_namespaces() {
        return;
    }
    let Some(container) = Container::owned_by(Caller::ordinary()) else {
        return;
    };
    let Some(diff) = differential_test() else {
        return;
    };
    let pid = container.pid().to_string();
    let hint_text = diff.hint(|tool| {
        let tool = Caller::ordinary().runs(tool).env("SHELL", "/no/such/zsh");
        tool.args(["-t", &pid, "-U", "--preserve-credentials", "-m"])
    });
    let missing =
        "SHELL is /no/such/zsh, which does not exist in this root: name a program, such as /bin/sh";
    assert_eq!(hint_text.as_deref(), Some(missing));
}
