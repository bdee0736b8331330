//! `--env`: the program gets the target's environment.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::fixture::{Caller, Container, differential_test, rnsenter};
use testkit::{Tool, require};

/// What lets anybody enter this container.
fn entering(container: &Container) -> Vec<String> {
    let pid = container.pid().to_string();
    let words = ["-t", &pid, "-U", "--preserve-credentials", "-u"];
    words.map(str::to_owned).to_vec()
}

/// A container whose process has this environment.
fn with(environment: impl FnOnce(Tool) -> Tool) -> Option<(Caller, Container)> {
    let caller = Caller::ordinary();
    if !require::user_namespaces() {
        return None;
    }
    let setup = |tool: Tool| environment(caller.runs(tool));
    let container = Container::unshared_as(setup, &["-r", "-u", "-p", "-f"])?;
    Some((caller, container))
}

#[test]
fn it_is_the_targets_and_nothing_of_the_callers() {
    let inside = with(|tool| tool.no_env().env("PATH", "/usr/bin:/bin").env("A", "1"));
    let Some((caller, container)) = inside else {
        return;
    };
    let tool = caller.runs(rnsenter()).env("OUTSIDE", "1");
    let tool = tool.args(entering(&container)).args(["-e", "env"]);
    assert_eq!(tool.run().ok().out(), "PATH=/usr/bin:/bin\nA=1\n");
}

#[test]
fn any_bytes_in_the_originals_order() {
    let Some(diff) = differential_test() else {
        return;
    };
    let odd = OsStr::from_bytes(b"\xff\n = x=y");
    let inside = with(|tool| {
        let tool = tool.env("B", odd).env("C", "").env("a b", "x");
        tool.env(OsStr::from_bytes(b"\xfe\t"), "=")
            .env("LONG", "x".repeat(100_000))
    });
    let Some((caller, container)) = inside else {
        return;
    };
    for forks in [&[][..], &["-p"]] {
        diff.assert_same_with(|tool| {
            let tool = caller.runs(tool).args(entering(&container));
            tool.args(forks).args(["-e", "env", "-0"])
        });
    }
}

#[test]
fn an_empty_environment_is_passed_on_empty() {
    let Some(diff) = differential_test() else {
        return;
    };
    let Some((caller, container)) = with(Tool::no_env) else {
        return;
    };
    // execvp(3) has a path of its own where there is no PATH.
    for program in ["/usr/bin/env", "env", "nosuch"] {
        diff.assert_same_with(|tool| {
            let tool = caller.runs(tool).args(entering(&container));
            tool.args(["-e", program])
        });
    }
    let tool = caller.runs(rnsenter()).args(entering(&container));
    assert_eq!(tool.args(["-e", "/usr/bin/env"]).run().ok().out(), "");
}

#[test]
fn the_program_is_searched_along_the_targets_path() {
    let Some(diff) = differential_test() else {
        return;
    };
    let scratch = testkit::Scratch::new();
    scratch.program("only-there", "#!/bin/sh\necho found\n");
    let path = format!("{}:/usr/bin:/bin", scratch.path().display());
    let Some((caller, container)) = with(|tool| tool.env("PATH", &path)) else {
        return;
    };
    for (options, found) in [(&["-e"][..], true), (&[], false)] {
        let setup = |tool: Tool| {
            let tool = caller.runs(tool).args(entering(&container));
            tool.args(options).arg("only-there")
        };
        diff.assert_same_with(setup);
        assert_eq!(setup(rnsenter()).run().out() == "found\n", found);
    }
}

#[test]
fn without_a_program_the_targets_shell_runs() {
    let Some(diff) = differential_test() else {
        return;
    };
    for shell in ["/usr/bin/env", "/bin/true", "", "/nosuch"] {
        let Some((caller, container)) = with(|tool| tool.env("SHELL", shell)) else {
            return;
        };
        diff.assert_same_with(|tool| {
            let tool = caller.runs(tool).args(entering(&container));
            tool.arg("-e").env("SHELL", "/etc").stdin("echo $0")
        });
    }
}

#[test]
fn a_shell_that_the_target_names_reaches_the_terminal_as_text() {
    let Some(diff) = differential_test() else {
        return;
    };
    let shell = "/no\u{1b}[31m\u{202e}such";
    let Some((caller, container)) = with(|tool| tool.env("SHELL", shell)) else {
        return;
    };
    let (ours, theirs) =
        diff.run_both(|tool| caller.runs(tool).args(entering(&container)).arg("-e"));
    let reason = "No such file or directory\n";
    let shown = r"/no\x1b[31m\xe2\x80\xaesuch";
    let expected = format!("nsenter: failed to execute {shown}: {reason}");
    assert_eq!((ours.code(), ours.err()), (127, expected));
    let expected = format!("nsenter: failed to execute {shell}: {reason}");
    assert_eq!((theirs.code(), theirs.err()), (127, expected));
}

#[test]
fn where_the_target_has_no_shell_the_callers_passwd_entry_decides() {
    let Some(diff) = differential_test() else {
        return;
    };
    if !require::root() {
        return;
    }
    let target = Container::none(|tool| tool.no_env().env("A", "1"));
    let scratch = testkit::Scratch::new();
    for (shell, out) in [("/usr/bin/env", "A=1\n"), ("/usr/sbin/nologin", "")] {
        let passwd = scratch.file("passwd", format!("root:x:0:0::/:{shell}\n"));
        let pid = target.pid().to_string();
        let line = |tool: Tool| {
            let tool = tool
                .bind_over(&passwd, "/etc/passwd")
                .stdin("echo a shell\n");
            tool.args(["-t", &pid, "-u", "-e"])
        };
        diff.assert_same_with(line);
        let outcome = line(rnsenter()).run();
        let refused = outcome.out().contains("not available");
        assert!(outcome.out() == out || refused, "{outcome}");
        // An option of our own: the same with no variable at all.
        let cleared = rnsenter().bind_over(&passwd, "/etc/passwd");
        let cleared = cleared.args(["-t", &pid, "-u", "--clear-env"]);
        let outcome = cleared.stdin("echo a shell\n").run();
        assert!(!outcome.out().contains("a shell"), "{outcome}");
    }
}

#[test]
fn a_variable_without_a_name_is_refused_as_the_original_refuses_it() {
    let Some(diff) = differential_test() else {
        return;
    };
    let caller = Caller::ordinary();
    if !require::user_namespaces() {
        return;
    }
    let unshare = testkit::originals().join("bin/unshare");
    // env(1) passes on what it is given.
    let tool = Tool::new("/usr/bin/env").args(["-i", "A=1", "=x", "B=2"]);
    let tool = tool
        .arg(unshare)
        .args(["-r", "-u", "/usr/bin/sleep", "1000"]);
    let container = Container::made_by(caller.runs(tool));
    let outcome = caller.runs(rnsenter()).args(entering(&container));
    outcome.args(["-e", "true"]).run().fails(
        1,
        "rnsenter: failed to set environment variables: Invalid argument\n",
    );
    diff.assert_same_with(|tool| {
        let tool = caller.runs(tool).args(entering(&container));
        tool.args(["-e", "true"])
    });
}

#[test]
fn a_kernel_thread_has_an_empty_environment() {
    let thread = std::fs::read_to_string("/proc/2/comm").unwrap_or_default();
    if !require::root()
        || !require::condition(thread == "kthreadd\n", "no kernel thread can be seen")
    {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    diff.assert_same(&["-t", "2", "-u", "-e", "/usr/bin/env"]);
}
