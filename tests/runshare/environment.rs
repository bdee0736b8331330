//! `--clear-env` and `--whitelist-env`, which the pinned original lacks: judged by what the program gets.

use crate::fixture::runshare;
use testkit::{Scratch, require};

/// The environment of a program run with these options.
fn environment(options: &[&str]) -> Vec<String> {
    let tool = runshare()
        .no_env()
        .env("PATH", "/usr/bin:/bin")
        .env("A", "1")
        .env("B", "2=3")
        .env("C", "");
    let outcome = tool.args(options).arg("/usr/bin/env").run().ok();
    outcome.out().lines().map(str::to_owned).collect()
}

#[test]
fn clear_env_leaves_nothing() {
    assert!(environment(&["--clear-env"]).is_empty());
}

#[test]
fn a_whitelist_keeps_what_it_names_the_last_named_first() {
    assert_eq!(
        environment(&["--whitelist-env", "A,C,B"]),
        ["B=2=3", "C=", "A=1"]
    );
    assert_eq!(
        environment(&["--whitelist-env=A", "--whitelist-env=C"]),
        ["C=", "A=1"]
    );
    assert_eq!(
        environment(&["--clear-env", "--whitelist-env", "A"]),
        ["A=1"]
    );
    // The last one given counts.
    assert!(environment(&["--whitelist-env", "A", "--clear-env"]).is_empty());
    let replaced = [
        "--whitelist-env",
        "A",
        "--reset-env",
        "--whitelist-env",
        "B",
    ];
    assert_eq!(environment(&replaced), ["B=2=3"]);
}

#[test]
fn each_name_counts_once_and_empty_ones_not_at_all() {
    assert_eq!(
        environment(&["--whitelist-env", ",A,,B,A,"]),
        ["B=2=3", "A=1"]
    );
    assert_eq!(environment(&["--whitelist-env", "NOSUCH,A"]), ["A=1"]);
}

#[test]
fn without_a_path_the_c_librarys_own_is_searched() {
    runshare().args(["--clear-env", "true"]).run().ok();
    let nowhere = runshare()
        .env("PATH", "/nosuch")
        .args(["--whitelist-env", "PATH", "true"])
        .run();
    nowhere.fails(
        127,
        "runshare: failed to execute true: No such file or directory\n",
    );
}

#[test]
fn the_shell_is_looked_for_in_the_environment_that_is_left() {
    let script = "/bin/echo";
    let kept = runshare()
        .env("SHELL", script)
        .args(["--whitelist-env", "SHELL"])
        .run()
        .ok();
    assert_eq!(kept.out(), "\n");
    let cleared = runshare().env("SHELL", "/nosuch").arg("--clear-env").run();
    assert_ne!(cleared.code(), 127, "{cleared}");
}

#[test]
fn without_a_shell_that_is_left_the_callers_passwd_entry_decides() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let passwd = scratch.file("passwd", "root:x:0:0::/:/usr/sbin/nologin\n");
    for options in [
        &["--clear-env"][..],
        &["--whitelist-env", "A"],
        &["--whitelist-env", "A", "--uts", "--fork"],
    ] {
        let tool = runshare().bind_over(&passwd, "/etc/passwd").env("A", "1");
        let outcome = tool.args(options).stdin("echo a shell\n").run();
        assert!(!outcome.out().contains("a shell"), "{outcome}");
        assert!(outcome.out().contains("not available"), "{outcome}");
    }
    let kept = runshare().bind_over(&passwd, "/etc/passwd");
    let kept = kept
        .args(["--whitelist-env", "SHELL"])
        .stdin("echo a shell\n");
    assert_eq!(kept.run().ok().out(), "a shell\n");
}

/// The variables of a login of this user, sorted.
fn login(home: &str, name: &str, shell: &str, path: &str) -> Vec<String> {
    let sbin = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let path = if path == "root" {
        sbin
    } else {
        "/usr/local/bin:/usr/bin:/bin"
    };
    let mut lines = vec![
        format!("HOME={home}"),
        format!("PATH={path}"),
        format!("SHELL={shell}"),
        "TERM=vt100".to_owned(),
    ];
    if !name.is_empty() {
        lines.extend([format!("LOGNAME={name}"), format!("USER={name}")]);
    }
    lines.sort();
    lines
}

/// What a program gets with these options, sorted.
#[track_caller]
fn reset(tool: testkit::Tool, options: &[&str]) -> Vec<String> {
    let tool = tool
        .no_env()
        .env("TERM", "vt100")
        .env("A", "1")
        .env("SHELL", "/nosuch");
    let out = tool
        .args(options)
        .args(["--reset-env", "/usr/bin/env"])
        .run()
        .ok()
        .out();
    let mut lines: Vec<String> = out.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn reset_env_gives_the_environment_of_a_login() {
    if !require::root() {
        return;
    }
    let machine = crate::fixture::Machine::new();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap();
    let fields: Vec<&str> = passwd
        .lines()
        .find(|line| line.starts_with("root:"))
        .unwrap()
        .split(':')
        .collect();
    let root = login(fields[5], "root", fields[6], "root");
    assert_eq!(reset(machine.root(runshare()), &[]), root);
    assert_eq!(reset(machine.root(runshare()), &["--clear-env"]), root);
    // Of the user that the program is.
    let tester = login("/", "tester", "/bin/sh", "user");
    assert_eq!(reset(machine.tester(runshare()), &[]), tester);
    assert_eq!(reset(machine.root(runshare()), &["-S", "1001"]), tester);
    assert_eq!(reset(machine.tester(runshare()), &["-r"]), root);
    let nobody = login("/", "", "/bin/sh", "user");
    assert_eq!(reset(machine.root(runshare()), &["-S", "31000"]), nobody);
}
